/** Fields of tekton.dev/v1 in objects of v1alpha1 are unknown, with what replaces them. */

import { expect, test } from '@jest/globals';
import { checkObject } from '@pipewright/tekton';

const step = { name: 's', image: 'busybox:1', command: ['true'] };
const task = { name: 'a', taskRef: { name: 'b' } };

test.each<[field: string, kind: string, spec: object, hint: string]>([
  ['spec.steps.0.computeResources', 'Task', { steps: [{ ...step, computeResources: {} }] }, 'rename it to `resources`'],
  ['spec.steps.0.onError', 'Task', { steps: [{ ...step, onError: 'continue' }] }, 'in tekton.dev/v1'],
  ['spec.steps.0.ref', 'Task', { steps: [{ ...step, ref: { name: 'r' } }] }, 'has no StepActions'],
  ['spec.retries', 'TaskRun', { taskRef: { name: 'b' }, retries: 1 }, 'set `retries` of the task in a Pipeline'],
  ['spec.stepSpecs', 'TaskRun', { taskRef: { name: 'b' }, stepSpecs: [] }, 'set `resources` of the steps'],
  ['spec.tasks.0.when', 'Pipeline', { tasks: [{ ...task, when: [] }] }, 'write it as `conditions`'],
  ['spec.tasks.0.matrix', 'Pipeline', { tasks: [{ ...task, matrix: {} }] }, 'has no matrix'],
  ['spec.finally', 'Pipeline', { tasks: [task], finally: [] }, 'has no finally tasks'],
  ['spec.results', 'Pipeline', { tasks: [task], results: [] }, 'has no results of pipelines'],
  ['spec.taskRunTemplate', 'PipelineRun', { pipelineRef: { name: 'p' }, taskRunTemplate: {} }, 'to the spec'],
  [
    'spec.timeouts',
    'PipelineRun',
    { pipelineRef: { name: 'p' }, timeouts: {} },
    'write `timeouts.pipeline` as `timeout`',
  ],
  ['spec.taskRunSpecs', 'PipelineRun', { pipelineRef: { name: 'p' }, taskRunSpecs: [] }, '`serviceAccountNames`'],
])('%s of a v1alpha1 %s', (field, kind, spec, hint) => {
  const problems = checkObject({ apiVersion: 'tekton.dev/v1alpha1', kind, metadata: { name: 'x' }, spec });
  expect(problems.map(({ code, path }) => `${code} ${path.join('.')}`)).toContain(`FIELD_UNKNOWN ${field}`);
  expect(problems.find(({ path }) => path.join('.') === field)?.hint).toContain(hint);
});
