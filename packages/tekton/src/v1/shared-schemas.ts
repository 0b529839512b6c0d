/**
 * Schemas that several kinds of tekton.dev/v1 share: params, results, workspaces, when expressions, references, pods.
 *
 * Values that Tekton's webhook checks itself (types, operators, enumerations) are plain text here.
 */

import { podTemplate as sharedPodTemplate, step, volume } from '../schema/kubernetes.js';
import {
  claimTemplate,
  claimSource,
  configMapSource,
  emptyDirSource,
  secretSource,
  topologySpreadConstraint,
  hostAlias,
  VOLUME_SOURCES,
} from '../schema/kubernetes-parts.js';
import {
  anyValue,
  boolean,
  integer,
  kubernetesObject,
  list,
  map,
  object,
  passThrough,
  passThroughList,
  string,
  withoutFields,
  type ObjectSchema,
  type Schema,
} from '../schema/schema.js';
import type * as wire from './types.js';

/** A name. */
export const name = string('Name.');
/** A text for people. */
export const description = string('What it is for, for people.');
/** A title for people. */
export const displayName = string('Name that user interfaces show.');

/** Types of the keys of an object. */
export const properties = map(
  'Type of each key of an object.',
  object<wire.PropertySpec>('A key.', { type: string('Only `string`.') }),
);

/** Declared params. */
export const paramSpecs = list(
  'Params: values that a run gives.',
  object<wire.ParamSpec>(
    'A declared param.',
    {
      name,
      type: string('string, array or object. Default: the type of `default`, else string.'),
      description,
      properties,
      default: anyValue('Value if the run sets none. Without it, the run must set one.'),
      enum: list('The only values allowed.', string('A value.')),
    },
    { required: ['name'] },
  ),
);

/** Values of params. */
export const params = list(
  'Values of params.',
  object<wire.Param>(
    'A value.',
    { name, value: anyValue('A string, a list of strings, or an object of strings.') },
    { required: ['name', 'value'] },
  ),
);

/** Results of a Task or step. */
export const taskResults = list(
  'Values that steps write to /tekton/results/NAME.',
  object<wire.TaskResult>(
    'A result.',
    {
      name,
      type: string('string (default), array or object.'),
      properties,
      description,
      value: anyValue('The result of a step: $(steps.STEP.results.RESULT).'),
    },
    { required: ['name'] },
  ),
);

/** Expressions that must all hold. */
export const whenExpressions = list(
  'Expressions that must all hold; otherwise it is skipped.',
  object<wire.WhenExpression>('An expression: input, operator and values, or cel.', {
    input: string('Text or variable to compare.'),
    operator: string('in or notin.'),
    values: list('Values to compare with.', string('A value.')),
    cel: string('An expression of the Common Expression Language, instead of the other fields.'),
  }),
);

/** Fields of a remote reference. */
export const resolverFields = {
  resolver: string('Fetches the definition: cluster, git, http, bundles or hub.'),
  params: { ...params, description: 'Params of the resolver.' },
};

/** CPU and memory. */
export const computeResources: Schema = step.fields['resources'] ?? string('');

/** A volume of a pod; v1 admits one without name. */
export const podVolume = volume;

const limits = (what: string): ObjectSchema =>
  kubernetesObject(`Compute resources of one ${what}.`, { name, computeResources }, ['name']);

/** Compute resources of single steps. */
export const stepSpecs = list('Compute resources of single steps.', limits('step'));
/** Compute resources of single sidecars. */
export const sidecarSpecs = list('Compute resources of single sidecars.', limits('sidecar'));

/** Labels and annotations. */
export const runMetadata = object<wire.PipelineTaskMetadata>('Labels and annotations for its runs.', {
  labels: map('Labels.', string('A value.')),
  annotations: map('Annotations.', string('A value.')),
});

/** Fields of pods that a run may set. */
export const podTemplate: ObjectSchema = kubernetesObject('Fields of the pods that a run may set.', {
  ...sharedPodTemplate.fields,
  env: step.fields['env'] ?? string(''),
  hostAliases: passThroughList('Entries of /etc/hosts.', hostAlias),
  hostUsers: boolean('Whether the pod uses the user namespace of its node.'),
  topologySpreadConstraints: passThroughList('How pods are spread over nodes.', topologySpreadConstraint),
});

/** Workspaces of a run. */
export const workspaceBindings = list(
  'Storage for each declared workspace.',
  object<wire.RunWorkspaceBinding>(
    'A workspace and one source.',
    {
      name,
      subPath: string('Directory of the volume. Default: its root.'),
      volumeClaimTemplate: passThrough('Claim that is created for this run.', claimTemplate),
      persistentVolumeClaim: passThrough('An existing claim: `claimName`.', claimSource),
      emptyDir: passThrough('A directory that is deleted with the pod.', emptyDirSource),
      configMap: passThrough('Files from a ConfigMap.', configMapSource),
      secret: passThrough('Files from a Secret.', secretSource),
      projected: passThrough('Files from several sources.', VOLUME_SOURCES.projected),
      csi: passThrough('A volume of a CSI driver.', VOLUME_SOURCES.csi),
    },
    { required: ['name'] },
  ),
);

/** Retries of a run. The checks report negative numbers with Tekton's message. */
export const retries = integer('Number of retries after a failure. Default: 0.', Number.MIN_SAFE_INTEGER);

/** The fields of a container that steps, sidecars, templates and StepActions share, in v1's spelling. */
export const containerFields: Readonly<Record<string, Schema>> = {
  ...withoutFields(step, [
    'resources',
    'script',
    'ports',
    'livenessProbe',
    'readinessProbe',
    'startupProbe',
    'lifecycle',
    'terminationMessagePath',
    'terminationMessagePolicy',
    'stdin',
    'stdinOnce',
    'tty',
  ]),
  imagePullPolicy: string('When the image is pulled: Always, IfNotPresent or Never.'),
  computeResources,
};

/** The fields that only sidecars have. */
export const sidecarFields: Readonly<Record<string, Schema>> = withoutFields(step, [
  ...Object.keys(containerFields),
  'resources',
  'script',
]);
