import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Cluster } from '@pipewright/cluster';
import { EVENTS, PODS, resource, type KubeObject, type Send } from '@pipewright/kube';
import type { StatusCondition, TaskRun } from '@pipewright/tekton';
import { quotaFreed } from '../../src/edge/quota-wait-queue.js';
import { startController, type Controller } from '../../src/index.js';
import { quotaExceeded, quotaRetryDelayMs, quotaAttempts } from '../../src/taskrun/quota.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { thoroughTest } from '../../../../test/thorough.js';
import { newHarness, newCluster, type Harness, type KubeletScript } from '../support/harness.js';

let cluster: Cluster;
let close: () => Promise<void>;
let bench: Harness;
let controller: Controller | undefined;
const script: KubeletScript = (pod) => (pod.metadata.labels?.['tekton.dev/taskRun'] === 'first' ? 'stays' : {});

beforeAll(async () => {
  ({ cluster, close } = await newCluster(() => script));
});
afterAll(() => close());
beforeEach(async () => {
  bench = await newHarness(cluster);
});
afterEach(() => controller?.stop());

const start = async (send: Send = cluster.send): Promise<Controller> =>
  (controller = await startController({ send, namespace: bench.namespace }));

const run = (more: object = {}): object => ({
  spec: { taskSpec: { steps: [{ name: 's', image: 'ubuntu', command: ['true'] }] }, ...more },
});

const RESOURCE_QUOTAS = resource('v1', 'resourcequotas', 'ResourceQuota');

const onePod = (namespace: string): object => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'few', namespace },
  spec: { hard: { pods: '1' } },
});

/** The first TaskRun holds the only place there is; resolves when the second waits for it. */
async function full(send?: Send): Promise<StatusCondition> {
  const { namespace } = bench;
  await bench.client.create(RESOURCE_QUOTAS, { namespace }, onePod(namespace));
  await start(send);
  await bench.create('TaskRun', 'first', run());
  await bench.until<TaskRun, true>('TaskRun', 'first', ({ status }) => (status?.podName ? true : undefined));
  await bench.create('TaskRun', 'second', run());
  return bench.until<TaskRun, StatusCondition>('TaskRun', 'second', ({ status }) => status?.conditions?.[0]);
}

describe('a TaskRun whose pod no quota has room for', () => {
  test('waits and says so, and goes on as soon as there is room', async () => {
    const waits = await full();
    const { namespace } = bench;
    const [first] = await bench.list<Pod>('Pod');
    expect(waits).toMatchObject({
      status: 'Unknown',
      reason: 'ExceededResourceQuota',
      message: expect.stringMatching(
        /^TaskRun Pod exceeded available resources, reattempted 1 times: pods "second-pod-\w+" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1$/,
      ),
    });
    await bench.client.delete(PODS, { namespace, name: first?.metadata.name ?? '' });
    expect(await bench.ended('TaskRun', 'second')).toMatchObject({ reason: 'Succeeded' });
    await controller?.stop();
    const { items } = await bench.client.list<KubeObject & { reason: string; message: string }>(EVENTS, { namespace });
    expect(items.map(({ reason, message }) => `${reason}: ${message.split(':', 1)[0] ?? ''}`)).toContain(
      'BuildCreationFailed: Failed to create build pod "second"',
    );
  });

  thoroughTest('goes on when the quota is made larger', async () => {
    await full();
    const { namespace } = bench;
    const at = { namespace, name: 'few' };
    await bench.client.patch(RESOURCE_QUOTAS, at, { spec: { hard: { pods: '2' } } }, { type: 'merge' });
    expect(await bench.ended('TaskRun', 'second')).toMatchObject({ reason: 'Succeeded' });
  });

  thoroughTest('goes on after its pause where the controller may not watch quotas', async () => {
    const blind: Send = async (request) =>
      new URL(request.url).pathname.endsWith('/resourcequotas')
        ? new Response(JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden', message: 'no' }), {
            status: 403,
          })
        : cluster.send(request);
    await full(blind);
    const [first] = await bench.list<Pod>('Pod');
    await bench.client.delete(PODS, { namespace: bench.namespace, name: first?.metadata.name ?? '' });
    expect(await bench.ended('TaskRun', 'second')).toMatchObject({ reason: 'Succeeded' });
  });

  test('ends when its time is up, and names the quota', async () => {
    const { namespace } = bench;
    const none = { ...onePod(namespace), spec: { hard: { pods: '0' } } };
    await bench.client.create(RESOURCE_QUOTAS, { namespace }, none);
    await start();
    await bench.create('TaskRun', 'late', run({ timeout: '1s' }));
    expect(await bench.ended('TaskRun', 'late')).toMatchObject({
      reason: 'TaskRunTimeout',
      message: expect.stringMatching(
        /^TaskRun "late" failed to finish within "1s": TaskRun Pod exceeded available resources, reattempted \d times: pods "late-pod-\w+" is forbidden: exceeded quota: few/,
      ),
    });
  });
});

