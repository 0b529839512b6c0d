import { describe, expect, test } from '@jest/globals';
import type { TaskRunStatus } from '@pipewright/tekton';
import type { Pod } from '../../src/pod/pod-types.js';
import { at, startedStatus, decideTaskRun, NOON, pod, run, state } from '../support/observed-task-run.js';

describe('a TaskRun', () => {
  test.each<[string, Pod | undefined, TaskRunStatus, string]>([
    [
      'an image that does not exist',
      pod('Pending', { 'step-a': state.waits('ImagePullBackOff', 'Back-off pulling image "x"') }),
      startedStatus,
      'build step "step-a" is pending with reason "Back-off pulling image "x""',
    ],
    [
      'nodes that are full',
      pod(
        'Pending',
        { 'step-a': undefined },
        { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes: 1 Insufficient cpu.' }] },
      ),
      startedStatus,
      'TaskRun Pod exceeded available resources: 0/1 nodes: 1 Insufficient cpu.',
    ],
    [
      'a reason that only the events of its pod contain',
      pod('Pending', { 'step-a': state.waits('ContainerCreating') }),
      startedStatus,
      'none of its steps has started; the events of its pod contain the reason: ' +
        'kubectl -n ns get events --field-selector involvedObject.name=run-pod-1',
    ],
    [
      'a quota, without a pod',
      undefined,
      {
        conditions: [{ type: 'Succeeded', status: 'Unknown', reason: 'ExceededResourceQuota', message: 'no room' }],
        startTime: NOON,
      },
      'no room',
    ],
  ])('that times out reports why it did not start: %s', (_what, observedPod, status, expectedReason) => {
    const timedOut = {
      run: run(status, { timeout: '1s' }),
      now: at('12:00:05'),
      ...(observedPod && { pod: observedPod }),
    };
    expect(decideTaskRun(timedOut).condition).toBe(
      `TaskRunTimeout: TaskRun "run" failed to finish within "1s": ${expectedReason}`,
    );
  });

  test.each<[string, TaskRunStatus | undefined, Pod | undefined, string]>([
    ['before it has started', undefined, undefined, 'TaskRunCancelled'],
    ['while it waits for a quota', { startTime: NOON }, undefined, 'TaskRunCancelled'],
    [
      'after its pod has ended, which was not observed yet',
      startedStatus,
      pod('Succeeded', { 'step-a': state.ended(0) }),
      'TaskRunCancelled',
    ],
    [
      'after it has ended',
      { ...startedStatus, conditions: [{ type: 'Succeeded', status: 'True', reason: 'Succeeded' }] },
      pod('Succeeded', { 'step-a': state.ended(0) }),
      'Succeeded',
    ],
  ])('is cancelled %s', (_when, status, observedPod, reason) => {
    const { decision } = decideTaskRun({
      run: run(status, { status: 'TaskRunCancelled' }),
      ...(observedPod && { pod: observedPod }),
    });
    expect(decision.status.conditions?.[0]?.reason).toBe(reason);
    expect(decision.actions.filter((action) => action.kind === 'start')).toEqual([]);
  });
});
