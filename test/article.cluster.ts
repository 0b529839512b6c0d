/**
 * The article on the real Kubernetes of KUBECONFIG: its unchanged manifests, with our controller outside the cluster.
 *
 * With `LAB` set (see examples/article/lab/prepare.sh) the stand-in images are built and the sources served first, for a cluster
 * that cannot reach GitHub and Docker Hub. Without it the cluster has to reach both. All objects created in the namespace `default`
 * are removed at the end.
 */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startController, type RunningController } from '@pipewright/controller';
import { kubeconfigSend, KubeClient, type ClusterSend } from '@pipewright/kube';
import { crds } from '@pipewright/tekton';
import { synthesizeDeployment } from '../examples/article/deployment.js';

const exec = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const article = join(root, 'examples/article');
const work = mkdtempSync(join(tmpdir(), 'article-cluster-'));

const lab = process.env['LAB'] !== undefined;
const PIPELINE_RUNS = {
  group: 'tekton.dev',
  version: 'v1alpha1',
  plural: 'pipelineruns',
  kind: 'PipelineRun',
  namespaced: true,
};

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface PipelineRun {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly taskRuns?: Readonly<Record<string, { readonly pipelineTaskName: string; readonly status: TaskRunStatus }>>;
  };
}

interface TaskRunStatus {
  readonly podName: string;
  readonly conditions: readonly Condition[];
  readonly resourcesResult?: readonly { readonly key?: string; readonly value?: string }[];
}

const kubectl = async (...args: string[]): Promise<string> =>
  (await exec('kubectl', args, { maxBuffer: 64 * 1024 * 1024 })).stdout.trim();

let sources: ChildProcess | undefined;
let started: { readonly send: ClusterSend; readonly controller: RunningController } | undefined;
let run: PipelineRun;

/** Builds the images and serves the sources; a line on stderr reports when they are ready. */
async function serveSources(): Promise<void> {
  sources = spawn(join(article, 'lab/prepare.sh'), { stdio: ['ignore', 'inherit', 'pipe'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: sources.stderr ?? process.stdin })) {
    lines.push(line);
    if (line.startsWith('serving ')) return;
  }
  throw new Error(`prepare.sh ended: ${lines.join('\n')}`);
}

/** Watches the run until its condition is no longer Unknown. */
async function finished(client: KubeClient): Promise<PipelineRun> {
  const fieldSelector = 'metadata.name=build-nginx--pipelinerun';
  for (;;)
    for await (const { object } of client.watch<PipelineRun>(PIPELINE_RUNS, { namespace: 'default', fieldSelector })) {
      const condition = object.status?.conditions?.find(({ type }) => type === 'Succeeded');
      if (condition !== undefined && condition.status !== 'Unknown') return object;
    }
}

