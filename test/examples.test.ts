/**
 * Every example: its synthesized manifests, byte by byte, and its run.
 *
 * To accept changes, synthesize into `expected` with the command in each README. Whether steps can run is detected by running one; otherwise the error is tested.
 * By default two examples run; with THOROUGH=1 all run.
 */

import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { run, type Output } from '@pipewright/cli';
import { sandbox } from '@pipewright/cluster';
import { isThorough, thoroughTest } from './thorough.js';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'examples');
const work = mkdtempSync(join(tmpdir(), 'pipewright-examples-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'main.ts')));
const filesIn = (place: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(place, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.includes('.'))
      .sort()
      .map((name) => [name, readFileSync(join(place, name), 'utf8')]),
  );

/** Synthesizes in a separate process, with the command of the README. */
const node = (program: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const settings = { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...program], settings);
  return { status, stdout, stderr };
};
const SILENT_SUCCESS = { status: 0, stdout: '', stderr: '' };

/** Loading the compiler and the libraries takes most of the time, so one process synthesizes all examples, with THOROUGH=1 all but the first. */
const [first, others] = isThorough ? [names[0] ?? '', names.slice(1)] : [undefined, names];
let together: ReturnType<typeof node> | undefined;
const synthesizeOthers = (): ReturnType<typeof node> =>
  (together ??= node([
    '--input-type=module',
    '--eval',
    others
      .map((name) => {
        const [outdir, main] = [join(work, name), join(folder, name, 'main.ts')].map((path) => JSON.stringify(path));
        return `process.env.CDK8S_OUTDIR = ${outdir}; process.argv[1] = ${main}; await import(${main});`;
      })
      .join('\n'),
  ]));

describe.each(names)('the example %s', (name) => {
  test('synthesizes its expected manifests without output', () => {
    const outdir = join(work, name);
    const made =
      name === first ? node([join('examples', name, 'main.ts')], { CDK8S_OUTDIR: outdir }) : synthesizeOthers();

    expect(made).toEqual(SILENT_SUCCESS);
    expect(filesIn(outdir)).toEqual(filesIn(join(folder, name, 'expected')));
  });

  test('explains its purpose and how to run it on one screen', () => {
    const readme = readFileSync(join(folder, name, 'README.md'), 'utf8');

    expect(readme.split('\n').length).toBeLessThanOrEqual(40);
    expect(readme).toContain(`node --import tsx examples/${name}/main.ts`);
  });
});

interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Returns a line without parts that differ between runs or machines (an image contains its architecture). */
const withoutChance = (line: string): string =>
  line
    .replace(/^INFO\[\d+\]/, 'INFO')
    .replace(/127\.0\.0\.1:\d+/, '127.0.0.1:PORT')
    .replace(/sha256:[0-9a-f]{64}/, 'sha256:DIGEST');

/** Returns the outcome of an example's run and of its tasks, and the output of its own steps. */
async function outcomeOf(name: string): Promise<{ status: number; tasks: string[]; lines: string[] }> {
  const events: Event[] = [];
  const take = (text: string): void =>
    void events.push(...text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Event] : [])));
  const colors = new Proxy({}, { get: () => String }) as Output['colors']; // every colour returns the text unchanged
  const output: Output = {
    print: take,
    warn: () => {},
    protect: () => {},
    raw: take,
    colors,
    terminal: false,
    live: false,
    size: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => undefined,
  };
  const paths = [join(folder, name, 'expected'), join(folder, name, 'credentials.yaml')].filter(existsSync);
  const request = { run: [], param: new Map(), source: new Map(), image: new Map() } as const;
  const status = await run(
    { ...request, paths, config: join(folder, name, 'pipewright.yaml'), output: 'json', runtime: 'sandbox' },
    output,
    { signals: new EventEmitter() },
  );
  const of = (type: string): Event[] => events.filter((event) => event.type === type);
  return {
    status,
    tasks: of('task-end').map(({ task, outcome }) => `${String(task)} ${String(outcome)}`),
    lines: of('step-log')
      .filter(({ step }) => !String(step).startsWith('git-source-'))
      .map(({ line }) => withoutChance(String(line))),
  };
}

