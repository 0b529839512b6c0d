/** Bounds what each shape of run costs until nothing happens any more, so that no two components can keep each other busy. */

import { afterAll, describe, expect, test } from '@jest/globals';
import { PODS, type KubeObject } from '@pipewright/kube';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import type { Pod, PodStatus } from '../../src/pod/pod-types.js';
import { kindOf, okTask, type Harness, type KubeletScript } from '../support/harness.js';
import { VirtualCluster } from '../support/virtual-cluster.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const virtual = new VirtualCluster();
afterAll(() => virtual.end());

interface Shape {
  /** What happens; time passes before and after it. */
  readonly make: (bench: Harness) => Promise<unknown>;
  readonly then?: (bench: Harness) => Promise<unknown>;
  readonly script?: KubeletScript;
  /** How the run of this name ends. */
  readonly ends?: string;
  /** Reconciles of each object, and writes, at most. */
  readonly reconciles: number;
  readonly writes: number;
}

const stays: KubeletScript = () => 'stays';
const step = { name: 's', image: 'ubuntu', command: ['true'] };
const taskRun = (bench: Harness, spec: object = {}): Promise<KubeObject> =>
  bench.create('TaskRun', 'run', { spec: { taskSpec: { steps: [step] }, ...spec } });
const pipelineRun = (bench: Harness, spec: object): Promise<KubeObject> => bench.create('PipelineRun', 'run', { spec });
const task = (name: string, more: object = {}): object => ({ name, taskRef: { name: 'ok' }, ...more });

async function pipeline(bench: Harness, tasks: readonly object[], more: object = {}): Promise<void> {
  await bench.create('Task', 'ok', okTask);
  await pipelineRun(bench, { pipelineSpec: { tasks }, ...more });
}

async function patchStatus(bench: Harness, status: PodStatus): Promise<void> {
  for (const { metadata } of await bench.list<Pod>('Pod')) {
    const at = { namespace: bench.namespace, name: metadata.name ?? '' };
    await bench.client.patch(PODS, at, { status }, { type: 'merge', subresource: 'status' });
  }
}

const patch = (bench: Harness, kind: string, name: string, body: object): Promise<unknown> =>
  bench.client.patch(kindOf(kind), { namespace: bench.namespace, name }, body, { type: 'merge' });

