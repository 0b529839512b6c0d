/** The messages are those of Tekton v0.9.2, taken from the statuses of real runs. */

import { describe, expect, test } from '@jest/globals';
import {
  conditionNotFound,
  pipelineResourcesFailure,
  pipelineNotFound,
  pipelineParamsFailure,
  pipelineResourceNotFound,
  pipelineTaskNotFound,
  taskNotFound,
  taskResourceNotFound,
  taskRunFailure,
  readTask,
  type RunFailure,
  type ResourceType,
} from '@pipewright/tekton';
import { build } from '../support/objects.js';

const task = readTask(build.spec);
const fits = {
  inputs: new Map<string, ResourceType>([['source', 'git']]),
  outputs: new Map<string, ResourceType>([['built', 'image']]),
};
const target = { name: 'target', value: 'all' };
const named = { run: 'ns/r', pipeline: 'ns/p' };

const rows: { when: string; refusal: RunFailure | undefined; says: string | undefined }[] = [
  { when: 'everything fits', refusal: taskRunFailure(task, [target], fits), says: undefined },
  {
    when: 'a param is missing',
    refusal: taskRunFailure(task, [], fits),
    says: 'TaskRunValidationFailed: invalid input params: missing values for these params which have no default values: [target]',
  },
  {
    when: 'a param is too many',
    refusal: taskRunFailure(task, [target, { name: 'b', value: '2' }], fits),
    says: "TaskRunValidationFailed: invalid input params: didn't need these params but they were provided anyway: [b]",
  },
  {
    when: 'a param is of the wrong type',
    refusal: taskRunFailure(task, [{ name: 'target', value: ['1'] }], fits),
    says: "TaskRunValidationFailed: invalid input params: param types don't match the user-specified type: [target]",
  },
  {
    when: 'a resource is missing',
    refusal: taskRunFailure(task, [target], { ...fits, inputs: new Map() }),
    says: "TaskRunValidationFailed: invalid input resources: TaskRun's declared resources didn't match usage in Task: Didn't provide required values: [source]",
  },
  {
    when: 'a resource is of the wrong type',
    refusal: taskRunFailure(task, [target], { ...fits, inputs: new Map([['source', 'image' as const]]) }),
    says: 'TaskRunValidationFailed: invalid input resources: resource "source" should be type "image" but was "git"',
  },
  {
    when: 'a task is not there',
    refusal: taskNotFound('r', 'task', 'nope'),
    says: 'TaskRunResolutionFailed: error when listing tasks for taskRun r: task.tekton.dev "nope" not found',
  },
  {
    when: 'a resource of a TaskRun is not there',
    refusal: taskResourceNotFound('input', 'nope'),
    says: 'TaskRunResolutionFailed: couldn\'t retrieve referenced input PipelineResource: pipelineresource.tekton.dev "nope" not found',
  },
  {
    when: 'a pipeline is not there',
    refusal: pipelineNotFound('ns/r', 'nope'),
    says: 'CouldntGetPipeline: Error retrieving pipeline for pipelinerun ns/r: error when listing pipelines for pipelineRun r: pipeline.tekton.dev "nope" not found',
  },
  {
    when: 'a resource of a PipelineRun is not there',
    refusal: pipelineResourceNotFound('ns/r', 's', 'nope'),
    says: 'CouldntGetResource: PipelineRun ns/r can\'t be Run; it tries to bind Resources that don\'t exist: Error following resource reference for s: pipelineresource.tekton.dev "nope" not found',
  },
  {
    when: 'a task of a pipeline is not there',
    refusal: pipelineTaskNotFound('ns/p', 'task', 'nope'),
    says: 'CouldntGetTask: Pipeline ns/p can\'t be Run; it contains Tasks that don\'t exist: Couldn\'t retrieve Task "nope": task.tekton.dev "nope" not found',
  },
  {
    when: 'a condition is not there',
    refusal: conditionNotFound('ns/r', 'nope'),
    says: 'CouldntGetCondition: PipelineRun ns/r can\'t be Run; it contains Conditions that don\'t exist:  Couldn\'t retrieve Condition "nope": condition.tekton.dev "nope" not found',
  },
  {
    when: 'a resource of a pipeline is not bound',
    refusal: pipelineResourcesFailure({ resources: [{ name: 's', type: 'git', isOptional: false }] }, [], named),
    says: "InvalidPipelineResourceBindings: PipelineRun ns/r doesn't bind Pipeline ns/p's PipelineResources correctly: PipelineRun bound resources didn't match Pipeline: Didn't provide required values: [s]",
  },
  {
    when: 'a param of a PipelineRun is of the wrong type',
    refusal: pipelineParamsFailure([{ name: 'z', type: 'string' }], [{ name: 'z', value: ['1'] }], named),
    says: "ParameterTypeMismatch: PipelineRun ns/r parameters have mismatching types with Pipeline ns/p's parameters: parameters have inconsistent types : [z]",
  },
  {
    when: 'a param of a PipelineRun is missing',
    refusal: pipelineParamsFailure([{ name: 'z', type: 'string' }], [], named),
    says: "ParameterMissing: PipelineRun ns/r parameters are missing some parameters required by Pipeline ns/p's parameters: missing values for these params which have no default values: [z]",
  },
];

describe('why a run cannot start', () => {
  test.each(rows)('when $when', ({ refusal, says }) => {
    expect(refusal && `${refusal.reason}: ${refusal.message}`).toBe(says);
  });
});
