/**
 * The kinds of tekton.dev/v1, with StepAction and CustomRun, and the schemas of runs.
 *
 * The CRDs and the conformance check derive from these schemas; `kubectl explain` shows the descriptions.
 */

import type { KindDefinition } from '../schema/kind-definition.js';
import { list, object, passThrough, string, type ObjectSchema } from '../schema/schema.js';
import { pipelineRef, pipelineSpec, taskRef } from './pipeline-schemas.js';
import {
  computeResources,
  name,
  params,
  podTemplate,
  retries,
  runMetadata,
  sidecarSpecs,
  stepSpecs,
  workspaceBindings,
} from './shared-schemas.js';
import { stepActionSpec, taskSpec } from './task-schemas.js';
import type { Kind } from './objects.js';
import type * as wire from './types.js';

const serviceAccountName = string(
  'ServiceAccount of the pods; its Secrets are the credentials of the steps. Default: default.',
);
const timeout = string('How long it may take, for example `1h30m`. 0: no limit. Default: one hour.');
const managedBy = string('Controller that executes it. Default: tekton.dev/pipeline.');
const statusMessage = string('Reason for `status`, which the condition repeats.');

const RUN_RESOURCES_HINT = {
  resources: 'remove it: tekton.dev/v1 has no PipelineResources; bind `params` and `workspaces`',
  inputs: 'move `inputs.params` to `params`: a v1 TaskRun has its params there',
  outputs: 'remove it: tekton.dev/v1 has no PipelineResources; declare what the Task produces under `results`',
  serviceAccount: 'rename it to `serviceAccountName`',
};

const taskRunSpec = object<wire.TaskRunSpec>(
  'What to run.',
  {
    taskRef,
    taskSpec,
    params,
    workspaces: workspaceBindings,
    serviceAccountName,
    timeout,
    retries,
    podTemplate,
    status: string('TaskRunCancelled stops the run; TaskRunPending delays its start.'),
    statusMessage,
    stepSpecs,
    sidecarSpecs,
    computeResources,
    managedBy,
    debug: object<NonNullable<wire.TaskRunSpec['debug']>>('Stops the run for debugging (alpha).', {
      breakpoints: object<wire.TaskBreakpoints>('Where it stops.', {
        onFailure: string('enabled: at a step that fails.'),
        beforeSteps: list('Before these steps.', string('Name of a step.')),
      }),
    }),
  },
  { elsewhere: RUN_RESOURCES_HINT },
);

const runTemplate = object<wire.PipelineTaskRunTemplate>('What the TaskRuns get.', { serviceAccountName, podTemplate });

const pipelineTaskRunSpec = object<wire.PipelineTaskRunSpec>('What the TaskRun of one task gets.', {
  pipelineTaskName: string('Name of the pipeline task.'),
  serviceAccountName,
  podTemplate,
  stepSpecs,
  sidecarSpecs,
  metadata: runMetadata,
  computeResources,
  timeout: string('How long the task may take.'),
});

const pipelineRunSpec = object<wire.PipelineRunSpec>(
  'What to run.',
  {
    pipelineRef,
    pipelineSpec,
    params,
    workspaces: workspaceBindings,
    status: string('Cancelled, CancelledRunFinally or StoppedRunFinally stop the run; PipelineRunPending delays it.'),
    timeouts: object<wire.Timeouts>('How long it may take.', {
      pipeline: timeout,
      tasks: string('Limit of `tasks`.'),
      finally: string('Limit of `finally`.'),
    }),
    taskRunTemplate: runTemplate,
    taskRunSpecs: list('Settings for the TaskRuns of single tasks.', pipelineTaskRunSpec),
    managedBy,
  },
  {
    elsewhere: {
      resources: RUN_RESOURCES_HINT.resources,
      serviceAccount: 'move it to `taskRunTemplate.serviceAccountName`',
      serviceAccountName: 'move it to `taskRunTemplate.serviceAccountName`',
      serviceAccountNames: 'write it as `taskRunSpecs`, with `pipelineTaskName` and `serviceAccountName`',
      serviceAccounts: 'write it as `taskRunSpecs`, with `pipelineTaskName` and `serviceAccountName`',
      podTemplate: 'move it to `taskRunTemplate.podTemplate`',
      timeout: 'move it to `timeouts.pipeline`',
    },
  },
);

const customRunSpec = object<wire.CustomRunSpec>('What to run.', {
  customRef: object<NonNullable<wire.CustomRunSpec['customRef']>>('Names the custom task.', {
    apiVersion: string('API version of the custom task.'),
    kind: string('Kind of the custom task.'),
    name,
  }),
  customSpec: object<wire.EmbeddedCustomRunSpec>('The custom task.', {
    apiVersion: string('API version of the custom task.'),
    kind: string('Kind of the custom task.'),
    metadata: runMetadata,
    spec: passThrough('What its controller reads.'),
  }),
  params,
  status: string('RunCancelled asks its controller to stop it.'),
  statusMessage,
  retries,
  serviceAccountName,
  timeout,
  workspaces: workspaceBindings,
});

const defineKind = (
  kind: Kind,
  spec: ObjectSchema,
  description: string,
  more: Partial<KindDefinition> = {},
): KindDefinition => ({
  kind,
  plural: `${kind.toLowerCase()}s`,
  shortNames: [],
  isNamespaced: true,
  description,
  spec,
  isRun: false,
  ...more,
});

/** The kinds of tekton.dev/v1, by name. */
export const KINDS: Readonly<Record<'Task' | 'Pipeline' | 'TaskRun' | 'PipelineRun', KindDefinition>> = {
  Task: defineKind('Task', taskSpec, 'Steps that run one after the other in one pod.'),
  Pipeline: defineKind('Pipeline', pipelineSpec, 'Tasks and the order they run in.'),
  TaskRun: defineKind('TaskRun', taskRunSpec, 'One run of a Task.', { shortNames: ['tr', 'trs'], isRun: true }),
  PipelineRun: defineKind('PipelineRun', pipelineRunSpec, 'One run of a Pipeline.', {
    shortNames: ['pr', 'prs'],
    isRun: true,
  }),
};

/** The kinds that tekton.dev/v1 uses and Tekton serves as tekton.dev/v1beta1, by name. */
export const BETA_KINDS: Readonly<Record<'StepAction' | 'CustomRun', KindDefinition>> = {
  StepAction: defineKind('StepAction', stepActionSpec, 'A step that Tasks share.'),
  CustomRun: defineKind('CustomRun', customRunSpec, 'A run of a custom task, executed by another controller.', {
    isRun: true,
  }),
};
