import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Cluster } from '@pipewright/cluster';
import { EVENTS, PODS, resource, type KubeObject } from '@pipewright/kube';
import type { Send } from '@pipewright/apimachinery';
import type { StatusCondition, TaskRun } from '@pipewright/tekton';
import { quotaFreed } from '../../src/edge/quota-wait-queue.js';
import { startController, type RunningController } from '../../src/index.js';
import { quotaExceeded, quotaRetryDelayMs, quotaAttempts } from '../../src/taskrun/quota.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { thoroughTest } from '../../../../test/thorough.js';
import { newHarness, newCluster, type Harness, type KubeletScript } from '../support/harness.js';

let cluster: Cluster;
let close: () => Promise<void>;
let harness: Harness;
let controller: RunningController | undefined;
const script: KubeletScript = (pod) => (pod.metadata.labels?.['tekton.dev/taskRun'] === 'first' ? 'stays' : {});

beforeAll(async () => {
  ({ cluster, close } = await newCluster(() => script));
});
afterAll(() => close());
beforeEach(async () => {
  harness = await newHarness(cluster);
});
afterEach(() => controller?.stop());

const startInNamespace = async (send: Send = cluster.send): Promise<RunningController> =>
  (controller = await startController({ send, namespace: harness.namespace }));

const run = (spec: object = {}): object => ({
  spec: { taskSpec: { steps: [{ name: 's', image: 'ubuntu', command: ['true'] }] }, ...spec },
});

const RESOURCE_QUOTAS = resource('v1', 'resourcequotas', 'ResourceQuota');

const onePodQuota = (namespace: string): object => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'few', namespace },
  spec: { hard: { pods: '1' } },
});

/** Fills the quota with the first TaskRun. Resolves when the second one waits for quota. */
async function fillQuota(send?: Send): Promise<StatusCondition> {
  const { namespace } = harness;
  await harness.client.create(RESOURCE_QUOTAS, { namespace }, onePodQuota(namespace));
  await startInNamespace(send);
  await harness.create('TaskRun', 'first', run());
  await harness.waitFor<TaskRun, true>('TaskRun', 'first', ({ status }) => (status?.podName ? true : undefined));
  await harness.create('TaskRun', 'second', run());
  return harness.waitFor<TaskRun, StatusCondition>('TaskRun', 'second', ({ status }) => status?.conditions?.[0]);
}

describe('a TaskRun whose pod exceeds a quota', () => {
  test('waits with that status, and continues as soon as the quota allows it', async () => {
    const condition = await fillQuota();
    const { namespace } = harness;
    const [first] = await harness.list<Pod>('Pod');
    expect(condition).toMatchObject({
      status: 'Unknown',
      reason: 'ExceededResourceQuota',
      message: expect.stringMatching(
        /^TaskRun Pod exceeded available resources, reattempted 1 times: pods "second-pod-\w+" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1$/,
      ),
    });
    await harness.client.delete(PODS, { namespace, name: first?.metadata.name ?? '' });
    expect(await harness.waitForEnd('TaskRun', 'second')).toMatchObject({ reason: 'Succeeded' });
    await controller?.stop();
    const { items } = await harness.client.list<KubeObject & { reason: string; message: string }>(EVENTS, {
      namespace,
    });
    expect(items.map(({ reason, message }) => `${reason}: ${message.split(':', 1)[0] ?? ''}`)).toContain(
      'BuildCreationFailed: Failed to create build pod "second"',
    );
  });

  thoroughTest('continues when the quota is increased', async () => {
    await fillQuota();
    const { namespace } = harness;
    const quotaKey = { namespace, name: 'few' };
    await harness.client.patch(RESOURCE_QUOTAS, quotaKey, { spec: { hard: { pods: '2' } } }, { type: 'merge' });
    expect(await harness.waitForEnd('TaskRun', 'second')).toMatchObject({ reason: 'Succeeded' });
  });

  thoroughTest('continues after its delay if the controller cannot watch quotas', async () => {
    const sendWithoutQuotaWatch: Send = async (request) =>
      new URL(request.url).pathname.endsWith('/resourcequotas')
        ? new Response(JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden', message: 'no' }), {
            status: 403,
          })
        : cluster.send(request);
    await fillQuota(sendWithoutQuotaWatch);
    const [first] = await harness.list<Pod>('Pod');
    await harness.client.delete(PODS, { namespace: harness.namespace, name: first?.metadata.name ?? '' });
    expect(await harness.waitForEnd('TaskRun', 'second')).toMatchObject({ reason: 'Succeeded' });
  });

  test('times out with the name of the quota', async () => {
    const { namespace } = harness;
    const noPodQuota = { ...onePodQuota(namespace), spec: { hard: { pods: '0' } } };
    await harness.client.create(RESOURCE_QUOTAS, { namespace }, noPodQuota);
    await startInNamespace();
    await harness.create('TaskRun', 'late', run({ timeout: '1s' }));
    expect(await harness.waitForEnd('TaskRun', 'late')).toMatchObject({
      reason: 'TaskRunTimeout',
      message: expect.stringMatching(
        /^TaskRun "late" failed to finish within "1s": TaskRun Pod exceeded available resources, reattempted \d times: pods "late-pod-\w+" is forbidden: exceeded quota: few/,
      ),
    });
  });
});

