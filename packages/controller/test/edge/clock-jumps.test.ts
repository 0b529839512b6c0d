/** Changes of the system time during runs: they must neither end runs twice nor block them forever. */

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import { chain, okTask } from '../support/harness.js';
import { VirtualCluster } from '../support/virtual-cluster.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let virtual: VirtualCluster;
beforeEach(() => {
  virtual = new VirtualCluster();
});
afterEach(() => virtual.close());

async function startCluster(options: Parameters<VirtualCluster['open']>[0] = {}): Promise<void> {
  await virtual.open(options);
  await virtual.harness.create('Task', 'ok', okTask);
  await virtual.harness.create('Pipeline', 'p', chain(['a', 'b']));
}

const taskRun = (name: string, spec: object = {}): Promise<TaskRun> =>
  virtual.harness.create('TaskRun', name, { spec: { taskRef: { name: 'ok' }, ...spec } });
const runNamed = async (name: string): Promise<TaskRun | undefined> =>
  (await virtual.harness.list<TaskRun>('TaskRun')).find(({ metadata }) => metadata.name === name);
const reasonOf = async (name: string): Promise<string | undefined> =>
  (await runNamed(name))?.status?.conditions?.[0]?.reason;
const totalReconciles = (): number => virtual.reconciles.sum();

describe.each([-5, 5])('after a change of the clock by %d hours', (hours) => {
  test('finished runs do not change, and cause no writes', async () => {
    await startCluster();
    await taskRun('good');
    await virtual.clock.advance(MINUTE);
    virtual.script = () => ({ exitCode: 1 });
    await taskRun('bad');
    await virtual.harness.create('PipelineRun', 'run', { spec: { pipelineRef: { name: 'p' } } });
    await virtual.clock.advance(10_000);
    const runStates = async () => [
      ...(await virtual.harness.list<TaskRun>('TaskRun')),
      ...(await virtual.harness.list<PipelineRun>('PipelineRun')),
    ];
    const statesBefore = await runStates();
    expect(statesBefore.map(({ status }) => status?.conditions?.[0]?.status).toSorted()).toEqual([
      'False',
      'False',
      'False',
      'True',
    ]);
    const [reconciles, writes] = [totalReconciles(), virtual.writes.sum()];
    virtual.clock.shiftDate(hours * HOUR);
    await virtual.clock.advance(24 * HOUR);
    expect(await runStates()).toEqual(statesBefore);
    expect([totalReconciles() - reconciles, virtual.writes.sum() - writes]).toEqual([0, 0]);
    await virtual.stopController();
    await virtual.startController();
    await virtual.clock.advance(MINUTE);
    expect(await runStates()).toEqual(statesBefore);
  });

  test('a running run does not time out before its timeout has passed once, and its end is final', async () => {
    virtual.script = () => 'stays';
    await startCluster();
    await taskRun('run', { timeout: '1h' });
    await virtual.clock.advance(30 * MINUTE);
    expect(await reasonOf('run')).toBe('Running');
    const reconcilesBefore = totalReconciles();
    virtual.clock.shiftDate(hours * HOUR);
    await virtual.clock.advance(29 * MINUTE);
    expect(await reasonOf('run')).toBe('Running');
    await virtual.clock.advance(HOUR * 10);
    const run = await runNamed('run');
    expect(run?.status?.conditions?.[0]?.reason).toBe('TaskRunTimeout');
    virtual.clock.shiftDate(-hours * HOUR);
    await virtual.clock.advance(24 * HOUR);
    expect(await runNamed('run')).toEqual(run);
    expect(totalReconciles() - reconcilesBefore).toBeLessThanOrEqual(12);
  });

  test('an attempt after a timeout has its full timeout', async () => {
    virtual.script = () => 'stays';
    await startCluster();
    const tasks = [{ name: 't', taskRef: { name: 'ok' }, retries: 1, timeout: '1h' }];
    await virtual.harness.create('PipelineRun', 'run', { spec: { pipelineSpec: { tasks }, timeout: '48h' } });
    await virtual.clock.advance(30 * MINUTE);
    virtual.clock.shiftDate(hours * HOUR);
    await virtual.clock.advance(30 * MINUTE + (hours < 0 ? -hours * HOUR : 0) + MINUTE);
    const attempts = async (): Promise<readonly [number | undefined, string | undefined]> => {
      const [run] = await virtual.harness.list<TaskRun>('TaskRun');
      return [run?.status?.retriesStatus?.length, run?.status?.conditions?.[0]?.reason];
    };
    expect(await attempts()).toEqual([1, 'Running']);
    await virtual.clock.advance(58 * MINUTE);
    expect(await attempts()).toEqual([1, 'Running']);
    await virtual.clock.advance(2 * MINUTE);
    expect(await attempts()).toEqual([1, 'TaskRunTimeout']);
    expect(virtual.reconciles.most).toBeLessThanOrEqual(30);
  });

  test('a CloudEvent that was not delivered gets five attempts within minutes, not hours', async () => {
    let attempts = 0;
    await startCluster({
      sendEvent: () => {
        attempts += 1;
        return Promise.reject(new Error('ECONNREFUSED'));
      },
    });
    const sinks = [{ name: 'told', type: 'cloudEvent' }];
    const resourceSpec = { type: 'cloudEvent', params: [{ name: 'targetURI', value: 'http://sink' }] };
    await virtual.harness.create('TaskRun', 'run', {
      spec: {
        taskSpec: { ...okTask.spec, outputs: { resources: sinks } },
        outputs: { resources: [{ name: 'told', resourceSpec }] },
      },
    });
    await virtual.clock.advance(1000);
    expect(attempts).toBe(1);
    virtual.clock.shiftDate(hours * HOUR);
    await virtual.clock.advance(3 * MINUTE);
    expect(attempts).toBe(5);
    await virtual.clock.advance(24 * HOUR);
    expect(attempts).toBe(5);
    expect(virtual.reconciles.most).toBeLessThanOrEqual(15);
  });

  test('a run whose ServiceAccount is missing fails within seconds', async () => {
    await startCluster();
    await virtual.stopController();
    const notFound = { kind: 'Status', code: 404, reason: 'NotFound' };
    const send = virtual.intercept(({ method, url }) =>
      method === 'GET' && url.endsWith('/serviceaccounts/default')
        ? Promise.resolve(Response.json(notFound, { status: 404 }))
        : undefined,
    );
    await virtual.startController({ send });
    await taskRun('run');
    await virtual.clock.advance(1000);
    virtual.clock.shiftDate(hours * HOUR);
    await virtual.clock.advance(2 * MINUTE);
    expect((await runNamed('run'))?.status?.conditions?.[0]?.status).toBe('False');
  });

  test('the newest runs are kept, for any times of the others', async () => {
    await startCluster({ retention: { count: 2 } });
    for (const name of ['a', 'b', 'c']) {
      await taskRun(name);
      await virtual.clock.advance(MINUTE);
    }
    virtual.clock.shiftDate(hours * HOUR);
    for (const name of ['d', 'e']) {
      await taskRun(name);
      await virtual.clock.advance(MINUTE);
    }
    const names = (await virtual.harness.list<TaskRun>('TaskRun')).map(({ metadata }) => metadata.name);
    expect(names.toSorted()).toEqual(['d', 'e']);
    expect(virtual.requests.sum('DELETE')).toBe(3);
  });
});
