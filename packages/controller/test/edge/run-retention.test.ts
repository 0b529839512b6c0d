import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@pipewright/kube';
import type { ControllerOptions } from '../../src/index.js';
import { chain, kindOf, okTask } from '../support/harness.js';
import { thoroughTest } from '../../../../test/thorough.js';
import { VirtualCluster } from '../support/virtual-cluster.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const virtual = new VirtualCluster();
afterAll(() => virtual.close());
beforeEach(() => {
  virtual.script = () => ({});
});

async function startCluster(options: Partial<ControllerOptions>): Promise<void> {
  await virtual.open(options);
  await virtual.harness.create('Task', 'ok', okTask);
  await virtual.harness.create('Pipeline', 'p', chain(['a', 'b']));
}

const names = async (kind: string): Promise<readonly string[]> =>
  (await virtual.harness.list<KubeObject>(kind)).map(({ metadata }) => metadata.name ?? '').toSorted();

/** Creates a run every minute. */
async function everyMinute(minutes: number, create: (name: string) => Promise<unknown>): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    await create(`run-${String(minute).padStart(4, '0')}`);
    await virtual.clock.advance(MINUTE);
  }
}

const pipelineRun = (name: string): Promise<unknown> =>
  virtual.harness.create('PipelineRun', name, { spec: { pipelineRef: { name: 'p' } } });
const taskRun = (name: string): Promise<unknown> =>
  virtual.harness.create('TaskRun', name, { spec: { taskRef: { name: 'ok' } } });
/** Creates finished TaskRuns. */
async function createFinishedTaskRuns(count: number, prefix: string): Promise<void> {
  const status = { conditions: [{ type: 'Succeeded', status: 'True' }], completionTime: '2026-01-01T11:00:00Z' };
  for (let n = 0; n < count; n++) {
    const name = `${prefix}-${String(n).padStart(4, '0')}`;
    await taskRun(name);
    const key = { namespace: virtual.harness.namespace, name };
    await virtual.harness.client.patch(kindOf('TaskRun'), key, { status }, { type: 'merge', subresource: 'status' });
  }
}
/** More than one batch of deletions. */
const REFUSED_RUNS = 110;
const deletions = (): number => virtual.requests.sum('DELETE');

