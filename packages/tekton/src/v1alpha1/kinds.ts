/**
 * The kinds of tekton.dev/v1alpha1 and their schemas, the source of the CRDs and of the conformance check.
 *
 * `kubectl explain` shows the descriptions. Includes the fields of Tekton v0.10.
 */

import { DEFAULT_TIMEOUT_MS } from '../model/default-options.js';
import { formatDuration } from '../model/duration.js';
import type { KindDefinition } from '../schema/kind-definition.js';
import { container, podTemplate, step, volume } from '../schema/kubernetes.js';
import { claimSource, configMapSource, emptyDirSource, secretSource } from '../schema/kubernetes-parts.js';
import {
  withDefault,
  boolean,
  integer,
  list,
  object,
  string,
  value,
  passThrough,
  withHints,
  type Relocation,
  type ObjectSchema,
  type StringSchema,
} from '../schema/schema.js';
import { RESOURCE_TYPES } from '../model/resource.js';
import {
  PIPELINE_HINTS,
  PIPELINE_RUN_HINTS,
  PIPELINE_TASK_HINTS,
  STEP_HINTS,
  TASK_RUN_HINTS,
} from './later-field-hints.js';
import type * as wire from './types.js';
import type { PipelineResourceSpec, ResourceParam, SecretParam } from '../model/resource.js';
import type { WorkspaceBinding } from '../model/pod.js';

const name = string('Name.');
const description = string('What it is for, for people.');
const timeout = string('How long it may take, for example `1h30m`. 0: for ever. Default: one hour.');
/** Timeout of runs. A pipeline task without a timeout uses that of the run, so it has no default. */
const runTimeout = withDefault(timeout, formatDuration(DEFAULT_TIMEOUT_MS));
const apiVersion = string('API version of the object referred to.');
const resourceType: StringSchema = {
  ...string('What kind of thing it is.', RESOURCE_TYPES),
  unknownCode: 'RESOURCE_TYPE_UNKNOWN',
};

const paramSpecs = list(
  'Params: values that a run gives.',
  object<wire.ParamSpec>(
    'A declared param.',
    {
      name,
      type: string('string or array. Default: the type of `default`, else string.', ['string', 'array']),
      description,
      default: value('Value when the run gives none. Without it, the run must give one.'),
    },
    { required: ['name'] },
  ),
);

const params = list(
  'Values of params.',
  object<wire.Param>(
    'A value.',
    { name, value: value('A string or a list of strings.') },
    { required: ['name', 'value'] },
  ),
);

const taskResources = list(
  'Resources it needs.',
  object<wire.TaskResource>(
    'A declared resource.',
    {
      name,
      type: resourceType,
      targetPath: string('Directory below /workspace. Default: the name (inputs), output/ and the name (outputs).'),
      description,
      optional: boolean('Whether a run may leave it out. Default: false.'),
    },
    { required: ['name', 'type'] },
  ),
);

const workspaces = list(
  'Directories that the run gives.',
  object<wire.WorkspaceDeclaration>(
    'A declared workspace.',
    {
      name,
      description,
      mountPath: string('Where it appears in steps. Default: /workspace/ and the name.'),
      readOnly: boolean('Default: false.'),
    },
    { required: ['name'] },
  ),
);

/** Maps fields of later API versions to their v1alpha1 location in Tasks and TaskRuns. */
const RELOCATIONS: Readonly<Record<string, Relocation>> = {
  params: (params) => ({ inputs: { params } }),
  resources: (resources) => {
    const { inputs, outputs } = Object(resources) as { readonly inputs?: unknown; readonly outputs?: unknown }; // unchecked
    return {
      ...(inputs !== undefined && { inputs: { resources: inputs } }),
      ...(outputs !== undefined && { outputs: { resources: outputs } }),
    };
  },
};

const taskSpec = object<wire.TaskSpec>(
  'What the task does.',
  {
    inputs: object<wire.TaskInputs>('What it needs.', { params: paramSpecs, resources: taskResources }),
    outputs: object<wire.TaskOutputs>('What it makes.', {
      resources: taskResources,
      results: list(
        'Declared and unused; see `results` of the task.',
        object<wire.TestResult>(
          'A result.',
          { name, format: string('Format.'), path: string('Path.') },
          { required: ['name'] },
        ),
      ),
    }),
    steps: list('Containers that run one after the other.', withHints(step, STEP_HINTS)),
    stepTemplate: container,
    sidecars: list('Containers that run beside the steps.', step),
    volumes: list('Volumes that steps mount.', volume),
    workspaces,
    results: list(
      'Values that steps write to /tekton/results/NAME.',
      object<wire.TaskResult>('A result.', { name, description }, { required: ['name'] }),
    ),
  },
  {
    elsewhere: {
      params: 'move it below `inputs`: a v1alpha1 Task has `inputs.params`, and uses them as $(inputs.params.NAME)',
      resources:
        'move `inputs` of it to `inputs.resources`, and `outputs` to `outputs.resources`: a v1alpha1 Task has them there',
    },
    moves: RELOCATIONS,
  },
);

