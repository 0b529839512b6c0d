/** Limits the reconciles and writes of each shape of run until it is idle, to detect components that loop. */

import { afterAll, describe, expect, test } from '@jest/globals';
import { PODS, type KubeObject } from '@pipewright/kube';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import type { Pod, PodStatus } from '../../src/pod/pod-types.js';
import { kindOf, okTask, type Harness, type KubeletScript } from '../support/harness.js';
import { VirtualCluster } from '../support/virtual-cluster.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const virtual = new VirtualCluster();
afterAll(() => virtual.close());

interface Shape {
  /** The scenario. The clock advances before and after it. */
  readonly create: (harness: Harness) => Promise<unknown>;
  readonly change?: (harness: Harness) => Promise<unknown>;
  readonly script?: KubeletScript;
  /** The expected final reason of the run. */
  readonly expectedReason?: string;
  /** The maximum number of reconciles per object, and of writes. */
  readonly reconciles: number;
  readonly writes: number;
}

const runsForever: KubeletScript = () => 'stays';
const step = { name: 's', image: 'ubuntu', command: ['true'] };
const taskRun = (harness: Harness, spec: object = {}): Promise<KubeObject> =>
  harness.create('TaskRun', 'run', { spec: { taskSpec: { steps: [step] }, ...spec } });
const pipelineRun = (harness: Harness, spec: object): Promise<KubeObject> =>
  harness.create('PipelineRun', 'run', { spec });
const task = (name: string, fields: object = {}): object => ({ name, taskRef: { name: 'ok' }, ...fields });

async function pipeline(harness: Harness, tasks: readonly object[], fields: object = {}): Promise<void> {
  await harness.create('Task', 'ok', okTask);
  await pipelineRun(harness, { pipelineSpec: { tasks }, ...fields });
}

async function patchStatus(harness: Harness, status: PodStatus): Promise<void> {
  for (const { metadata } of await harness.list<Pod>('Pod')) {
    const key = { namespace: harness.namespace, name: metadata.name ?? '' };
    await harness.client.patch(PODS, key, { status }, { type: 'merge', subresource: 'status' });
  }
}

const patch = (harness: Harness, kind: string, name: string, body: object): Promise<unknown> =>
  harness.client.patch(kindOf(kind), { namespace: harness.namespace, name }, body, { type: 'merge' });

