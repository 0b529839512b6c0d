import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CloudEventDelivery, PipelineRun, TaskRun } from '@pipewright/tekton';
import { VirtualCluster } from '../support/virtual-cluster.js';

const HOUR = 3_600_000;

let virtual: VirtualCluster;
let attempts: string[] = [];
const NOON = Date.UTC(2026, 0, 1, 12);
const sendToUnreachable = (request: Request): Promise<Response> => {
  attempts.push(`${new URL(request.url).pathname} ${String((virtual.clock.date().getTime() - NOON) / 1000)}`);
  return Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:1'));
};

beforeEach(async () => {
  attempts = [];
  virtual = new VirtualCluster();
  await virtual.open({ sendEvent: sendToUnreachable });
});
afterEach(() => virtual.close());

const failure = (): Promise<Response> => Promise.resolve(Response.json({ kind: 'Status', code: 500 }, { status: 500 }));

const outputs = (...names: readonly string[]): object => ({
  resources: names.map((name) => ({ name, type: 'cloudEvent' })),
});
const steps = [{ name: 's', image: 'ubuntu', command: ['true'] }];
const sink = (name: string): object => ({
  name,
  resourceSpec: { type: 'cloudEvent', params: [{ name: 'targetURI', value: `http://127.0.0.1:1/${name}` }] },
});

async function deliveries(): Promise<readonly CloudEventDelivery[]> {
  const runs = await virtual.harness.list<TaskRun>('TaskRun');
  return runs.flatMap(({ status }) => status?.cloudEvents ?? []);
}

/** Times of the five delivery attempts, in seconds after noon. */
const SCHEDULE = [0, 1.999, 6.999, 21.999, 81.999];

describe('a receiver that cannot be reached', () => {
  test('gets five attempts for a TaskRun, with growing delays, and then no more', async () => {
    await virtual.harness.create('TaskRun', 'run', {
      spec: { taskSpec: { outputs: outputs('told'), steps }, outputs: { resources: [sink('told')] } },
    });
    await virtual.clock.advance(24 * HOUR);
    expect(attempts).toEqual(SCHEDULE.map((seconds) => `/told ${String(seconds)}`));
    expect((await deliveries()).map(({ status }) => [status.condition, status.retryCount])).toEqual([['Failed', 5]]);
    expect(virtual.reconciles.sum('CloudEvent')).toBeLessThanOrEqual(12);
    expect(virtual.reconciles.sum('TaskRun')).toBeLessThanOrEqual(12);
  });

  test('costs a PipelineRun a few reconciles and writes for each attempt, and delays nothing', async () => {
    const tasks = ['a', 'b', 'c'];
    await virtual.harness.create('Task', 'tell', { spec: { outputs: outputs('one', 'two'), steps } });
    await virtual.harness.create('PipelineRun', 'run', {
      spec: {
        pipelineSpec: {
          resources: ['one', 'two'].map((name) => ({ name, type: 'cloudEvent' })),
          tasks: tasks.map((name) => ({
            name,
            taskRef: { name: 'tell' },
            resources: { outputs: ['one', 'two'].map((name) => ({ name, resource: name })) },
          })),
        },
        resources: ['one', 'two'].map(sink),
      },
    });
    await virtual.clock.advance(500);
    expect(await virtual.harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'Succeeded' });
    await virtual.clock.advance(24 * HOUR);
    expect(attempts).toHaveLength(3 * 2 * SCHEDULE.length);
    expect((await deliveries()).map(({ status }) => [status.condition, status.retryCount])).toEqual(
      Array.from({ length: 6 }, () => ['Failed', 5]),
    );
    const [run] = await virtual.harness.list<PipelineRun>('PipelineRun');
    const exposeToPods = Object.values(run?.status?.taskRuns ?? {}).flatMap(({ status }) => status?.cloudEvents ?? []);
    expect(exposeToPods.map(({ status }) => status.condition)).toEqual(Array.from({ length: 6 }, () => 'Failed'));
    expect(virtual.reconciles.sum('CloudEvent')).toBeLessThanOrEqual(tasks.length * 25);
    expect(virtual.reconciles.sum('PipelineRun')).toBeLessThanOrEqual(tasks.length * 15);
    expect(virtual.writes.sum()).toBeLessThanOrEqual(tasks.length * 20);
  });

  test('gets no further attempt while the result of one cannot be written', async () => {
    let isRefusing = true;
    await virtual.stopController();
    await virtual.startController({
      sendEvent: sendToUnreachable,
      send: virtual.intercept(({ method }) =>
        isRefusing && attempts.length > 0 && method === 'PATCH' ? failure() : undefined,
      ),
    });
    await virtual.harness.create('TaskRun', 'run', {
      spec: { taskSpec: { outputs: outputs('told'), steps }, outputs: { resources: [sink('told')] } },
    });
    await virtual.clock.advance(10 * HOUR);
    expect(attempts).toEqual(['/told 0']);
    isRefusing = false;
    await virtual.clock.advance(10 * HOUR);
    expect(attempts).toHaveLength(SCHEDULE.length);
    expect((await deliveries()).map(({ status }) => [status.condition, status.retryCount])).toEqual([['Failed', 5]]);
  });
});