const RUNS: Readonly<Record<string, { status: number; tasks: string[]; lines: string[] }>> = {
  'first-pipeline': {
    status: 0,
    tasks: ['test succeeded', 'pack succeeded'],
    lines: ['the greeting is right', 'packed hello-dev.tgz'],
  },
  'platform-construct': {
    status: 0,
    tasks: ['test succeeded', 'deploy succeeded'],
    lines: ['shop: tests pass, without a token', 'shop: deployed, with a token'],
  },
  environments: {
    status: 0,
    tasks: ['scale succeeded', 'scale succeeded'],
    lines: [
      'scale to 1 at latest',
      'scale to 3 at 1.4.0',
      'scale: a token',
      'scale: a token',
      'show: no token',
      'show: no token',
    ],
  },
  monorepo: {
    status: 0,
    tasks: ['build succeeded', 'build succeeded', 'test succeeded', 'test succeeded'],
    lines: ['api: built', 'api: tests pass', 'web: built', 'web: tests pass'],
  },
  'fan-in': {
    status: 0,
    tasks: ['integration succeeded', 'lint succeeded', 'publish succeeded', 'unit succeeded', 'version succeeded'],
    lines: ['checked: integration', 'checked: lint', 'checked: unit', 'published: 1.4.0'],
  },
  'conditional-deploy': {
    status: 0,
    tasks: ['announce skipped', 'deploy skipped', 'docs succeeded', 'test succeeded'],
    lines: ['docs published', 'docs/index.md is there', 'docs/index.md is there', 'tests pass', 'there is no RELEASE'],
  },
  cleanup: {
    status: 1,
    tasks: ['setup succeeded', 'test succeeded', 'cleanup succeeded', 'judge failed'],
    lines: ['created the database', 'a test fails', 'removed the database', 'tests: failed 3'],
  },
  'tested-release': {
    status: 0,
    tasks: ['deploy succeeded', 'lint succeeded', 'unit succeeded', 'upload succeeded', 'version succeeded'],
    lines: ['checked: lint', 'checked: unit', 'deploy 1.4.0', 'upload 1.4.0'],
  },
  'bucket-artifacts': {
    status: 0,
    tasks: ['build succeeded', 'check succeeded'],
    lines: [
      'Copying gs://example-site/pages/about.txt...',
      'Copying gs://example-site/pages/index.txt...',
      'GOOGLE_APPLICATION_CREDENTIALS is set, activating the service account',
      'about.html:<p>Who we are</p>',
      'index.html:<p>Hello</p>',
    ],
  },
  'private-git': {
    status: 0,
    tasks: ['list succeeded'],
    lines: [
      'Host git.example.com',
      '    HostName git.example.com',
      '    Port 2222',
      '    IdentityFile /tekton/home/.ssh/id_git-ssh',
      '[git.example.com]:2222 ssh-ed25519 demo',
      '600 config',
      '600 id_git-ssh',
      '600 known_hosts',
      'README.md',
    ],
  },
  'registry-credentials': {
    status: 0,
    tasks: ['publish succeeded'],
    lines: [
      '{"auths":{"127.0.0.1:PORT":{"auth":"***"},' +
        '"ghcr.io":{"username":"demo","password":"***","auth":"***","email":"not@val.id"},' +
        '"quay.io":{"username":"demo","password":"***"},"registry.example.com":{"username":"demo","password":"***"}}}',
      'INFO FROM scratch',
      'INFO COPY hello.txt /',
      'INFO Pushing image to registry.example.com/team/hello:1.0',
      'INFO registry.example.com is 127.0.0.1:PORT on this machine (registries.conf)',
      'INFO Pushed registry.example.com/team/hello@sha256:DIGEST',
    ],
  },
};

/** Examples whose tasks run in parallel, in any order. */
const UNORDERED = ['environments', 'monorepo', 'fan-in', 'conditional-deploy', 'tested-release'];

/** Examples that run by default: results passed between tasks; credentials, a build and a push. Other suites cover the features of the other examples. */
const BY_DEFAULT = ['fan-in', 'registry-credentials'];

const usable = (await sandbox().probe()).kind === 'usable';

describe('an example with stand-ins', () => {
  test('is in the table of runs', () => {
    const runnable = names.filter((name) => existsSync(join(folder, name, 'pipewright.yaml')));
    expect(runnable.sort()).toEqual(Object.keys(RUNS).sort());
  });

  for (const [name, expected] of Object.entries(RUNS)) {
    (BY_DEFAULT.includes(name) ? test : thoroughTest)(`runs: ${name}`, async () => {
      if (!usable) return expect(outcomeOf(name)).rejects.toMatchObject({ status: 3 });
      const { status, tasks, lines } = await outcomeOf(name);
      const sorted = UNORDERED.includes(name);
      expect({ status, tasks: sorted ? tasks.sort() : tasks, lines: sorted ? lines.sort() : lines }).toEqual(expected);
      if (name === 'fan-in') expect(tasks).toContain('publish succeeded');
    });
  }
});