const resourceSpec = object<PipelineResourceSpec>(
  'What the resource is.',
  {
    type: resourceType,
    params: list(
      'What its type needs: `url` and `revision` for git, `url` for image.',
      object<ResourceParam>('A param.', { name, value: string('Its value. Default: empty.') }, { required: ['name'] }),
    ),
    secrets: list(
      'Params that come from Secrets.',
      object<SecretParam>(
        'A key of a Secret.',
        {
          fieldName: string('The param.'),
          secretKey: string('Key of the Secret.'),
          secretName: string('Name of the Secret.'),
        },
        { required: ['fieldName', 'secretKey', 'secretName'] },
      ),
    ),
  },
  { required: ['type'] },
);

const bindingFields = {
  name,
  resourceRef: object<{ name: string; apiVersion?: string }>('Names a PipelineResource.', { name, apiVersion }),
  resourceSpec,
};

const bindings = list(
  'Which PipelineResource stands for each declared resource.',
  object<wire.ResourceBinding>('A binding.', bindingFields, { required: ['name'] }),
);

const taskBindings = list(
  'Which PipelineResource stands for each declared resource.',
  object<wire.TaskResourceBinding>(
    'A binding.',
    { ...bindingFields, paths: list('Set by the controller: where a pipeline hands it over.', string('A directory.')) },
    { required: ['name'] },
  ),
);

const workspaceBindings = list(
  'Storage for each declared workspace.',
  object<WorkspaceBinding>(
    'A workspace and one source.',
    {
      name,
      subPath: string('Directory of the volume. Default: its root.'),
      persistentVolumeClaim: passThrough('An existing claim: `claimName`.', claimSource),
      emptyDir: passThrough('A directory that goes with the pod.', emptyDirSource),
      configMap: passThrough('Files from a ConfigMap.', configMapSource),
      secret: passThrough('Files from a Secret.', secretSource),
    },
    { required: ['name'] },
  ),
);

const taskKind = string('Task (default) or ClusterTask.', ['Task', 'ClusterTask', '']);
const taskRef = object<wire.TaskRef>('Names the task.', { name, kind: taskKind, apiVersion });
/** Tekton's webhook defaults the kind only in TaskRuns. */
const runTaskRef = object<wire.TaskRef>('Names the task.', { name, kind: withDefault(taskKind, 'Task'), apiVersion });

const account = string('ServiceAccount of the pods; its secrets are the credentials of the steps. Default: default.');
const deprecatedAccount = string('Older name of serviceAccountName.');

const taskRunSpec = object<wire.TaskRunSpec>(
  'What to run.',
  {
    taskRef: runTaskRef,
    taskSpec,
    inputs: object<NonNullable<wire.TaskRunSpec['inputs']>>('What the task gets.', { params, resources: taskBindings }),
    outputs: object<NonNullable<wire.TaskRunSpec['outputs']>>('What the task makes.', { resources: taskBindings }),
    serviceAccount: deprecatedAccount,
    serviceAccountName: account,
    timeout: runTimeout,
    status: string('TaskRunCancelled stops the run.'),
    podTemplate,
    workspaces: workspaceBindings,
  },
  {
    elsewhere: {
      params: 'move it below `inputs`: a v1alpha1 TaskRun has `inputs.params`',
      resources:
        'move `inputs` of it to `inputs.resources`, and `outputs` to `outputs.resources`: a v1alpha1 TaskRun has them there',
      ...TASK_RUN_HINTS,
    },
    moves: RELOCATIONS,
  },
);

const pipelineTaskInputs = list(
  "Which of the pipeline's resources an input gets.",
  object<wire.PipelineTaskInputResource>(
    'An input.',
    {
      name: string("Name of the task's input."),
      resource: string("Name of the pipeline's resource."),
      from: list('Tasks whose output it is; this task waits for them.', string('Name of a task of this pipeline.')),
    },
    { required: ['name', 'resource'] },
  ),
);

