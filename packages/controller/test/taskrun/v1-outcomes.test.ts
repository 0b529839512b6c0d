/** Outcomes of pods of tekton.dev/v1, in the reasons and words of Tekton v1.15. */

import { describe, expect, test } from '@jest/globals';
import type { TaskRunObject, TaskRunObjectStatus } from '@pipewright/tekton';
import type { Pod } from '../../src/pod/pod-types.js';
import { planTaskRun, type TaskRunDecision } from '../../src/taskrun/plan.js';
import { at, deleted, NOON, pod, startedStatus, state } from '../support/observed-task-run.js';

const run = (spec: object = {}, status: TaskRunObjectStatus = startedStatus): TaskRunObject => ({
  apiVersion: 'tekton.dev/v1',
  kind: 'TaskRun',
  metadata: { name: 't', namespace: 'ns', uid: 'u' },
  spec,
  status,
});

const decide = (observed: Pod | undefined, of: TaskRunObject = run(), now = at('12:00:05')): TaskRunDecision =>
  planTaskRun({ run: of, ...(observed && { pod: labelled(observed) }), now });

const labelled = (it: Pod): Pod => ({ ...it, metadata: { ...it.metadata, labels: { 'tekton.dev/taskRun': 't' } } });

const conditionOf = ({ status: { conditions: [condition] = [] } }: TaskRunDecision): string =>
  `${condition?.reason ?? ''}: ${condition?.message ?? ''}`;

const internal = (key: string, value: string): string => JSON.stringify([{ key, value, type: 3 }]);
const skipped = state.ended(1, { message: internal('Reason', 'Skipped') });

describe('a TaskRun ends as Tekton reports it', () => {
  test.each<[string, Pod, string]>([
    [
      'with a step that fails',
      pod('Failed', { 'step-a': state.ended(7), 'step-b': skipped }),
      'StepFailed: "step-a" exited with code 7: Error',
    ],
    [
      'with a step that runs out of memory',
      pod('Failed', { 'step-a': state.ended(137, { reason: 'OOMKilled' }) }),
      'StepOOM: "step-a" exited with code 137: OOMKilled',
    ],
    [
      'with a step that exceeds its timeout',
      pod('Failed', { 'step-a': state.ended(1, { message: internal('Reason', 'TimeoutExceeded') }) }),
      'StepFailed: "step-a" exited because the step exceeded the specified timeout limit',
    ],
    [
      'with a sidecar that fails, though a step fails too',
      pod('Failed', { 'step-a': state.ended(2), 'sidecar-b': state.ended(1) }),
      'SidecarFailed: "sidecar-b" exited with code 1: Error',
    ],
    [
      'with a container that cannot start',
      pod('Failed', { 'step-a': state.ended(128, { reason: 'StartError' }) }),
      'StepFailed: "step-a" exited with code 128: StartError',
    ],
    [
      'with an image that cannot be pulled',
      pod('Pending', { 'step-a': state.waits('ImagePullBackOff', 'Back-off pulling image "x"') }),
      'TaskRunImagePullFailed: the step "a" in TaskRun "t" failed to pull the image "ubuntu". The pod errored with the message: "Back-off pulling image "x"."',
    ],
    [
      'with a container that cannot be configured',
      pod('Pending', { 'step-a': state.waits('CreateContainerConfigError', 'runAsNonRoot') }),
      'CreateContainerConfigError: Failed to create pod due to config error',
    ],
    [
      'with an evicted pod',
      pod('Failed', { 'step-a': undefined }, { reason: 'Evicted', message: 'low on memory' }),
      'PodEvicted: low on memory',
    ],
    [
      'with a deleted pod',
      deleted(pod('Failed', { 'step-a': state.ended(143) })),
      'StepFailed: "step-a" exited with code 143: Error',
    ],
    ['with success', pod('Succeeded', { 'step-a': state.ended(0) }), 'Succeeded: All Steps have completed executing'],
  ])('%s', (_case, observed, condition) => {
    expect(conditionOf(decide(observed))).toBe(condition);
  });
});

test('steps say how they ended: an ignored failure has the exit code of its command', () => {
  const continued = JSON.stringify([
    { key: 'ExitCode', value: '11', type: 3 },
    { key: 'Reason', value: 'Continued', type: 3 },
  ]);
  const { status } = decide(
    pod('Failed', { 'step-a': state.ended(0, { message: continued }), 'step-b': state.ended(3), 'step-c': skipped }),
  );
  expect(
    status.steps?.map((step) => [step.name, step.terminated?.exitCode, step['terminationReason' as keyof typeof step]]),
  ).toEqual([
    ['a', 11, 'Continued'],
    ['b', 3, 'Error'],
    ['c', 1, 'Skipped'],
  ]);
});

