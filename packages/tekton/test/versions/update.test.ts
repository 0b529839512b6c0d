/** Updates of runs: recorded answers of Tekton v1.15. */

import { expect, test } from '@jest/globals';
import { admissionMessage, updateProblems, type UpdatedObject } from '@pipewright/tekton';

const taskRun = { taskRef: { name: 'mid' }, serviceAccountName: 'default', timeout: '1h0m0s' };
const pipelineRun = { pipelineRef: { name: 'p' }, timeouts: { pipeline: '1h0m0s' } };
const running = { startTime: '2026-01-01T00:00:00Z', conditions: [{ type: 'Succeeded', status: 'Unknown' }] };
const complete = { startTime: '2026-01-01T00:00:00Z', conditions: [{ type: 'Succeeded', status: 'True' }] };

const object = (
  kind: string,
  spec: object,
  status: object | undefined,
  apiVersion = 'tekton.dev/v1',
): UpdatedObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  spec,
  ...(status && { status }),
});

const answer = (kind: string, before: object, after: object, status?: object): string | undefined =>
  admissionMessage(updateProblems(object(kind, before, status), object(kind, after, status)));

test.each<[what: string, kind: string, change: object, status: object | undefined, message: string]>([
  [
    'the timeout of a running TaskRun',
    'TaskRun',
    { ...taskRun, timeout: '2h' },
    running,
    'invalid value: Once the TaskRun has started, only status and statusMessage updates are allowed: spec',
  ],
  [
    'the task of a TaskRun that has not started',
    'TaskRun',
    { ...taskRun, taskRef: { name: 'other' } },
    undefined,
    'invalid value: Once the TaskRun has started, only status and statusMessage updates are allowed: spec',
  ],
  [
    'the status of a complete TaskRun',
    'TaskRun',
    { ...taskRun, status: 'TaskRunCancelled' },
    complete,
    'invalid value: Once the TaskRun is complete, no updates are allowed: spec',
  ],
  [
    'the params of a running PipelineRun',
    'PipelineRun',
    { ...pipelineRun, params: [{ name: 'a', value: 'b' }] },
    running,
    'invalid value: Once the PipelineRun has started, only status updates are allowed: spec',
  ],
  [
    'a running PipelineRun to pending',
    'PipelineRun',
    { ...pipelineRun, status: 'PipelineRunPending' },
    running,
    'invalid value: PipelineRun cannot be Pending after it is started: spec.status',
  ],
  [
    'the status of a complete PipelineRun',
    'PipelineRun',
    { ...pipelineRun, status: 'Cancelled' },
    complete,
    'invalid value: Once the PipelineRun is complete, no updates are allowed: spec',
  ],
  [
    'the controller of a PipelineRun',
    'PipelineRun',
    { ...pipelineRun, managedBy: 'other' },
    undefined,
    'invalid value: managedBy is immutable: spec.managedBy',
  ],
])('the webhook rejects a change of %s', (_what, kind, after, status, message) => {
  expect(answer(kind, kind === 'TaskRun' ? taskRun : pipelineRun, after, status)).toBe(message);
});

test.each<[what: string, kind: string, before: object, after: object, status: object | undefined]>([
  ['a running TaskRun', 'TaskRun', taskRun, { ...taskRun, status: 'TaskRunCancelled', statusMessage: 'why' }, running],
  ['a running PipelineRun', 'PipelineRun', pipelineRun, { ...pipelineRun, status: 'CancelledRunFinally' }, running],
  ['a pending PipelineRun', 'PipelineRun', { ...pipelineRun, status: 'PipelineRunPending' }, pipelineRun, undefined],
  ['a Task', 'Task', { steps: [] }, { steps: [{ name: 'a', image: 'b' }] }, undefined],
])('the webhook admits a change of the status or spec of %s', (_what, kind, before, after, status) => {
  expect(answer(kind, before, after, status)).toBeUndefined();
});

test('a spec that differs in defaults, empty fields and the spelling of a timeout has not changed', () => {
  const after = { taskRef: { name: 'mid', kind: 'Task' }, params: [], timeout: '60m', podTemplate: {} };
  expect(answer('TaskRun', taskRun, after, complete)).toBeUndefined();
});

test('the webhook of v1alpha1 admits every update', () => {
  const [before, after] = [taskRun, { ...taskRun, timeout: '2h' }].map((spec) =>
    object('TaskRun', spec, complete, 'tekton.dev/v1alpha1'),
  );
  expect(before && after && updateProblems(before, after)).toEqual([]);
});