describe('with retention', () => {
  test('the newest runs and their children are kept; the others are deleted within seconds', async () => {
    await startCluster({ retention: { count: 3 } });
    await everyMinute(10, pipelineRun);
    expect(await names('PipelineRun')).toEqual(['run-0007', 'run-0008', 'run-0009']);
    expect([(await names('TaskRun')).length, (await names('Pod')).length]).toEqual([6, 6]);
    expect(deletions()).toBe(7);
  });

  test('runs are deleted when they reach the age limit, and checks are at most an hour apart', async () => {
    await startCluster({ retention: { ageMs: 5 * HOUR } });
    await everyMinute(3, taskRun);
    await virtual.clock.advance(5 * HOUR - 2 * MINUTE);
    expect(await names('TaskRun')).toEqual(['run-0002']);
    await virtual.clock.advance(2 * MINUTE);
    expect([await names('TaskRun'), await names('Pod')]).toEqual([[], []]);
    expect(virtual.reconciles.sum('Retention')).toBeLessThanOrEqual(12);
  });

  test('runs of each Task are counted separately', async () => {
    await startCluster({ retention: { count: 1 } });
    await virtual.harness.create('Task', 'other', okTask);
    await taskRun('a1');
    await virtual.clock.advance(MINUTE);
    await virtual.harness.create('TaskRun', 'b1', { spec: { taskRef: { name: 'other' } } });
    await taskRun('a2');
    await virtual.clock.advance(MINUTE);
    expect(await names('TaskRun')).toEqual(['a2', 'b1']);
  });

  test('a running run is never deleted', async () => {
    virtual.script = ({ metadata }) => (metadata.labels?.['tekton.dev/taskRun'] === 'long' ? 'stays' : {});
    await startCluster({ retention: { count: 1, ageMs: MINUTE } });
    await virtual.harness.create('TaskRun', 'long', { spec: { taskRef: { name: 'ok' }, timeout: '3h' } });
    await everyMinute(20, taskRun);
    expect(await names('TaskRun')).toEqual(['long']);
    await virtual.clock.advance(3 * HOUR);
    expect(await names('TaskRun')).toEqual([]);
  });

  test.each(['PipelineRun', 'TaskRun'])('a %s is kept until its CloudEvents are delivered', async (kind) => {
    let reachable = false;
    const sendEvent = (): Promise<Response> =>
      reachable ? Promise.resolve(new Response(null, { status: 202 })) : Promise.reject(new Error('ECONNREFUSED'));
    await startCluster({ retention: { count: 0 }, sendEvent });
    const sinks = [{ name: 'told', type: 'cloudEvent' }];
    await virtual.harness.create('Task', 'tell', { spec: { ...okTask.spec, outputs: { resources: sinks } } });
    const params = [{ name: 'targetURI', value: 'http://sink' }];
    const sink = { name: 'told', resourceSpec: { type: 'cloudEvent', params } };
    const tasks = [
      { name: 't', taskRef: { name: 'tell' }, resources: { outputs: [{ name: 'told', resource: 'told' }] } },
    ];
    const spec =
      kind === 'TaskRun'
        ? { taskRef: { name: 'tell' }, outputs: { resources: [sink] } }
        : { pipelineSpec: { resources: sinks, tasks }, resources: [sink] };
    await virtual.harness.create(kind, 'run', { spec });
    await virtual.clock.advance(15_000);
    expect(await virtual.harness.waitForEnd(kind as 'TaskRun', 'run')).toMatchObject({ reason: 'Succeeded' }); // or PipelineRun
    expect(deletions()).toBe(0);
    reachable = true;
    await virtual.clock.advance(MINUTE);
    expect([await names(kind), await names('TaskRun'), await names('Pod')]).toEqual([[], [], []]);
  });

  test('it continues after a restart, with the policy of the new controller', async () => {
    await startCluster({});
    await everyMinute(6, pipelineRun);
    expect(await names('PipelineRun')).toHaveLength(6);
    await virtual.stopController();
    await virtual.startController({ retention: { count: 2 } });
    await virtual.clock.advance(10_000);
    expect(await names('PipelineRun')).toEqual(['run-0004', 'run-0005']);
    await virtual.stopController();
    await virtual.startController({ retention: { ageMs: HOUR } });
    await virtual.clock.advance(HOUR);
    expect(await names('PipelineRun')).toEqual([]);
  });

  test('a run that has changed since its check is checked again before its deletion', async () => {
    await startCluster({});
    await taskRun('run');
    await virtual.clock.advance(MINUTE);
    await virtual.stopController();
    const key = { namespace: virtual.harness.namespace, name: 'run' };
    const annotate = (): Promise<unknown> =>
      virtual.harness.client.patch(
        kindOf('TaskRun'),
        key,
        { metadata: { labels: { touched: 'yes' } } },
        { type: 'merge' },
      );
    const requestBodies: unknown[] = [];
    const send = virtual.intercept((request) => {
      if (request.method !== 'DELETE') return undefined;
      const copy = request.clone();
      return (async () => {
        requestBodies.push(await request.json());
        if (requestBodies.length === 1) await annotate();
        return virtual.send(copy);
      })();
    });
    await virtual.startController({ retention: { count: 0 }, send });
    await virtual.clock.advance(MINUTE);
    expect(requestBodies).toMatchObject([
      { propagationPolicy: 'Background', preconditions: { uid: expect.any(String) } },
      { propagationPolicy: 'Background', preconditions: { uid: expect.any(String) } },
    ]);
    expect(await names('TaskRun')).toEqual([]);
  });

  thoroughTest(
    'rejected deletions do not delay other runs, in any number, and are retried with growing delays',
    async () => {
      await startCluster({});
      await virtual.stopController();
      await createFinishedTaskRuns(REFUSED_RUNS, 'refused');
      await createFinishedTaskRuns(REFUSED_RUNS, 'run');
      const forbidden = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'cannot delete resource' };
      let isRefusing = true;
      let refusedCount = 0;
      const send = virtual.intercept(({ method, url }) => {
        if (method !== 'DELETE' || !url.includes('refused') || !isRefusing) return undefined;
        refusedCount += 1;
        return Promise.resolve(Response.json(forbidden, { status: 403 }));
      });
      await virtual.startController({ retention: { count: 1 }, send });
      await virtual.clock.advance(5000);
      expect((await names('TaskRun')).filter((name) => name.startsWith('run'))).toEqual(['run-0109']);
      await virtual.clock.advance(HOUR);
      expect(await names('TaskRun')).toHaveLength(REFUSED_RUNS + 1);
      expect(refusedCount / REFUSED_RUNS).toBeLessThanOrEqual(15);
      const lines = virtual.log.lines.filter((line) => line.startsWith('finished runs could not be deleted'));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThanOrEqual(1 + 15); // the first time and 15 repetitions

      const refusedBefore = refusedCount;
      await everyMinute(10, taskRun); // each is deleted when it finishes, without retrying the refused ones each time
      expect(refusedCount - refusedBefore).toBeLessThanOrEqual(3 * REFUSED_RUNS);

      isRefusing = false;
      await virtual.clock.advance(15 * MINUTE);
      expect(await names('TaskRun')).toHaveLength(1);
    },
  );

  test('stopping waits only for deletions that have started', async () => {
    await startCluster({});
    await virtual.stopController();
    await createFinishedTaskRuns(50, 'run');
    let respond = (): void => undefined;
    const responded = new Promise<void>((resolve) => (respond = resolve));
    let deletions = 0;
    const send = virtual.intercept((request) => {
      if (request.method !== 'DELETE') return undefined;
      deletions += 1;
      return responded.then(() => virtual.send(request));
    });
    await virtual.startController({ retention: { count: 1 }, send });
    await virtual.clock.advance(2000);
    const stopped = virtual.stopController();
    respond();
    await stopped;
    expect([deletions, (await names('TaskRun')).length]).toEqual([8, 42]);
  });

  test('checks and requests grow with the runs that finish, not with those that are kept', async () => {
    await startCluster({ retention: { count: 15 } });
    await everyMinute(40, taskRun);
    expect(await names('TaskRun')).toHaveLength(15);
    expect(virtual.reconciles.sum('Retention')).toBeLessThanOrEqual(40 + 3);
    expect(deletions()).toBe(25);
    expect(virtual.requests.sum('GET taskruns')).toBeLessThanOrEqual(2); // the cache's list and watch
  });

  thoroughTest('hundreds of runs that finished earlier are deleted in one reconcile', async () => {
    await startCluster({});
    await virtual.stopController();
    await createFinishedTaskRuns(250, 'run');
    await virtual.startController({ retention: { count: 10 } });
    await virtual.clock.advance(5000);
    expect(await names('TaskRun')).toHaveLength(10);
    expect([deletions(), virtual.reconciles.sum('Retention')]).toEqual([240, 1]);
  });
});

test('without retention nothing is deleted, checked or stored for it', async () => {
  await startCluster({});
  await everyMinute(20, taskRun);
  await virtual.clock.advance(24 * HOUR);
  expect([(await names('TaskRun')).length, deletions(), virtual.reconciles.sum('Retention')]).toEqual([20, 0, 0]);
});