test('a pod that a limit range forbids ends its run in the server’s words', async () => {
  const { namespace } = bench;
  await bench.client.create(
    resource('v1', 'limitranges', 'LimitRange'),
    { namespace },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'small', namespace },
      spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] },
    },
  );
  await start();
  const steps = [{ name: 's', image: 'ubuntu', command: ['true'], resources: { limits: { cpu: '2' } } }];
  await bench.create('TaskRun', 'big', { spec: { taskSpec: { steps } } });
  expect(await bench.ended('TaskRun', 'big')).toMatchObject({
    reason: 'CouldntGetTask',
    message: expect.stringMatching(
      /^Invalid TaskSpec: pods "big-pod-\w+" is forbidden: maximum cpu usage per Container is 1, but limit is 2$/,
    ),
  });
});

test('a TaskRun whose pod no node has room for says so, in its status and in an event', async () => {
  await start();
  const { namespace } = bench;
  await bench.create('TaskRun', 'first', run());
  const name = await bench.until<TaskRun, string>('TaskRun', 'first', ({ status }) => status?.podName);
  const message = '0/1 nodes are available: 1 Insufficient cpu.';
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
  const body = { status: { phase: 'Pending', conditions } };
  await bench.client.patch(PODS, { namespace, name }, body, { type: 'merge', subresource: 'status' });
  const waits = await bench.until<TaskRun, StatusCondition>('TaskRun', 'first', ({ status }) =>
    status?.conditions?.find(({ reason }) => reason === 'ExceededNodeResources'),
  );
  expect(waits).toMatchObject({ status: 'Unknown', message: 'TaskRun Pod exceeded available resources' });
  await controller?.stop();
  const { items } = await bench.client.list<KubeObject & { reason: string; message: string }>(EVENTS, { namespace });
  expect(items.filter(({ reason }) => reason === 'ExceededNodeResources').map(({ message }) => message)).toEqual([
    `Insufficient resources to schedule pod "${name}"`,
  ]);
});

test('tries are counted by the status that tells of them, with pauses twice as long each time, up to two minutes', () => {
  const status = (tries: number) => ({ conditions: [{ type: 'Succeeded', ...quotaExceeded(tries, 'full') }] });
  expect([undefined, status(1), status(12)].map(quotaAttempts)).toEqual([0, 1, 12]);
  expect([1, 2, 3, 7, 99].map(quotaRetryDelayMs)).toEqual([2000, 4000, 8000, 120_000, 120_000]);
});

describe('a change of a quota', () => {
  const quota = (hard: string, used: string) => ({
    metadata: { name: 'q' },
    spec: { hard: { pods: hard } },
    status: { hard: { pods: hard }, used: { pods: used } },
  });
  test.each([
    ['by which less is used gives room', quota('2', '2'), quota('2', '1'), true],
    ['by which more is used gives none', quota('2', '1'), quota('2', '2'), false],
    ['to other limits may give room', quota('2', '2'), quota('3', '2'), true],
    ['that is its end gives room', quota('2', '2'), undefined, true],
    ['that is its beginning gives none', undefined, quota('2', '2'), false],
  ])('%s', (_what, before, after, gives) => {
    expect(quotaFreed({ ...(before && { before }), ...(after && { after }) } as Parameters<typeof quotaFreed>[0])).toBe(
      gives,
    );
  });
});
