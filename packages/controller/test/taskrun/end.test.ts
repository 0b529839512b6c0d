import { describe, expect, test } from '@jest/globals';
import type { TaskRunStatus } from '@pipewright/tekton';
import type { Pod } from '../../src/pod/pod-types.js';
import { at, startedStatus, decide, NOON, pod, run, state } from '../support/observed-task-run.js';

describe('a TaskRun', () => {
  test.each<[string, Pod | undefined, TaskRunStatus, string]>([
    [
      'an image that is not there',
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
      'something that only the events of its pod tell',
      pod('Pending', { 'step-a': state.waits('ContainerCreating') }),
      startedStatus,
      'none of its steps has begun; the events of its pod say why: ' +
        'kubectl -n ns get events --field-selector involvedObject.name=run-pod-1',
    ],
    [
      'a quota, which left it without a pod',
      undefined,
      {
        conditions: [{ type: 'Succeeded', status: 'Unknown', reason: 'ExceededResourceQuota', message: 'no room' }],
        startTime: NOON,
      },
      'no room',
    ],
  ])('whose time is up says what kept it from beginning: %s', (_what, seen, status, why) => {
    const late = { run: run(status, { timeout: '1s' }), now: at('12:00:05'), ...(seen && { pod: seen }) };
    expect(decide(late).condition).toBe(`TaskRunTimeout: TaskRun "run" failed to finish within "1s": ${why}`);
  });

  test.each<[string, TaskRunStatus | undefined, Pod | undefined, string]>([
    ['before it has begun', undefined, undefined, 'TaskRunCancelled'],
    ['while it waits for room in a quota', { startTime: NOON }, undefined, 'TaskRunCancelled'],
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
  ])('is cancelled %s', (_when, status, seen, reason) => {
    const { decision } = decide({ run: run(status, { status: 'TaskRunCancelled' }), ...(seen && { pod: seen }) });
    expect(decision.status.conditions?.[0]?.reason).toBe(reason);
    expect(decision.actions.filter((action) => action.kind === 'start')).toEqual([]);
  });
});