async function deleteAll(harness: Harness, kind: string): Promise<void> {
  for (const { metadata } of await harness.list(kind))
    await harness.client.delete(kindOf(kind), { namespace: harness.namespace, name: metadata.name ?? '' });
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'a TaskRun that succeeds': { create: taskRun, expectedReason: 'Succeeded', reconciles: 6, writes: 4 },
  'a TaskRun whose Task does not exist': {
    create: (harness) => taskRun(harness, { taskSpec: undefined, taskRef: { name: 'nope' } }),
    expectedReason: 'TaskRunResolutionFailed',
    reconciles: 4,
    writes: 2,
  },
  'a TaskRun that times out': {
    create: (harness) => taskRun(harness, { timeout: '2h' }),
    script: runsForever,
    expectedReason: 'TaskRunTimeout',
    reconciles: 8,
    writes: 7,
  },
  'a TaskRun with a timeout of 1000 hours': {
    create: (harness) => taskRun(harness, { timeout: '1000h' }),
    script: runsForever,
    expectedReason: 'Running',
    reconciles: 6,
    writes: 4,
  },
  'a TaskRun whose image cannot be pulled': {
    create: (harness) => taskRun(harness),
    script: runsForever,
    change: (harness) =>
      patchStatus(harness, {
        phase: 'Pending',
        containerStatuses: [
          { name: 'step-s', state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling' } } },
        ],
      }),
    expectedReason: 'TaskRunTimeout',
    reconciles: 12,
    writes: 8,
  },
  'a TaskRun whose pod fits no node': {
    create: (harness) => taskRun(harness),
    script: runsForever,
    change: (harness) =>
      patchStatus(harness, {
        phase: 'Pending',
        containerStatuses: [],
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes: 1 Insufficient cpu.' },
        ],
      }),
    expectedReason: 'TaskRunTimeout',
    reconciles: 12,
    writes: 8,
  },
  'a TaskRun whose pod is deleted': {
    create: (harness) => taskRun(harness),
    script: runsForever,
    change: (harness) => deleteAll(harness, 'Pod'),
    expectedReason: 'Failed',
    reconciles: 8,
    writes: 6,
  },
  'a TaskRun whose pod changes a hundred times irrelevantly': {
    create: (harness) => taskRun(harness, { timeout: '5h' }),
    script: runsForever,
    change: async (harness) => {
      for (let second = 0; second < 100; second++)
        await patchStatus(harness, { conditions: [{ type: 'Ready', status: 'True', message: String(second) }] });
    },
    expectedReason: 'TaskRunTimeout',
    reconciles: 125,
    writes: 7,
  },
  'a TaskRun that is deleted while it runs': {
    create: (harness) => taskRun(harness),
    script: runsForever,
    change: (harness) => deleteAll(harness, 'TaskRun'),
    reconciles: 8,
    writes: 5,
  },
  'a TaskRun whose pod always exceeds a quota': {
    create: async (harness) => {
      await harness.create('ResourceQuota', 'none', { spec: { hard: { pods: '0' } } });
      await taskRun(harness);
    },
    expectedReason: 'TaskRunTimeout',
    reconciles: 90, // each attempt and its watch event: 1, 2, 4, … 120 s apart for an hour
    writes: 90,
  },
  'a TaskRun whose sidecar keeps running': {
    create: (harness) =>
      taskRun(harness, { taskSpec: { steps: [step], sidecars: [{ name: 'db', image: 'postgres' }] } }),
    script: (_pod, container) => (container === 'sidecar-db' ? 'stays' : {}),
    expectedReason: 'Succeeded',
    reconciles: 6,
    writes: 6,
  },
  'a TaskRun whose image has no shell': {
    create: (harness) => taskRun(harness),
    script: (pod) =>
      pod.spec.initContainers?.length
        ? {}
        : { exitCode: 128, reason: 'StartError', message: 'exec: "/bin/sh": no such file or directory' },
    expectedReason: 'Succeeded',
    reconciles: 8,
    writes: 9,
  },
  'a PipelineRun of a chain': {
    create: (harness) =>
      pipeline(
        harness,
        Array.from({ length: 5 }, (_, n) => task(`t${String(n)}`, n ? { runAfter: [`t${String(n - 1)}`] } : {})),
      ),
    expectedReason: 'Succeeded',
    reconciles: 16,
    writes: 32,
  },
  'a PipelineRun of twenty parallel tasks': {
    create: (harness) =>
      pipeline(
        harness,
        Array.from({ length: 20 }, (_, n) => task(`t${String(n)}`)),
      ),
    expectedReason: 'Succeeded',
    reconciles: 26, // one for each end of a TaskRun: all are created at once
    writes: 100,
  },
  'a PipelineRun with retries': {
    create: (harness) => pipeline(harness, [task('a', { retries: 3 })]),
    script: () => ({ exitCode: 1 }),
    expectedReason: 'Failed',
    reconciles: 20,
    writes: 26,
  },
  'a PipelineRun with conditions': {
    create: async (harness) => {
      for (const name of ['sunny', 'dry'])
        await harness.create('Condition', name, { spec: { check: { image: 'busybox', command: ['true'] } } });
      await pipeline(harness, [task('a', { conditions: [{ conditionRef: 'sunny' }, { conditionRef: 'dry' }] })]);
    },
    expectedReason: 'Succeeded',
    reconciles: 10,
    writes: 22,
  },
  'a PipelineRun whose Pipeline does not exist': {
    create: (harness) => pipelineRun(harness, { pipelineRef: { name: 'nope' } }),
    expectedReason: 'CouldntGetPipeline',
    reconciles: 4,
    writes: 2,
  },
  'a PipelineRun that is cancelled': {
    create: (harness) => pipeline(harness, [task('a'), task('b')]),
    script: runsForever,
    change: (harness) => patch(harness, 'PipelineRun', 'run', { spec: { status: 'PipelineRunCancelled' } }),
    expectedReason: 'PipelineRunCancelled',
    reconciles: 18,
    writes: 28,
  },
  'a PipelineRun that times out': {
    create: (harness) => pipeline(harness, [task('a'), task('b')], { timeout: '30m' }),
    script: runsForever,
    expectedReason: 'PipelineRunTimeout',
    reconciles: 18,
    writes: 28,
  },
  'a PipelineRun whose TaskRuns are deleted': {
    create: (harness) => pipeline(harness, [task('a'), task('b')]),
    script: runsForever,
    change: (harness) => deleteAll(harness, 'TaskRun'),
    expectedReason: 'Failed',
    reconciles: 18,
    writes: 20,
  },
  'a PipelineRun that is deleted while it runs': {
    create: (harness) => pipeline(harness, [task('a'), task('b')]),
    script: runsForever,
    change: (harness) => deleteAll(harness, 'PipelineRun'),
    reconciles: 16,
    writes: 18,
  },
  'a PipelineRun with a task whose pod always exceeds a quota': {
    create: async (harness) => {
      await harness.create('ResourceQuota', 'few', { spec: { hard: { pods: '1' } } });
      await pipeline(harness, [task('a'), task('b')]);
    },
    script: runsForever,
    expectedReason: 'PipelineRunTimeout',
    reconciles: 150,
    writes: 160,
  },
  'a PipelineRun that hands over files': {
    create: async (harness) => {
      const git = { name: 'src', type: 'git' };
      await harness.create('Task', 'ok', { spec: { ...okTask.spec, outputs: { resources: [git] } } });
      await pipelineRun(harness, {
        pipelineSpec: {
          resources: [git],
          tasks: [task('a', { resources: { outputs: [{ name: 'src', resource: 'src' }] } })],
        },
        resources: [
          { name: 'src', resourceSpec: { type: 'git', params: [{ name: 'url', value: 'https://git.corp/a' }] } },
        ],
      });
    },
    expectedReason: 'Succeeded',
    reconciles: 8,
    writes: 14,
  },
};

