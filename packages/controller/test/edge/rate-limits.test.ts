import { afterEach, describe, expect, test } from '@jest/globals';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import { systemClock, type Send } from '@pipewright/apimachinery';
import { RunRateLimiter } from '../../src/edge/rate-limits.js';
import { startController, type RunningController } from '../../src/index.js';
import { collectingLog, kindOf, newHarness, newCluster, okTask } from '../support/harness.js';

/** Returns how often a run with `tasks` tasks is reconciled when one task ends each millisecond. */
function reconcilesOf(tasks: number, hasActions: boolean): number {
  let now = 0;
  const rateLimiter = new RunRateLimiter({ ...systemClock, now: () => now });
  let reconciles = 0;
  for (; now < tasks; now += 1) {
    if (rateLimiter.reconcileDelayMs('ci/run') > 0) continue;
    reconciles += 1;
    rateLimiter.reconciled('ci/run', tasks, hasActions);
  }
  return reconciles;
}

describe('a run is reconciled', () => {
  test('as often with tens of thousands of tasks as with thousands, so that the total cost is linear in its tasks', () => {
    expect(reconcilesOf(20_000, false)).toBeLessThanOrEqual(reconcilesOf(2000, false));
    expect(reconcilesOf(20_000, true)).toBeLessThanOrEqual(reconcilesOf(2000, true));
  });

  test('more often after a reconcile that acted', () => {
    expect(reconcilesOf(20_000, true)).toBeGreaterThan(3 * reconcilesOf(20_000, false));
  });

  test('at every event, if it has few tasks', () => {
    expect(reconcilesOf(190, false)).toBe(190);
    expect(reconcilesOf(900, true)).toBe(900);
  });
});

describe('a cancelled run', () => {
  const closeFunctions: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closeFunctions.splice(0).reverse()) await close();
  });

  test('is written once for many tasks that end, and finally with the end of all of them', async () => {
    const { cluster, close } = await newCluster(() => () => 'stays');
    closeFunctions.push(close);
    const harness = await newHarness(cluster);
    let writes = 0;
    const send: Send = (request) => {
      if (request.method === 'PATCH' && new URL(request.url).pathname.endsWith('/pipelineruns/run/status')) writes += 1;
      return cluster.send(request);
    };
    let now: number | undefined = systemClock.now();
    const clock = { ...systemClock, now: () => now ?? systemClock.now() };
    const { namespace } = harness;
    const controller: RunningController = await startController({ send, log: collectingLog(), clock, namespace });
    closeFunctions.push(() => controller.stop());
    const tasks = Array.from({ length: 16 }, (_, index) => ({ name: `t${String(index)}`, taskRef: { name: 'ok' } }));
    await harness.create('Task', 'ok', okTask);
    await harness.create('PipelineRun', 'run', { spec: { pipelineSpec: { tasks } } });
    await harness.waitFor<PipelineRun, true>('PipelineRun', 'run', ({ status }) =>
      Object.keys(status?.taskRuns ?? {}).length === tasks.length ? true : undefined,
    );
    const writesAtStart = writes;
    const body = { spec: { status: 'PipelineRunCancelled' } };
    await harness.client.patch(kindOf('PipelineRun'), { namespace, name: 'run' }, body, { type: 'merge' });
    for (const { metadata } of await harness.list<TaskRun>('TaskRun'))
      await harness.waitForEnd('TaskRun', metadata.name ?? '');
    expect(writes - writesAtStart).toBe(1); // the clock does not advance, so later changes wait
    now = undefined;
    const reasons = await harness.waitFor<PipelineRun, readonly unknown[]>('PipelineRun', 'run', ({ status }) => {
      const reasons = Object.values(status?.taskRuns ?? {}).map(
        ({ status: taskRunStatus }) => taskRunStatus?.conditions?.[0]?.reason,
      );
      return reasons.includes('Running') || reasons.includes('Pending') || reasons.includes(undefined)
        ? undefined
        : reasons;
    });
    expect(reasons).toEqual(tasks.map(() => 'TaskRunCancelled'));
    expect(writes - writesAtStart).toBeLessThan(5);
  });
});
