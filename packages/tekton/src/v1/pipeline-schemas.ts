/** Schemas of Pipelines of tekton.dev/v1. */

import { anyValue, boolean, integer, list, object, string, type ObjectSchema, type Schema } from '../schema/schema.js';
import {
  description,
  displayName,
  name,
  params,
  paramSpecs,
  resolverFields,
  whenExpressions,
} from './shared-schemas.js';
import { embeddedTask } from './task-schemas.js';
import type * as wire from './types.js';

/** A reference to a Task or custom task. */
export const taskRef = object<wire.TaskRef>('Names the task.', {
  name,
  kind: string('Task (default), or the kind of a custom task.'),
  apiVersion: string('API version of a custom task.'),
  ...resolverFields,
});

/** A reference to a Pipeline. */
export const pipelineRef = object<wire.PipelineRef>('Names the Pipeline.', {
  name,
  apiVersion: string('API version of the Pipeline.'),
  ...resolverFields,
});

/** A pipeline within a pipeline. The field is lazy because pipelines contain pipelines; CRDs pass it through. */
const nestedPipeline: Schema = {
  kind: 'open',
  description: 'A pipeline that runs as one task (alpha).',
  get of() {
    return pipelineSpec;
  },
};

const matrix = object<wire.Matrix>('Runs the task for every combination of params.', {
  params: { ...params, description: 'Params with a list of values each.' },
  include: list('Combinations to add or extend.', object<wire.IncludeParams>('A combination.', { name, params })),
});

/** Hints for the fields of a v1alpha1 Pipeline. */
const RESOURCES_HINT = {
  resources: 'remove it: tekton.dev/v1 has no PipelineResources; use `params`, `workspaces` and `results`',
};

const pipelineTask = object<wire.PipelineTask>(
  'A task of the pipeline.',
  {
    name: string('Name within the pipeline.'),
    displayName,
    description,
    taskRef,
    taskSpec: embeddedTask,
    pipelineRef,
    pipelineSpec: nestedPipeline,
    params,
    matrix,
    when: whenExpressions,
    runAfter: list('Tasks that must finish first.', string('Name of a task of this pipeline.')),
    retries: integer('Number of retries after a failure. Default: 0.', Number.MIN_SAFE_INTEGER),
    timeout: string('How long one attempt may take. Default: the timeout of the run.'),
    onError: string('continue: a failure does not fail the pipeline. stopAndFail (default).'),
    workspaces: list(
      'Workspaces of the pipeline that the task gets.',
      object<wire.WorkspacePipelineTaskBinding>(
        'A workspace.',
        {
          name: string("Name of the task's workspace."),
          workspace: string("Name of the pipeline's workspace. Default: the same name."),
          subPath: string('Directory within.'),
        },
        { required: ['name'] },
      ),
    ),
  },
  {
    required: ['name'],
    elsewhere: {
      ...RESOURCES_HINT,
      conditions: 'write it as `when`: tekton.dev/v1 has no Conditions',
      inputs: 'pass values under `params` and directories under `workspaces`',
      outputs: 'declare what the task produces under `results` of its Task',
    },
  },
);

/** The spec of a Pipeline. */
export const pipelineSpec: ObjectSchema = object<wire.PipelineSpec>(
  'What the pipeline does.',
  {
    displayName,
    description,
    params: paramSpecs,
    workspaces: list(
      'Directories that the run provides.',
      object<wire.PipelineWorkspaceDeclaration>(
        'A declared workspace.',
        { name, description, optional: boolean('Whether a run may leave it out. Default: false.') },
        { required: ['name'] },
      ),
    ),
    results: list(
      'Values that the run reports.',
      object<wire.PipelineResult>(
        'A result.',
        {
          name,
          type: string('string (default), array or object.'),
          description,
          value: anyValue('Results of tasks: $(tasks.TASK.results.RESULT).'),
        },
        { required: ['name', 'value'] },
      ),
    ),
    tasks: list('Tasks; they start at once, unless they wait for others.', pipelineTask),
    finally: list('Tasks that run after all others, whether these failed or not.', pipelineTask),
  },
  { elsewhere: RESOURCES_HINT },
);