describe('a TaskRun that is ended has steps that are killed with it', () => {
  const running = pod('Running', { 'step-a': state.ended(0), 'step-b': state.runs });
  test.each<[string, object, string, string]>([
    [
      'cancelled',
      { status: 'TaskRunCancelled', statusMessage: 'no longer wanted' },
      'TaskRunCancelled',
      'TaskRun "t" was cancelled. no longer wanted',
    ],
    ['timed out', { timeout: '2s' }, 'TaskRunTimeout', 'TaskRun "t" failed to finish within "2s"'],
  ])('%s', (_case, spec, reason, message) => {
    const decision = decide(running, run(spec));
    expect(conditionOf(decision)).toBe(`${reason}: ${message}`);
    expect(decision.status.steps?.map(({ terminated }) => terminated)).toEqual([
      expect.objectContaining({ exitCode: 0 }),
      {
        exitCode: 1,
        reason,
        message: 'Step b terminated as pod run-pod-1 is terminated',
        startedAt: NOON,
        finishedAt: '2026-01-01T12:00:05Z',
      },
    ]);
    expect(decision.actions.map(({ kind }) => kind)).toEqual(['delete']);
  });
});

test('the message about a timeout repeats why the pod was pending', () => {
  const message = 'pod status "PodScheduled":"False"; message: "0/1 nodes are available"';
  const pending = {
    ...startedStatus,
    conditions: [{ type: 'Succeeded', status: 'Unknown', reason: 'Pending', message } as const],
  };
  expect(conditionOf(decide(pod('Pending', { 'step-a': undefined }), run({ timeout: '2s' }, pending)))).toBe(
    `TaskRunTimeout: TaskRun "t" failed to finish within "2s"\nPrevious status: [Pending] ${message}`,
  );
});

describe('a TaskRun with retries', () => {
  const failedPod = pod('Failed', { 'step-a': state.ended(1) });
  const status = (retriesStatus: readonly TaskRunObjectStatus[] = []): TaskRunObjectStatus => ({
    ...startedStatus,
    retriesStatus,
  });

  test('begins its next attempt after a failure, at once and with a new start', () => {
    const decision = decide(failedPod, run({ retries: 1 }, startedStatus));
    expect([
      conditionOf(decision),
      decision.status.startTime,
      decision.status.retriesStatus?.length,
      decision.requeueAt,
    ]).toEqual(['ToBeRetried: "step-a" exited with code 1: Error', undefined, 1, at('12:00:05')]);
    expect(planTaskRun({ run: run({ retries: 1 }, decision.status), now: at('12:00:06') })).toMatchObject({
      status: { startTime: '2026-01-01T12:00:06Z' },
      actions: [{ kind: 'start', attempt: 1 }],
    });
  });

  test.each<[string, Pod, object, TaskRunObjectStatus, string]>([
    ['fails after its last attempt', failedPod, { retries: 1 }, status([{}]), 'StepFailed'],
    [
      'retries after a timeout',
      pod('Running', { 'step-a': state.runs }),
      { retries: 1, timeout: '2s' },
      status(),
      'ToBeRetried',
    ],
    [
      'does not retry what was cancelled',
      failedPod,
      { retries: 1, status: 'TaskRunCancelled' },
      status(),
      'TaskRunCancelled',
    ],
    ['does not retry a success', pod('Succeeded', { 'step-a': state.ended(0) }), { retries: 1 }, status(), 'Succeeded'],
  ])('%s', (_case, observed, spec, before, reason) => {
    expect(conditionOf(decide(observed, run(spec, before))).split(':')[0]).toBe(reason);
  });
});

test('a pending TaskRun does not start, and its timeout does not begin', () => {
  const { status, actions } = planTaskRun({ run: run({ status: 'TaskRunPending' }, {}), now: at('12:00:00') });
  expect([status, actions]).toEqual([
    {
      conditions: [
        {
          type: 'Succeeded',
          status: 'Unknown',
          reason: 'TaskRunPending',
          message: 'TaskRun "t" is pending',
          lastTransitionTime: NOON,
        },
      ],
    },
    [],
  ]);
});

test.each([
  ['another controller', 'corp.dev/controller', []],
  ['this one', 'tekton.dev/pipeline', ['start']],
])('a TaskRun that is managed by %s', (_case, managedBy, actions) => {
  expect(planTaskRun({ run: run({ managedBy }, {}), now: at('12:00:00') }).actions.map(({ kind }) => kind)).toEqual(
    actions,
  );
});
