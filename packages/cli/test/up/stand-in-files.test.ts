/** Repository URLs that `up` serves from directories, as PipelineResources are created through the API. */

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fake, startCluster, type Cluster } from '@pipewright/cluster';
import { KubeClient } from '@pipewright/kube';
import { crds, PIPELINE_RESOURCES, PIPELINE_RUNS, TASK_RUNS } from '@pipewright/tekton';
import { standInFiles, type StandInFiles } from '../../src/up/stand-in-files.js';

let work: string;
let cluster: Cluster;
let client: KubeClient;
let standIns: StandInFiles;
beforeEach(async () => {
  work = mkdtempSync(join(tmpdir(), 'up-stand-ins-'));
  mkdirSync(join(work, 'shop'));
  writeFileSync(join(work, 'shop/a.txt'), 'a');
  cluster = await startCluster({
    runtime: fake({ script: () => undefined }),
    images: () => undefined,
    crds: crds({ preserveUnknownFields: true }),
  });
  client = new KubeClient(cluster.send);
  const directory = join(work, 'shop');
  standIns = await standInFiles(
    {
      images: new Map(),
      resources: new Map([
        ['shop', { kind: 'directory', directory }],
        ['bucket', { kind: 'directory', directory }],
        ['image', { kind: 'registry' }],
      ]),
    },
    () => undefined,
  );
});
afterEach(async () => {
  await standIns.close();
  await cluster.close();
  rmSync(work, { recursive: true });
});

const git = (url: string) => ({ type: 'git', params: [{ name: 'url', value: url }] });
const metadata = (name: string, labels = {}) => ({ name, namespace: 'default', labels });
const LOGIN = { username: 'user', password: 'password' };

/** Returns the URLs that /etc/gitconfig redirects. */
const answered = (): readonly string[] =>
  [...(standIns.files['/etc/gitconfig'] ?? '').matchAll(/insteadOf = "(.*)"/g)].map(([, url = '']) => url).sort();

async function create(kind: typeof TASK_RUNS, name: string, spec: object, labels = {}): Promise<void> {
  await client.create(kind, { namespace: 'default' }, { metadata: metadata(name, labels), spec });
}

test('a resource is served whether it is an object, or embedded in a TaskRun or PipelineRun', async () => {
  await create(PIPELINE_RESOURCES, 'shop', git('https://example.com/object.git'));
  await create(TASK_RUNS, 'one', {
    taskSpec: { steps: [] },
    inputs: {
      resources: [
        { name: 'shop', resourceSpec: git('https://example.com/input.git') },
        { name: 'other', resourceSpec: git('https://example.com/other.git') },
      ],
    },
    outputs: {
      resources: [
        { name: 'bucket', resourceSpec: { type: 'storage', params: [{ name: 'location', value: 'gs://goods/here' }] } },
        { name: 'image', resourceSpec: { type: 'image', params: [{ name: 'url', value: 'quay.io/team/app' }] } },
      ],
    },
  });
  await create(PIPELINE_RUNS, 'line', {
    pipelineRef: { name: 'line' },
    resources: [{ name: 'shop', resourceSpec: git('https://example.com/pipeline.git') }],
  });
  await standIns.watch(client, { port: 5000, login: LOGIN, close: () => Promise.resolve() });
  expect(answered()).toEqual([
    'https://example.com/input',
    'https://example.com/object',
    'https://example.com/pipeline',
  ]);
  expect(Object.keys(JSON.parse(standIns.files['/etc/pipewright/buckets.json'] ?? '{}') as object)).toEqual(['goods']);
  expect(standIns.files['/etc/containers/registries.conf']).toContain('prefix = "quay.io"');
});

test('resources of the TaskRuns of a PipelineRun, which have the names of their Task, are not served', async () => {
  await create(
    TASK_RUNS,
    'line-build',
    {
      taskSpec: { steps: [] },
      inputs: { resources: [{ name: 'shop', resourceSpec: git('https://example.com/stranger.git') }] },
    },
    { 'tekton.dev/pipelineRun': 'line' },
  );
  await standIns.watch(client, undefined);
  expect(answered()).toEqual([]);
});
