/** Schemas of Tasks and StepActions of tekton.dev/v1. */

import {
  boolean,
  kubernetesObject,
  list,
  object,
  passThrough,
  string,
  withHints,
  withoutFields,
  type ObjectSchema,
  type Schema,
} from '../schema/schema.js';
import {
  containerFields,
  description,
  displayName,
  name,
  params,
  paramSpecs,
  podVolume,
  properties,
  resolverFields,
  runMetadata,
  sidecarFields,
  taskResults,
  whenExpressions,
} from './shared-schemas.js';
import type * as wire from './types.js';

const script = string('Program text, run by the interpreter that its first line names. Replaces `command`.');

const RESOURCES_HINT = {
  resources: 'rename it to `computeResources`: tekton.dev/v1 has CPU and memory of a container there',
};

const workspaceUsages = list(
  'Workspaces that only the steps and sidecars that list them get.',
  object<wire.WorkspaceUsage>(
    'A workspace of the Task.',
    { name, mountPath: string('Where it is mounted. Default: the path that the Task declares.') },
    { required: ['name'] },
  ),
);

const outputConfig = (stream: string): ObjectSchema =>
  object<wire.StepOutput>(`Copies ${stream} to a file.`, { path: string('The file.') });

const stepFields: Readonly<Record<string, Schema>> = {
  ...containerFields,
  displayName,
  script,
  timeout: string('How long the step may take, for example `90s`. Default: no limit.'),
  workspaces: workspaceUsages,
  onError: string('continue: a failure does not fail the Task. stopAndFail (default).'),
  stdoutConfig: outputConfig('standard output'),
  stderrConfig: outputConfig('standard error'),
  ref: object<wire.StepRef>('Names a StepAction.', { name, ...resolverFields }),
  params,
  results: taskResults,
  when: whenExpressions,
};

const step = withHints(
  kubernetesObject('A container that runs after the step before it has succeeded.', stepFields),
  RESOURCES_HINT,
);

const sidecar = withHints(
  kubernetesObject('A container that runs beside the steps.', {
    ...containerFields,
    ...sidecarFields,
    script,
    workspaces: workspaceUsages,
    restartPolicy: string('Always: a sidecar of Kubernetes, started before the steps.'),
  }),
  RESOURCES_HINT,
);

const stepTemplate = withHints(
  kubernetesObject(
    'Fields that all steps get, unless they set them.',
    withoutFields(kubernetesObject('', containerFields), ['name']),
  ),
  RESOURCES_HINT,
);

/** Hints for the fields of a v1alpha1 Task. */
const V1ALPHA1_HINTS = {
  inputs: 'move `inputs.params` to `params`: a v1 Task has its params there, and uses them as $(params.NAME)',
  outputs: 'remove it: tekton.dev/v1 has no PipelineResources; declare what the Task produces under `results`',
  resources: 'remove it: tekton.dev/v1 has no PipelineResources; use `params`, `workspaces` and `results`',
};

/** The fields of a TaskSpec. */
export const taskSpecFields = {
  displayName,
  description,
  params: paramSpecs,
  results: taskResults,
  workspaces: list(
    'Directories that the run provides.',
    object<wire.WorkspaceDeclaration>(
      'A declared workspace.',
      {
        name,
        description,
        mountPath: string('Where it is mounted in steps. Default: /workspace/ and the name.'),
        readOnly: boolean('Default: false.'),
        optional: boolean('Whether a run may leave it out. Default: false.'),
      },
      { required: ['name'] },
    ),
  ),
  steps: list('Containers that run one after the other.', step),
  stepTemplate,
  sidecars: list('Containers that run beside the steps.', sidecar),
  volumes: list('Volumes that steps mount.', podVolume),
};

/** The spec of a Task. */
export const taskSpec = object<wire.TaskSpec>('What the Task does.', taskSpecFields, { elsewhere: V1ALPHA1_HINTS });

/** The task of a pipeline task: a TaskSpec, or the spec of a custom task. */
export const embeddedTask = object<wire.EmbeddedTask>(
  'What the task does.',
  {
    ...taskSpecFields,
    apiVersion: string('API version of a custom task.'),
    kind: string('Kind of a custom task.'),
    metadata: runMetadata,
    spec: passThrough('Spec of a custom task.'),
  },
  { elsewhere: V1ALPHA1_HINTS },
);

/** The spec of a StepAction. */
export const stepActionSpec = kubernetesObject('What the step does.', {
  ...withoutFields(kubernetesObject('', containerFields), [
    'name',
    'envFrom',
    'computeResources',
    'imagePullPolicy',
    'volumeDevices',
  ]),
  description,
  script,
  params: paramSpecs,
  results: list(
    'Values that the step writes to $(step.results.NAME.path).',
    object<Omit<wire.TaskResult, 'value'>>(
      'A result.',
      { name, type: string('string (default), array or object.'), properties, description },
      { required: ['name'] },
    ),
  ),
});
