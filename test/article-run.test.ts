/**
 * The article's pipeline from charts to a finished run, with the command that a user types, in separate processes.
 *
 * Whether this machine can make sandboxes is decided by trying; where it cannot, the error message of the command is tested.
 * How the pipeline fails is tested with THOROUGH=1 alone: each run takes seconds.
 */

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sandbox } from '@pipewright/cluster';
import { synthesizeDeployment } from '../examples/article/deployment.js';
import { DockerCredentials, GitCredentials, TektonApp } from '../lib/index.js';
import { NginxPipeline, NginxRun } from '../main.js';
import { thoroughTest } from './thorough.js';

const root = resolve(import.meta.dirname, '..');
const article = join(root, 'examples/article');
const work = mkdtempSync(join(tmpdir(), 'article-run-'));
const dist = join(work, 'dist');
const temporary = join(work, 'tmp');
const usable = (await sandbox().probe()).kind === 'usable';

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

interface Outcome {
  readonly status: number;
  readonly events: readonly Event[];
  readonly output: string;
  /** The files left in the temporary directory. */
  readonly left: readonly string[];
}

function node(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      args,
      { cwd: root, env: { PATH: process.env['PATH'], HOME: work, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => done({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** tsx keeps what it has compiled; the node's own directory stays, and must be empty. */
const leftovers = (): readonly string[] =>
  readdirSync(temporary, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith('tsx-') && !/^pipewright-\d+(\/run)?$/.test(name),
  );

/** Runs `pipewright run` with the article's own stand-ins. */
async function run(...args: readonly string[]): Promise<Outcome> {
  const { status, stdout, stderr } = await node(
    [
      join(root, 'node_modules/.bin/pipewright'),
      'run',
      join(work, 'deployment'),
      join(article, 'credentials.yaml'),
      '--config',
      join(article, 'pipewright.yaml'),
      '-o',
      'json',
      ...args,
    ],
    { TMPDIR: temporary },
  );
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event);
  return {
    status,
    events,
    output: stdout + stderr,
    left: leftovers(),
  };
}

const of = (events: readonly Event[], type: string): readonly Event[] => events.filter((event) => event.type === type);
const outcomes = (events: readonly Event[]): readonly unknown[] =>
  of(events, 'task-end').map(({ task, outcome }) => [task, outcome]);
const logOf = (events: readonly Event[], step: string): string =>
  of(events, 'step-log')
    .filter((event) => event['step'] === step)
    .map((event) => String(event['line']))
    .join('\n');

beforeAll(() => {
  mkdirSync(temporary);
  const app = new TektonApp({ outdir: dist, showWarnings: false });
  const credentials = [DockerCredentials.fromSecret('auth-docker'), GitCredentials.fromSecret('auth-gitlab')];
  new NginxRun(app, 'run', new NginxPipeline(app, 'pipeline', credentials));
  app.synth();
  synthesizeDeployment(join(work, 'deployment'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const withNamespaces = (): void => {
  test('clones, tests, builds, pushes and deploys, and leaves nothing behind', async () => {
    const { status, events, output, left } = await run(dist);
    expect([status, outcomes(events)]).toEqual([
      0,
      [
        ['unit-tests', 'succeeded'],
        ['build-push', 'succeeded'],
        ['deploy', 'succeeded'],
      ],
    ]);
    expect(of(events, 'run-end')).toMatchObject([
      { outcome: 'succeeded', message: 'All Tasks have completed executing' },
    ]);

    const commits = of(events, 'task-end').map(({ results }) =>
      (results as { value: string }[]).map(({ value }) => value),
    );
    const [[commit] = []] = commits;
    expect(commits).toEqual([[expect.stringMatching(/^[0-9a-f]{40}$/)], [commit], [commit]]);
    const [pushed] = of(events, 'pushed');
    expect(pushed).toMatchObject({ image: `docker.io/aiyijing/nginx:${commit}` });
    expect(logOf(events, 'build-and-push')).toContain(
      `Pushed index.docker.io/aiyijing/nginx@${String(pushed?.['digest'])}`,
    );
    expect(of(events, 'deployment')).toMatchObject([
      { name: 'nginx', container: 'nginx', before: 'aiyijing/nginx:initial', after: `aiyijing/nginx:${commit}` },
    ]);

    const passwords = readFileSync(join(article, 'credentials.yaml'), 'utf8').match(/demo-[a-z]+-password/g) ?? [];
    expect(passwords).toHaveLength(2);
    for (const password of passwords) expect(output).not.toContain(password);
    expect(left).toEqual([]);
  });

  thoroughTest('stops at a failing test of the working copy, and names the step', async () => {
    const source = join(work, 'source');
    cpSync(join(article, 'source'), source, { recursive: true });
    writeFileSync(join(source, 'html/new.html'), '<a href="/gone.html">gone</a>\n');
    const { status, events } = await run(dist, '--source', `nginx-source-code=${source}`);
    expect([status, outcomes(events)]).toEqual([1, [['unit-tests', 'failed']]]);
    expect(logOf(events, 'run-tests')).toContain('html/new.html: /gone.html leads nowhere');
    expect(of(events, 'task-end')).toMatchObject([
      { reason: 'Failed', message: expect.stringContaining('"step-run-tests" exited with code 2') },
    ]);
    expect(of(events, 'pushed').concat(of(events, 'deployment'))).toEqual([]);
  });

  thoroughTest('cannot change the Deployment without permission', async () => {
    const without = join(work, 'without');
    mkdirSync(without);
    for (const file of readdirSync(dist)) {
      const documents = readFileSync(join(dist, file), 'utf8').split(/^---$/m);
      writeFileSync(
        join(without, file),
        documents.filter((text) => !text.includes('kind: ClusterRoleBinding')).join('---'),
      );
    }
    const { status, events } = await run(without);
    expect([status, outcomes(events).at(-1)]).toEqual([1, ['deploy', 'failed']]);
    expect(logOf(events, 'deploy')).toContain(
      'deployments.apps "nginx" is forbidden: User "system:serviceaccount:default:bot-account" cannot get resource "deployments"',
    );
    expect(of(events, 'deployment')).toEqual([]);
  });
};

const withoutNamespaces = (): void => {
  test('is rejected before objects are applied, with the fix', async () => {
    const { status, output } = await run(dist);
    expect([status, output]).toEqual([3, expect.stringContaining('SANDBOX_NO_NAMESPACES')]);
  });
};

if (usable) describe("the article's pipeline", withNamespaces);
else describe("the article's pipeline, on a machine without namespaces,", withoutNamespaces);
