/** Observed TaskRuns and pods, and the decisions of the planner about them. */

import type { TaskRun, TaskRunSpec, TaskRunStatus } from '@pipewright/tekton';
import type { ContainerStatus, Pod, PodStatus } from '../../src/pod/pod-types.js';
import { planTaskRun, type TaskRunAction } from '../../src/taskrun/plan.js';

export const NOON = '2026-01-01T12:00:00Z';
export const at = (time: string): Date => new Date(`2026-01-01T${time}Z`);

export const startedStatus: TaskRunStatus = {
  conditions: [
    { type: 'Succeeded', status: 'Unknown', reason: 'Pending', message: 'Pending', lastTransitionTime: NOON },
  ],
  startTime: NOON,
  podName: 'run-pod-1',
};

export const run = (status?: TaskRunStatus, spec: TaskRunSpec = {}): TaskRun => ({
  apiVersion: 'tekton.dev/v1alpha1',
  kind: 'TaskRun',
  metadata: { name: 'run', namespace: 'ns', uid: 'u' },
  spec,
  ...(status && { status }),
});

export const state = {
  waits: (reason: string, message?: string) => ({ waiting: { reason, ...(message && { message }) } }),
  runs: { running: { startedAt: NOON } },
  ended: (exitCode: number, fields: object = {}) => ({
    terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: NOON, ...fields },
  }),
};

/** Returns a pod with these container states, by name. A container without a state is not reported yet. */
export function pod(
  phase: string,
  containers: Readonly<Record<string, ContainerStatus['state']>>,
  fields: Partial<PodStatus> = {},
): Pod {
  const names = Object.keys(containers);
  const statuses = Object.entries(containers).flatMap(([name, containerState]) =>
    containerState
      ? [{ name, imageID: `${name}@sha256:1`, ready: containerState.running !== undefined, state: containerState }]
      : [],
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'run-pod-1', namespace: 'ns', uid: 'p' },
    spec: { containers: names.map((name) => ({ name, image: 'ubuntu' })) },
    status: { phase, containerStatuses: statuses.toReversed(), ...fields }, // the API does not guarantee an order
  };
}

/** Returns the same pod while it is being deleted. */
export const deleted = (pod: Pod): Pod => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: NOON } });

/** Returns a decision with its reason and message, and the kinds of its actions. */
export function decideTaskRun(observed: {
  readonly run?: TaskRun;
  readonly pod?: Pod;
  readonly replacement?: Pod;
  readonly now?: Date;
}) {
  const decision = planTaskRun({ run: run(startedStatus), now: at('12:00:05'), ...observed });
  const [condition] = decision.status.conditions ?? [];
  const formatAction = ({ kind: actions }: TaskRunAction): string => actions;
  return {
    decision,
    condition: `${condition?.reason ?? ''}: ${condition?.message ?? ''}`,
    actions: decision.actions.map(formatAction),
  };
}

export const logs = (step: string): string => `for logs run: kubectl -n ns logs run-pod-1 -c ${step}`;