describe('becomes idle after a bounded number of reconciles and writes:', () => {
  test.each(Object.entries(SHAPES))(
    '%s',
    async (_title, { create, change, script, expectedReason, reconciles, writes }) => {
      virtual.script = script ?? ((): object => ({}));
      await virtual.open();
      const { harness, clock } = virtual;
      await create(harness);
      await clock.advance(MINUTE);
      await change?.(harness);
      await clock.advance(6 * HOUR);
      const runs = [...(await harness.list<PipelineRun>('PipelineRun')), ...(await harness.list<TaskRun>('TaskRun'))];
      const [condition] = runs.find(({ metadata }) => metadata.name === 'run')?.status?.conditions ?? [];
      expect(condition?.reason).toBe(expectedReason);
      expect(virtual.reconciles.most <= reconciles ? 'few' : virtual.reconciles.entries).toBe('few');
      expect(virtual.writes.sum() <= writes ? 'few' : virtual.writes.entries).toBe('few');

      const [reconcilesBefore, writesBefore] = [virtual.reconciles.sum(), virtual.writes.sum()];
      await clock.advance(18 * HOUR);
      expect([virtual.reconciles.sum() - reconcilesBefore, virtual.writes.sum() - writesBefore]).toEqual([0, 0]);

      await virtual.stopController();
      await virtual.startController();
      await clock.advance(HOUR);
      expect([virtual.writes.sum() - writesBefore, virtual.reconciles.sum() - reconcilesBefore]).toEqual([
        0,
        expect.any(Number),
      ]);
      expect(virtual.reconciles.sum() - reconcilesBefore).toBeLessThanOrEqual(3 * runs.length);
    },
    300_000,
  );
});