beforeAll(async () => {
  if (!process.env['KUBECONFIG'])
    throw new Error('set KUBECONFIG: this suite writes into the namespace default of a cluster');
  if (lab) await serveSources();
  await exec(process.execPath, ['--import', 'tsx', 'main.ts'], {
    cwd: root,
    env: { ...process.env, CDK8S_OUTDIR: join(work, 'dist') },
  });
  synthesizeDeployment(join(work, 'deployment'));
  writeFileSync(join(work, 'crds.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: crds() }));
  await kubectl('apply', '-f', join(work, 'crds.json'));
  await kubectl('wait', '--for=condition=Established', 'crd', '--timeout=60s', ...crds().map(nameOf));
  await remove();

  const send = await kubeconfigSend();
  const controller = await startController({
    send,
    namespace: 'default',
    ...(lab && { images: { git: 'pipewright/article-git' } }),
  });
  started = { send, controller };
  await kubectl('apply', '-f', join(article, 'credentials.yaml'), '-f', join(work, 'deployment'));
  await kubectl('apply', '-f', join(work, 'dist'));
  run = await finished(new KubeClient(send));
});

const nameOf = (crd: object): string => (crd as { metadata: { name: string } }).metadata.name; // a manifest has a name

const remove = (): Promise<unknown> =>
  Promise.all(
    ['dist', 'deployment']
      .map((folder) => kubectl('delete', '--ignore-not-found', '-f', join(work, folder)))
      .concat(kubectl('delete', '--ignore-not-found', '-f', join(article, 'credentials.yaml'))),
  );

afterAll(async () => {
  sources?.kill();
  if (started === undefined) return;
  await remove();
  await started.controller.stop();
  await started.send.close();
  rmSync(work, { recursive: true, force: true });
});

describe("the article's pipeline", () => {
  const tasks = (): readonly (readonly [string, TaskRunStatus])[] =>
    Object.values(run.status?.taskRuns ?? {}).map(({ pipelineTaskName, status }) => [pipelineTaskName, status]);
  const commits = (): readonly (string | undefined)[] =>
    tasks().map(([, { resourcesResult = [] }]) => resourcesResult.find(({ key }) => key === 'commit')?.value);

  test('succeeds with its three tasks', async () => {
    expect(run.status?.conditions).toMatchObject([
      { type: 'Succeeded', status: 'True', reason: 'Succeeded', message: 'All Tasks have completed executing' },
    ]);
    expect(
      tasks()
        .map(([name, { conditions }]) => [name, conditions[0]?.status])
        .sort(),
    ).toEqual([
      ['build-push', 'True'],
      ['deploy', 'True'],
      ['unit-tests', 'True'],
    ]);
    const columns = await kubectl('get', 'pipelineruns.tekton.dev', '-o', 'wide');
    expect(columns.split('\n')[0]?.split(/\s+/)).toEqual([
      'NAME',
      'SUCCEEDED',
      'REASON',
      'STARTTIME',
      'COMPLETIONTIME',
    ]);
    console.log(columns, '\n' + (await kubectl('get', 'pods')));
  });

  test('names its pods as the article shows them, and logs the clone', async () => {
    const pods = Object.fromEntries(tasks().map(([name, { podName }]) => [name, podName]));
    for (const name of ['unit-tests', 'build-push', 'deploy'])
      expect(pods[name]).toMatch(new RegExp(`^build-nginx--pipelinerun-${name}-[a-z0-9]{5}-pod-[a-z0-9]+$`));
    const names = await kubectl('get', 'pod', pods['unit-tests'] ?? '', '-o', 'jsonpath={.spec.containers[*].name}');
    const clone = names.split(' ').find((name) => name.startsWith('step-git-source-nginx-source-code-'));
    const log = await kubectl('logs', pods['unit-tests'] ?? '', '-c', clone ?? '');
    expect(log).toContain('Successfully cloned https://github.com/aiyijing/nginx.git @ master in path /workspace');
  });

  test('reports one commit for all three, and tags the image with it', async () => {
    const [commit, ...others] = commits();
    expect([commit, ...others]).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/), commit, commit]);
    const image = await kubectl(
      'get',
      'deployment',
      'nginx',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].image}',
    );
    expect(image).toBe(`aiyijing/nginx:${commit}`);
  });

  test('pushed an image that skopeo can read, with the digest that was logged', async () => {
    const [commit] = commits();
    const registry = lab ? (process.env['LAB_REGISTRY'] ?? '') : 'docker.io';
    const args = ['inspect', `--tls-verify=${!lab}`, `docker://${registry}/aiyijing/nginx:${commit}`];
    const inspected = JSON.parse((await exec('skopeo', args)).stdout) as { Digest: string; RepoTags: string[] };
    const podName = tasks().find(([name]) => name === 'build-push')?.[1].podName ?? '';
    const log = await kubectl('logs', podName, '-c', 'step-build-and-push');
    expect(inspected.RepoTags).toContain(commit);
    expect(log).toContain(`Pushed index.docker.io/aiyijing/nginx@${inspected.Digest}`);
    console.log(inspected);
  });

  test('writes no credential to a status, an event or a log', async () => {
    const secrets = readFileSync(join(article, 'credentials.yaml'), 'utf8').match(/demo-[a-z]+-password/g) ?? [];
    const said = await kubectl('get', 'pipelineruns,taskruns,pods,events', '-o', 'json');
    const logs = await Promise.all(tasks().map(([, { podName }]) => kubectl('logs', podName, '--all-containers')));
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) expect([said, ...logs].join('\n')).not.toContain(secret);
  });
});
