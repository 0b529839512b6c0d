import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { DockerCredentials, GitCredentials, TektonApp } from '../lib/index.js';
import { NginxPipeline, NginxRun } from '../main.js';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const root = resolve(import.meta.dirname, '..');
const manifests = join(root, 'examples/article/manifests');

const objectsOf = (yaml: string): Manifest[] => parseAllDocuments(yaml).map((it) => it.toJS() as Manifest);
const filesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
const read = (folder: string): Manifest[] =>
  filesOf(folder).flatMap((file) => objectsOf(readFileSync(join(folder, file), 'utf8')));

const bytes = (folder: string): string[][] =>
  filesOf(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]);

/** Objects by kind and name, so that two lists are compared regardless of their order. */
const keyed = (objects: readonly Manifest[]): Record<string, Manifest> =>
  Object.fromEntries(objects.map((it) => [`${it.kind} ${it.metadata.name}`, it]));

const isSecret = (it: Manifest): boolean => it.kind === 'Secret';

/** Another locale, time zone and user, which must not affect the output. */
const ELSEWHERE = { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', HOME: '/nonexistent' };

/** Runs main.ts as `cdk8s synth` does and passes its files and its output to `look`. */
function synthesized<T>(look: (folder: string, said: string) => T, env: NodeJS.ProcessEnv = {}): T {
  const outdir = mkdtempSync(join(tmpdir(), 'pipewright-dist-'));
  try {
    const settings = { cwd: root, env: { ...process.env, CDK8S_OUTDIR: outdir, ...env }, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'main.ts'], settings);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    return look(outdir, stderr);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

describe('main.ts synthesizes the article', () => {
  const made = { files: [] as string[][], objects: [] as Manifest[], said: '' };
  beforeAll(() => {
    synthesized(
      (folder, said) => Object.assign(made, { files: bytes(folder), objects: read(folder), said }),
      ELSEWHERE,
    );
  });

  test('with equal objects except the two Secrets', () => {
    const article = read(manifests);
    const ours = made.objects;

    expect(keyed(ours)).toEqual(keyed(article.filter((it) => !isSecret(it))));
    expect(ours).toHaveLength(article.length - 2);
    expect(article.filter(isSecret).map((it) => it.metadata.name)).toEqual(['auth-docker', 'auth-gitlab']);
  });

  test('including the Secrets if plaintext is requested', () => {
    const app = new App();
    const secrets = new Chart(app, 'secrets');
    const credentials = [
      DockerCredentials.unsafePlaintext(secrets, 'docker', {
        metadata: { name: 'auth-docker' },
        registry: 'index.docker.io',
        username: 'xxx',
        password: 'xxxx',
      }),
      GitCredentials.unsafePlaintext(secrets, 'git', {
        metadata: { name: 'auth-gitlab' },
        server: 'https://github.com',
        username: 'aiyijing',
        password: '*****',
      }),
    ];
    const nginx = new NginxPipeline(app, 'pipeline', credentials);
    const run = new NginxRun(app, 'run', nginx);
    const ours = [secrets, nginx, run].flatMap((chart) => Testing.synth(chart) as Manifest[]);

    expect(keyed(ours)).toEqual(keyed(read(manifests)));
    expect(ours).toHaveLength(read(manifests).length);
  });

  test('with a warning for each of its hazards', () => {
    const said = made.said.split('\n').filter((line) => line.startsWith('warning: ')); // the lines between show the program

    expect(said.map((line) => line.replace(/(\]) .*\[/, '$1 … ['))).toEqual([
      'warning: [pipeline/unit-tests] … [IMAGE_UNPINNED]',
      'warning: [pipeline/build-push] … [IMAGE_UNPINNED]',
      'warning: [pipeline/deploy] … [IMAGE_UNPINNED]',
      'warning: [pipeline/bot] … [CLUSTER_ADMIN]',
    ]);
  });

  test('to the same bytes, regardless of time zone, locale and user', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'pipewright-dist-'));
    try {
      const app = new TektonApp({ outdir, showWarnings: false });
      const credentials = [DockerCredentials.fromSecret('auth-docker'), GitCredentials.fromSecret('auth-gitlab')];
      new NginxRun(app, 'run', new NginxPipeline(app, 'pipeline', credentials));
      app.synth();
      expect(made.files.map(([file]) => file)).toEqual(['pipeline.k8s.yaml', 'run.k8s.yaml']);
      expect(bytes(outdir)).toEqual(made.files);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });
});
