import { expect, test } from '@jest/globals';
import {
  customRunModel,
  pipelineModel,
  pipelineRunModel,
  stepActionModel,
  taskModel,
  taskRunModel,
} from '@pipewright/tekton';

const inputs = { params: [{ name: 'x' }] };
const params = [{ name: 'x', value: 'y' }];

test.each([
  ['Task of v1alpha1', taskModel, 'tekton.dev/v1alpha1', { inputs, steps: [] }, { params: [{ name: 'x' }] }],
  ['Task of v1', taskModel, 'tekton.dev/v1', { params: [{ name: 'x' }], steps: [] }, { params: [{ name: 'x' }] }],
  ['TaskRun of v1alpha1', taskRunModel, 'tekton.dev/v1alpha1', { inputs: { params } }, { params, retries: 0 }],
  ['TaskRun of v1', taskRunModel, 'tekton.dev/v1', { params, retries: 2 }, { params, retries: 2 }],
  ['Pipeline of v1alpha1', pipelineModel, 'tekton.dev/v1alpha1', { tasks: [] }, { tasks: [], finally: [] }],
  ['Pipeline of v1', pipelineModel, 'tekton.dev/v1', { finally: [{ name: 'f' }] }, { finally: [{ name: 'f' }] }],
  ['PipelineRun of v1alpha1', pipelineRunModel, 'tekton.dev/v1alpha1', { params }, { params, isPending: false }],
  ['PipelineRun of v1', pipelineRunModel, 'tekton.dev/v1', { status: 'PipelineRunPending' }, { isPending: true }],
  ['StepAction', stepActionModel, 'tekton.dev/v1beta1', { image: 'busybox' }, { step: { image: 'busybox' } }],
  ['CustomRun', customRunModel, 'tekton.dev/v1beta1', { retries: 1 }, { retries: 1 }],
])('the spec of a %s is read by its own version', (_kind, read, apiVersion, spec, model) => {
  expect(read({ apiVersion, spec })).toMatchObject(model);
});

test.each([
  ['StepAction', stepActionModel, 'has no StepActions'],
  ['CustomRun', customRunModel, 'has no CustomRuns'],
])('a %s of v1alpha1 cannot be read', (_kind, read, message) => {
  expect(() => read({ apiVersion: 'tekton.dev/v1alpha1', spec: {} })).toThrow(`tekton.dev/v1alpha1 ${message}`);
});
