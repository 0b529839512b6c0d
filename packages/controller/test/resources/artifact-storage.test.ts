import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Cluster } from '@pipewright/cluster';
import { CONFIG_MAPS, NAMESPACES, PERSISTENT_VOLUME_CLAIMS, type KubeObject } from '@pipewright/kube';
import type { Send } from '@pipewright/apimachinery';
import { startController, type RunningController } from '../../src/index.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { collectingLog, newHarness, newCluster, type Harness } from '../support/harness.js';

let cluster: Cluster;
let close: () => Promise<void>;
let harness: Harness;
let controller: RunningController;
let claims: KubeObject[] = [];

/** Records created claims, since they are deleted when the run ends. */
const recordClaims: Send = async (request) => {
  if (request.method === 'POST' && request.url.includes('/persistentvolumeclaims'))
    claims.push((await request.clone().json()) as KubeObject);
  return cluster.send(request);
};

const NAMESPACE = 'tekton-pipelines';
const configure = async (name: string, data: Record<string, string>): Promise<void> => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE }, data };
  await harness.client.create(CONFIG_MAPS, { namespace: NAMESPACE }, object);
};

beforeAll(async () => {
  ({ cluster, close } = await newCluster(() => () => ({})));
});
afterAll(() => close());

beforeEach(async () => {
  claims = [];
  harness = await newHarness(cluster);
  await harness.client
    .create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
    .catch(() => undefined);
  controller = await startController({ send: recordClaims, log: collectingLog(), namespace: harness.namespace });
});
afterEach(async () => {
  await controller.stop();
  for (const name of ['config-artifact-pvc', 'config-artifact-bucket'])
    await harness.client.delete(CONFIG_MAPS, { namespace: NAMESPACE, name });
});

/** Runs a pipeline whose second task uses an output of the first. @returns containers and volumes of each pod */
async function run(type: 'git' | 'storage'): Promise<Readonly<Record<string, Pod['spec']>>> {
  const params =
    type === 'git' ? { url: 'https://git.corp/a.git' } : { type: 'gcs', location: 'gs://shop/x', dir: 'y' };
  const steps = [{ name: 's', image: 'ubuntu', command: ['true'] }];
  const resources = [{ name: 'src', type }];
  await harness.create('PipelineResource', 'thing', {
    spec: { type, params: Object.entries(params).map(([name, value]) => ({ name, value })) },
  });
  await harness.create('Task', 'make', { spec: { outputs: { resources }, steps } });
  await harness.create('Task', 'use', { spec: { inputs: { resources }, steps } });
  await harness.create('PipelineRun', 'run', {
    spec: {
      pipelineSpec: {
        resources: [{ name: 'r', type }],
        tasks: [
          { name: 'make', taskRef: { name: 'make' }, resources: { outputs: [{ name: 'src', resource: 'r' }] } },
          {
            name: 'use',
            taskRef: { name: 'use' },
            resources: { inputs: [{ name: 'src', resource: 'r', from: ['make'] }] },
          },
        ],
      },
      resources: [{ name: 'r', resourceRef: { name: 'thing' } }],
    },
  });
  expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ status: 'True' });
  const pods = await harness.list<Pod>('Pod');
  return Object.fromEntries(
    pods.map(({ metadata, spec }) => [metadata.labels?.['tekton.dev/pipelineTask'] ?? '', spec]),
  );
}

const steps = (spec: Pod['spec'] | undefined): readonly string[] =>
  (spec?.containers ?? []).map(({ name }) => name.replace(/^step-/, '').replace(/-[a-z0-9]{5}$/, ''));

describe('files that tasks hand over', () => {
  test.each(['git', 'storage'] as const)('of type %s are on a claim that is deleted with the run', async (type) => {
    const { make: producer, use: consumer } = await run(type);
    const upload = type === 'storage' ? ['upload-thing'] : [];
    expect(steps(producer)).toEqual(['create-dir-src', 's', 'source-mkdir-thing', 'source-copy-thing', ...upload]);
    expect(steps(consumer)).toEqual(['create-dir-src', 'source-copy-src', 's']);
    expect(
      claims.map(({ metadata, ...claim }) => [metadata.name, (claim as unknown as { spec: object }).spec]),
    ).toEqual([['run-pvc', { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } }]]);
    expect((await harness.client.list(PERSISTENT_VOLUME_CLAIMS, { namespace: harness.namespace })).items).toEqual([]);
  });

  test('are on a claim of the configured size and class', async () => {
    await configure('config-artifact-pvc', { size: '1Gi', storageClassName: 'fast' });
    await run('git');
    expect(claims[0]).toMatchObject({
      spec: { resources: { requests: { storage: '1Gi' } }, storageClassName: 'fast' },
    });
  });

  test('that are in a bucket fail their TaskRun if the bucket is no longer configured', async () => {
    await harness.create('PipelineRun', 'owner', { spec: { pipelineSpec: { tasks: [] } } });
    const [owner] = await harness.list('PipelineRun');
    const reference = { apiVersion: 'tekton.dev/v1alpha1', kind: 'PipelineRun', name: 'owner', controller: true };
    const resourceSpec = { type: 'git', params: [{ name: 'url', value: 'https://git.corp/a.git' }] };
    const paths = [`owner-${harness.namespace}-bucket/make/src`];
    await harness.create('TaskRun', 'use', {
      metadata: { ownerReferences: [{ ...reference, uid: owner?.metadata.uid ?? '' }] },
      spec: {
        taskSpec: {
          inputs: { resources: [{ name: 'src', type: 'git' }] },
          steps: [{ name: 's', image: 'ubuntu', command: ['true'] }],
        },
        inputs: { resources: [{ name: 'src', resourceSpec, paths }] },
      },
    });
    expect(await harness.waitForEnd('TaskRun', 'use')).toMatchObject({
      status: 'False',
      reason: 'CouldntGetTask',
      message:
        'Invalid TaskSpec: the files of this run are in a bucket, but the ConfigMap config-artifact-bucket has no location; set it to gs://BUCKET/PATH',
    });
  });

  test('are stored in the configured bucket, without a claim', async () => {
    await configure('config-artifact-bucket', { location: 'gs://artifacts' });
    const { make: producer, use: consumer } = await run('git');
    expect(steps(producer)).toEqual(['create-dir-src', 's', 'artifact-copy-to-thing']);
    expect(steps(consumer)).toEqual(['artifact-dest-mkdir-src', 'artifact-copy-from-src', 's']);
    const archiveUrl = `gs://artifacts/run-${harness.namespace}-bucket/make/src`;
    expect(consumer?.containers[1]?.args?.slice(-2)).toEqual([archiveUrl, '/workspace/src']);
    expect(claims).toEqual([]);
  });
});