async function deleteAll(bench: Harness, kind: string): Promise<void> {
  for (const { metadata } of await bench.list(kind))
    await bench.client.delete(kindOf(kind), { namespace: bench.namespace, name: metadata.name ?? '' });
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'a TaskRun that succeeds': { make: taskRun, ends: 'Succeeded', reconciles: 6, writes: 4 },
  'a TaskRun whose Task is not there': {
    make: (bench) => taskRun(bench, { taskSpec: undefined, taskRef: { name: 'nope' } }),
    ends: 'TaskRunResolutionFailed',
    reconciles: 4,
    writes: 2,
  },
  'a TaskRun that times out': {
    make: (bench) => taskRun(bench, { timeout: '2h' }),
    script: stays,
    ends: 'TaskRunTimeout',
    reconciles: 8,
    writes: 7,
  },
  'a TaskRun with a timeout of 1000 hours': {
    make: (bench) => taskRun(bench, { timeout: '1000h' }),
    script: stays,
    ends: 'Running',
    reconciles: 6,
    writes: 4,
  },
  'a TaskRun whose image cannot be pulled': {
    make: (bench) => taskRun(bench),
    script: stays,
    then: (bench) =>
      patchStatus(bench, {
        phase: 'Pending',
        containerStatuses: [
          { name: 'step-s', state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling' } } },
        ],
      }),
    ends: 'TaskRunTimeout',
    reconciles: 12,
    writes: 8,
  },
  'a TaskRun whose pod no node has room for': {
    make: (bench) => taskRun(bench),
    script: stays,
    then: (bench) =>
      patchStatus(bench, {
        phase: 'Pending',
        containerStatuses: [],
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes: 1 Insufficient cpu.' },
        ],
      }),
    ends: 'TaskRunTimeout',
    reconciles: 12,
    writes: 8,
  },
  'a TaskRun whose pod is deleted': {
    make: (bench) => taskRun(bench),
    script: stays,
    then: (bench) => deleteAll(bench, 'Pod'),
    ends: 'Failed',
    reconciles: 8,
    writes: 6,
  },
  'a TaskRun whose pod changes a hundred times without news': {
    make: (bench) => taskRun(bench, { timeout: '5h' }),
    script: stays,
    then: async (bench) => {
      for (let second = 0; second < 100; second++)
        await patchStatus(bench, { conditions: [{ type: 'Ready', status: 'True', message: String(second) }] });
    },
    ends: 'TaskRunTimeout',
    reconciles: 125,
    writes: 7,
  },
  'a TaskRun that is deleted while it runs': {
    make: (bench) => taskRun(bench),
    script: stays,
    then: (bench) => deleteAll(bench, 'TaskRun'),
    reconciles: 8,
    writes: 5,
  },
  'a TaskRun that no quota ever has room for': {
    make: async (bench) => {
      await bench.create('ResourceQuota', 'none', { spec: { hard: { pods: '0' } } });
      await taskRun(bench);
    },
    ends: 'TaskRunTimeout',
    reconciles: 90, // one and its echo for each try: 1, 2, 4, … 120 s apart for an hour
    writes: 90,
  },
  'a TaskRun whose sidecar goes on': {
    make: (bench) => taskRun(bench, { taskSpec: { steps: [step], sidecars: [{ name: 'db', image: 'postgres' }] } }),
    script: (_pod, container) => (container === 'sidecar-db' ? 'stays' : {}),
    ends: 'Succeeded',
    reconciles: 6,
    writes: 6,
  },
  'a TaskRun whose image has no shell': {
    make: (bench) => taskRun(bench),
    script: (pod) =>
      pod.spec.initContainers?.length
        ? {}
        : { exitCode: 128, reason: 'StartError', message: 'exec: "/bin/sh": no such file or directory' },
    ends: 'Succeeded',
    reconciles: 8,
    writes: 9,
  },
  'a PipelineRun of a chain': {
    make: (bench) =>
      pipeline(
        bench,
        Array.from({ length: 5 }, (_, n) => task(`t${String(n)}`, n ? { runAfter: [`t${String(n - 1)}`] } : {})),
      ),
    ends: 'Succeeded',
    reconciles: 16,
    writes: 32,
  },
  'a PipelineRun of twenty tasks side by side': {
    make: (bench) =>
      pipeline(
        bench,
        Array.from({ length: 20 }, (_, n) => task(`t${String(n)}`)),
      ),
    ends: 'Succeeded',
    reconciles: 12,
    writes: 100,
  },
  'a PipelineRun with retries': {
    make: (bench) => pipeline(bench, [task('a', { retries: 3 })]),
    script: () => ({ exitCode: 1 }),
    ends: 'Failed',
    reconciles: 20,
    writes: 26,
  },
  'a PipelineRun with conditions': {
    make: async (bench) => {
      for (const name of ['sunny', 'dry'])
        await bench.create('Condition', name, { spec: { check: { image: 'busybox', command: ['true'] } } });
      await pipeline(bench, [task('a', { conditions: [{ conditionRef: 'sunny' }, { conditionRef: 'dry' }] })]);
    },
    ends: 'Succeeded',
    reconciles: 10,
    writes: 22,
  },
  'a PipelineRun whose Pipeline is not there': {
    make: (bench) => pipelineRun(bench, { pipelineRef: { name: 'nope' } }),
    ends: 'CouldntGetPipeline',
    reconciles: 4,
    writes: 2,
  },
  'a PipelineRun that is cancelled': {
    make: (bench) => pipeline(bench, [task('a'), task('b')]),
    script: stays,
    then: (bench) => patch(bench, 'PipelineRun', 'run', { spec: { status: 'PipelineRunCancelled' } }),
    ends: 'PipelineRunCancelled',
    reconciles: 18,
    writes: 28,
  },
  'a PipelineRun that times out': {
    make: (bench) => pipeline(bench, [task('a'), task('b')], { timeout: '30m' }),
    script: stays,
    ends: 'PipelineRunTimeout',
    reconciles: 18,
    writes: 28,
  },
  'a PipelineRun whose TaskRuns are deleted': {
    make: (bench) => pipeline(bench, [task('a'), task('b')]),
    script: stays,
    then: (bench) => deleteAll(bench, 'TaskRun'),
    ends: 'Failed',
    reconciles: 18,
    writes: 20,
  },
  'a PipelineRun that is deleted while it runs': {
    make: (bench) => pipeline(bench, [task('a'), task('b')]),
    script: stays,
    then: (bench) => deleteAll(bench, 'PipelineRun'),
    reconciles: 16,
    writes: 18,
  },
  'a PipelineRun one of whose tasks no quota ever has room for': {
    make: async (bench) => {
      await bench.create('ResourceQuota', 'few', { spec: { hard: { pods: '1' } } });
      await pipeline(bench, [task('a'), task('b')]);
    },
    script: stays,
    ends: 'PipelineRunTimeout',
    reconciles: 150,
    writes: 160,
  },
  'a PipelineRun that hands over files': {
    make: async (bench) => {
      const git = { name: 'src', type: 'git' };
      await bench.create('Task', 'ok', { spec: { ...okTask.spec, outputs: { resources: [git] } } });
      await pipelineRun(bench, {
        pipelineSpec: {
          resources: [git],
          tasks: [task('a', { resources: { outputs: [{ name: 'src', resource: 'src' }] } })],
        },
        resources: [
          { name: 'src', resourceSpec: { type: 'git', params: [{ name: 'url', value: 'https://git.corp/a' }] } },
        ],
      });
    },
    ends: 'Succeeded',
    reconciles: 8,
    writes: 14,
  },
};

describe('comes to an end after a bounded number of reconciles and writes:', () => {
  test.each(Object.entries(SHAPES))(
    '%s',
    async (_title, { make, then, script, ends, reconciles, writes }) => {
      virtual.script = script ?? ((): object => ({}));
      await virtual.begin();
      const { bench, clock } = virtual;
      await make(bench);
      await clock.wind(MINUTE);
      await then?.(bench);
      await clock.wind(6 * HOUR);
      const runs = [...(await bench.list<PipelineRun>('PipelineRun')), ...(await bench.list<TaskRun>('TaskRun'))];
      const [condition] = runs.find(({ metadata }) => metadata.name === 'run')?.status?.conditions ?? [];
      expect(condition?.reason).toBe(ends);
      expect(virtual.reconciles.most <= reconciles ? 'few' : virtual.reconciles.entries).toBe('few');
      expect(virtual.writes.sum() <= writes ? 'few' : virtual.writes.entries).toBe('few');

      const [before, written] = [virtual.reconciles.sum(), virtual.writes.sum()];
      await clock.wind(18 * HOUR);
      expect([virtual.reconciles.sum() - before, virtual.writes.sum() - written]).toEqual([0, 0]);

      await virtual.stop();
      await virtual.start();
      await clock.wind(HOUR);
      expect([virtual.writes.sum() - written, virtual.reconciles.sum() - before]).toEqual([0, expect.any(Number)]);
      expect(virtual.reconciles.sum() - before).toBeLessThanOrEqual(3 * runs.length);
    },
    300_000,
  );
});