test('a pod that a LimitRange forbids fails its run with the message of the server', async () => {
  const { namespace } = harness;
  await harness.client.create(
    resource('v1', 'limitranges', 'LimitRange'),
    { namespace },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'small', namespace },
      spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] },
    },
  );
  await startInNamespace();
  const steps = [{ name: 's', image: 'ubuntu', command: ['true'], resources: { limits: { cpu: '2' } } }];
  await harness.create('TaskRun', 'big', { spec: { taskSpec: { steps } } });
  expect(await harness.waitForEnd('TaskRun', 'big')).toMatchObject({
    reason: 'CouldntGetTask',
    message: expect.stringMatching(
      /^Invalid TaskSpec: pods "big-pod-\w+" is forbidden: maximum cpu usage per Container is 1, but limit is 2$/,
    ),
  });
});

test('a TaskRun whose pod fits no node reports that in its status and in an event', async () => {
  await startInNamespace();
  const { namespace } = harness;
  await harness.create('TaskRun', 'first', run());
  const name = await harness.waitFor<TaskRun, string>('TaskRun', 'first', ({ status }) => status?.podName);
  const message = '0/1 nodes are available: 1 Insufficient cpu.';
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
  const body = { status: { phase: 'Pending', conditions } };
  await harness.client.patch(PODS, { namespace, name }, body, { type: 'merge', subresource: 'status' });
  const condition = await harness.waitFor<TaskRun, StatusCondition>('TaskRun', 'first', ({ status }) =>
    status?.conditions?.find(({ reason }) => reason === 'ExceededNodeResources'),
  );
  expect(condition).toMatchObject({ status: 'Unknown', message: 'TaskRun Pod exceeded available resources' });
  await controller?.stop();
  const { items } = await harness.client.list<KubeObject & { reason: string; message: string }>(EVENTS, { namespace });
  expect(items.filter(({ reason }) => reason === 'ExceededNodeResources').map(({ message }) => message)).toEqual([
    `Insufficient resources to schedule pod "${name}"`,
  ]);
});

test('attempts are counted from the status, with delays that double up to two minutes', () => {
  const status = (attempts: number) => ({ conditions: [{ type: 'Succeeded', ...quotaExceeded(attempts, 'full') }] });
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
    ['that reduces the usage triggers a retry', quota('2', '2'), quota('2', '1'), true],
    ['that increases the usage triggers none', quota('2', '1'), quota('2', '2'), false],
    ['of its limits triggers a retry', quota('2', '2'), quota('3', '2'), true],
    ['that deletes it triggers a retry', quota('2', '2'), undefined, true],
    ['that creates it triggers none', undefined, quota('2', '2'), false],
  ])('%s', (_what, before, after, isRetried) => {
    expect(quotaFreed({ ...(before && { before }), ...(after && { after }) } as Parameters<typeof quotaFreed>[0])).toBe(
      isRetried,
    );
  });
});
