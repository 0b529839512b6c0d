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
const matching = {
  inputs: new Map<string, ResourceType>([['source', 'git']]),
  outputs: new Map<string, ResourceType>([['built', 'image']]),
};
const target = { name: 'target', value: 'all' };
const named = { run: 'ns/r', pipeline: 'ns/p' };

const rows: { when: string; failure: RunFailure | undefined; expected: string | undefined }[] = [
  { when: 'everything matches', failure: taskRunFailure(task, [target], matching), expected: undefined },
  {
    when: 'a param is missing',
    failure: taskRunFailure(task, [], matching),
    expected:
      'TaskRunValidationFailed: invalid input params: missing values for these params which have no default values: [target]',
  },
  {
    when: 'a param is not declared',
    failure: taskRunFailure(task, [target, { name: 'b', value: '2' }], matching),
    expected:
      "TaskRunValidationFailed: invalid input params: didn't need these params but they were provided anyway: [b]",
  },
  {
    when: 'a param is of the wrong type',
    failure: taskRunFailure(task, [{ name: 'target', value: ['1'] }], matching),
    expected:
      "TaskRunValidationFailed: invalid input params: param types don't match the user-specified type: [target]",
  },
  {
    when: 'a resource is missing',
    failure: taskRunFailure(task, [target], { ...matching, inputs: new Map() }),
    expected:
      "TaskRunValidationFailed: invalid input resources: TaskRun's declared resources didn't match usage in Task: Didn't provide required values: [source]",
  },
  {
    when: 'a resource is of the wrong type',
    failure: taskRunFailure(task, [target], { ...matching, inputs: new Map([['source', 'image' as const]]) }),
    expected:
      'TaskRunValidationFailed: invalid input resources: resource "source" should be type "image" but was "git"',
  },
  {
    when: 'a task does not exist',
    failure: taskNotFound('r', 'task', 'nope'),
    expected: 'TaskRunResolutionFailed: error when listing tasks for taskRun r: task.tekton.dev "nope" not found',
  },
  {
    when: 'a resource of a TaskRun does not exist',
    failure: taskResourceNotFound('input', 'nope'),
    expected:
      'TaskRunResolutionFailed: couldn\'t retrieve referenced input PipelineResource: pipelineresource.tekton.dev "nope" not found',
  },
  {
    when: 'a pipeline does not exist',
    failure: pipelineNotFound('ns/r', 'nope'),
    expected:
      'CouldntGetPipeline: Error retrieving pipeline for pipelinerun ns/r: error when listing pipelines for pipelineRun r: pipeline.tekton.dev "nope" not found',
  },
  {
    when: 'a resource of a PipelineRun does not exist',
    failure: pipelineResourceNotFound('ns/r', 's', 'nope'),
    expected:
      'CouldntGetResource: PipelineRun ns/r can\'t be Run; it tries to bind Resources that don\'t exist: Error following resource reference for s: pipelineresource.tekton.dev "nope" not found',
  },
  {
    when: 'a task of a pipeline does not exist',
    failure: pipelineTaskNotFound('ns/p', 'task', 'nope'),
    expected:
      'CouldntGetTask: Pipeline ns/p can\'t be Run; it contains Tasks that don\'t exist: Couldn\'t retrieve Task "nope": task.tekton.dev "nope" not found',
  },
  {
    when: 'a condition does not exist',
    failure: conditionNotFound('ns/r', 'nope'),
    expected:
      'CouldntGetCondition: PipelineRun ns/r can\'t be Run; it contains Conditions that don\'t exist:  Couldn\'t retrieve Condition "nope": condition.tekton.dev "nope" not found',
  },
  {
    when: 'a resource of a pipeline is not bound',
    failure: pipelineResourcesFailure({ resources: [{ name: 's', type: 'git', isOptional: false }] }, [], named),
    expected:
      "InvalidPipelineResourceBindings: PipelineRun ns/r doesn't bind Pipeline ns/p's PipelineResources correctly: PipelineRun bound resources didn't match Pipeline: Didn't provide required values: [s]",
  },
  {
    when: 'a param of a PipelineRun is of the wrong type',
    failure: pipelineParamsFailure([{ name: 'z', type: 'string' }], [{ name: 'z', value: ['1'] }], named),
    expected:
      "ParameterTypeMismatch: PipelineRun ns/r parameters have mismatching types with Pipeline ns/p's parameters: parameters have inconsistent types : [z]",
  },
  {
    when: 'a param of a PipelineRun is missing',
    failure: pipelineParamsFailure([{ name: 'z', type: 'string' }], [], named),
    expected:
      "ParameterMissing: PipelineRun ns/r parameters are missing some parameters required by Pipeline ns/p's parameters: missing values for these params which have no default values: [z]",
  },
];

describe('the failure of a run that cannot start', () => {
  test.each(rows)('when $when', ({ failure, expected }) => {
    expect(failure && `${failure.reason}: ${failure.message}`).toBe(expected);
  });
});