const pipelineTask = object<wire.PipelineTask>(
  'A task of the pipeline.',
  {
    name: string('Name within the pipeline.'),
    taskRef,
    taskSpec,
    params,
    resources: object<NonNullable<wire.PipelineTask['resources']>>('Resources of the task.', {
      inputs: pipelineTaskInputs,
      outputs: list(
        "Which of the pipeline's resources an output is.",
        object<wire.PipelineTaskOutputResource>(
          'An output.',
          { name: string("Name of the task's output."), resource: string("Name of the pipeline's resource.") },
          { required: ['name', 'resource'] },
        ),
      ),
    }),
    runAfter: list('Tasks that must have succeeded before.', string('Name of a task of this pipeline.')),
    retries: integer('How often to try again after a failure. Default: 0.'),
    conditions: list(
      'Conditions that must all hold; else the task and what follows it is skipped.',
      object<wire.PipelineTaskCondition>(
        'A condition.',
        { conditionRef: string('Name of a Condition.'), params, resources: pipelineTaskInputs },
        { required: ['conditionRef'] },
      ),
    ),
    workspaces: list(
      "Which of the pipeline's workspaces the task gets.",
      object<wire.WorkspacePipelineTaskBinding>(
        'A workspace.',
        {
          name: string("Name of the task's workspace."),
          workspace: string("Name of the pipeline's workspace."),
          subPath: string('Directory within.'),
        },
        { required: ['name', 'workspace'] },
      ),
    ),
    timeout: string('How long one attempt may take. Default: the timeout of the run.'),
  },
  {
    required: ['name'],
    elsewhere: {
      inputs: 'a pipeline task gets its inputs under `resources.inputs` and its values under `params`',
      outputs: 'a pipeline task binds outputs under `resources.outputs`',
      ...PIPELINE_TASK_HINTS,
    },
  },
);

const pipelineFields = object<wire.PipelineSpec>('What the pipeline does.', {
  resources: list(
    'Resources that a run binds.',
    object<wire.PipelineDeclaredResource>(
      'A declared resource.',
      {
        name,
        type: string('What kind of thing it is; tasks say which they need.'),
        optional: boolean('Whether a run may leave it out. Default: false.'),
      },
      { required: ['name', 'type'] },
    ),
  ),
  params: paramSpecs,
  tasks: list('Tasks; they run at once unless one waits for another.', pipelineTask),
  workspaces,
});

const pipelineSpec = withHints(pipelineFields, PIPELINE_HINTS);

const taskAccount = object<wire.TaskServiceAccount>(
  'The account of one task.',
  { taskName: string('Name of the pipeline task.'), serviceAccount: deprecatedAccount, serviceAccountName: account },
  { required: ['taskName'] },
);

const pipelineRunFields = object<wire.PipelineRunSpec>('What to run.', {
  pipelineRef: object<{ name: string; apiVersion?: string }>('Names the Pipeline.', { name, apiVersion }),
  pipelineSpec,
  resources: bindings,
  params,
  serviceAccount: deprecatedAccount,
  serviceAccountName: account,
  serviceAccounts: list('Older name of serviceAccountNames.', taskAccount),
  serviceAccountNames: list('Accounts of single tasks.', taskAccount),
  timeout: runTimeout,
  status: string('PipelineRunCancelled stops the run.'),
  podTemplate,
  workspaces: workspaceBindings,
});

const pipelineRunSpec = withHints(pipelineRunFields, PIPELINE_RUN_HINTS);

const conditionSpec = object<wire.ConditionSpec>('What is checked.', {
  check: step,
  params: paramSpecs,
  resources: taskResources,
  description,
});

const defineKind = (
  kind: wire.Kind,
  spec: ObjectSchema,
  about: string,
  more: Partial<KindDefinition> = {},
): KindDefinition => ({
  kind,
  plural: `${kind.toLowerCase()}s`,
  shortNames: [],
  isNamespaced: true,
  description: about,
  spec,
  isRun: false,
  ...more,
});

/** The kinds of tekton.dev/v1alpha1, by name. */
export const KINDS: Readonly<Record<wire.Kind, KindDefinition>> = {
  Task: defineKind('Task', taskSpec, 'Steps that run one after the other in one pod.'),
  ClusterTask: defineKind('ClusterTask', taskSpec, 'A Task for all namespaces.', { isNamespaced: false }),
  TaskRun: defineKind('TaskRun', taskRunSpec, 'One run of a Task.', { shortNames: ['tr', 'trs'], isRun: true }),
  Pipeline: defineKind('Pipeline', pipelineSpec, 'Tasks and the order they run in.'),
  PipelineRun: defineKind('PipelineRun', pipelineRunSpec, 'One run of a Pipeline.', {
    shortNames: ['pr', 'prs'],
    isRun: true,
  }),
  PipelineResource: defineKind(
    'PipelineResource',
    resourceSpec,
    'A thing outside that tasks read or make: a repository, an image.',
  ),
  Condition: defineKind('Condition', conditionSpec, 'A check that decides whether a task of a pipeline runs.'),
};
