/**
 * Determines the pod of a TaskRun's next attempt from the objects that it refers to, or the failure that ends the run.
 *
 * Pure: the edge has read all objects. The order of failures, their reasons and messages are Tekton's.
 */

import {
  canonicalSpec,
  DEFAULT_CONFIG,
  featureFlagsOf,
  inheritedAnnotations,
  isInsideWorkspace,
  readPipelineResource,
  taskModel,
  taskResourceAmbiguous,
  taskResourceNotFound,
  taskRunModel,
  taskRunRulesOf,
  TEKTON_LABELS,
  toLabelValue,
  type Inherited,
  type PipelineResource,
  type PipelineResourceSpec,
  type ResourceBindingModel,
  type ResourceModel,
  type ResourceType,
  type RunFailure,
  type StartedTask,
  type StepActionModel,
  type TektonConfig,
  type TaskModel,
  type TaskRunObject,
  type TaskRunModel,
  type TaskRunNames,
  type TaskRunSpec,
  type TaskSource,
} from '@pipewright/tekton';
import type { ObservedArtifactStorage } from '../resources/artifact-storage.js';
import { cloudEventTargets } from '../resources/cloud-events.js';
import type { ImageCommandResult } from '../pod/image-command.js';
import type { ResourceBindings, BoundResource } from '../resources/resource-steps.js';
import { mountProblem } from '../pod/mount-problem.js';
import type { Images } from '../run/options.js';
import { badAnnotation, type SecretHeader } from '../scripts/credentials/credentials.js';
import type { Scripts } from '../scripts/scripts.js';
import { resourceSpecProblem, taskSpecProblem } from '../run/spec-problem.js';
import { taskPod } from '../pod/pod.js';
import type { CommandsNeeded } from '../pod/step-command.js';
import type { Pod } from '../pod/pod-types.js';
import { boundToClaim, workspaceClaims, type WorkspaceClaim } from '../run/workspace-claims.js';
import { workspaceProblem } from '../pod/workspaces.js';

/** The fields of a Task or ClusterTask that a run uses. */
export interface TaskObject {
  /** The version in which `spec` is written. */
  readonly apiVersion: string;
  readonly spec: object;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The objects that a TaskRun refers to, and how its attempt is started. */
export interface StartInputs {
  readonly run: TaskRunObject;
  readonly attempt: number;
  /** Whether this is the attempt's second pod, which replaces one whose images have no shell. */
  readonly replacement: boolean;
  /** Images without a shell that earlier attempts found. */
  readonly shellLess: ReadonlySet<string>;
  /** The Task referred to; undefined if it does not exist, or if the run has a taskSpec. */
  readonly task: TaskObject | undefined;
  /** The StepActions that the Task refers to and that exist, by name. */
  readonly stepActions?: ReadonlyMap<string, StepActionModel>;
  /** The settings of the cluster. By default Tekton's. */
  readonly config?: TektonConfig;
  /** The existing PipelineResources referred to, by name. */
  readonly resources: ReadonlyMap<string, PipelineResource>;
  /** Whether the ServiceAccount exists. */
  readonly hasServiceAccount: boolean;
  /** Its existing Secrets. */
  readonly secrets: readonly SecretHeader[];
  /** Names of its missing Secrets. */
  readonly missingSecrets: readonly string[];
  readonly images: Images;
  readonly scripts: Scripts;
  /** Path of a docker config that exists in every container. */
  readonly dockerConfig?: string;
  /** The commands of images, for steps without a command. */
  readonly commands: ReadonlyMap<string, ImageCommandResult>;
  /** Where tasks of this run's pipeline hand over files. */
  readonly artifacts?: ObservedArtifactStorage;
}

/** The pod of the attempt, or the failure that ends the run. */
export type Start = StartOutcome & {
  /** Labels and annotations that the TaskRun gets from its Task. */
  readonly inherits: Inherited;
};

/** The Task of a run, once it is known. */
interface WithTask {
  readonly started?: StartedTask;
}

type StringMap = Readonly<Record<string, string>>;

/** Decides how an attempt starts. Returns the images whose commands {@link StartInputs.commands} lacks, if any. */
export function startTaskRun(written: StartInputs): Start | CommandsNeeded {
  const inputs = canonicalInputs(written);
  const { run, task } = inputs;
  const [ownLabels, ownAnnotations] = [run.metadata.labels, inheritedAnnotations(run.metadata.annotations)];
  const annotations = inheritedAnnotations(task?.annotations);
  const label = task && taskLabel(taskRunModel(run));
  const inherits = taskRunRulesOf(run).taskLabelsTakePrecedence
    ? { labels: { ...ownLabels, ...task?.labels, ...label }, annotations: { ...ownAnnotations, ...annotations } }
    : { labels: { ...task?.labels, ...ownLabels, ...label }, annotations: { ...annotations, ...ownAnnotations } };
  const outcome = podOrFailure(inputs, inherits);
  return outcome.kind === 'commands-needed' ? outcome : { inherits, ...outcome };
}

/**
 * Returns the inputs with canonical field names. The CRDs do not validate all parts that Kubernetes defines, so without the admission
 * webhook fields arrive in any letter case.
 */
function canonicalInputs(inputs: StartInputs): StartInputs {
  const { run, task } = inputs;
  return {
    ...inputs,
    run: { ...run, spec: canonicalSpec(run, run.spec) },
    task: task && { ...task, spec: canonicalSpec({ apiVersion: task.apiVersion, kind: 'Task' }, task.spec) },
  };
}

type StartOutcome = (
  | { readonly kind: 'pod'; readonly pod: Pod; readonly claims?: readonly WorkspaceClaim[] }
  | { readonly kind: 'refused'; readonly failure: RunFailure }
) &
  WithTask & {
    /** Targets of the CloudEvents that are sent when the run has ended. */
    readonly cloudEventTargets?: readonly string[];
  };

type Outcome = StartOutcome | CommandsNeeded;

const refused = (failure: RunFailure): Outcome => ({ kind: 'refused', failure });

const failure = (reason: string, message: string): Outcome => refused({ reason, message });

function podOrFailure(startInputs: StartInputs, inherits: Inherited): Outcome {
  const { run } = startInputs;
  const name = run.metadata.name ?? '';
  const { config = DEFAULT_CONFIG } = startInputs;
  const model = withDefaultWorkspaces(taskRunModel(run), startInputs);
  if (!model.source) return failure('TaskRunResolutionFailed', `TaskRun ${name} not providing TaskRef or TaskSpec`);
  const task = model.source.kind === 'embedded' ? model.source.task : startInputs.task && taskModel(startInputs.task);
  if (!task) return taskMissing(run, model.source);

  const { apiVersion } = (model.source.kind === 'reference' && startInputs.task) || run;
  const spec = model.source.kind === 'embedded' ? run.spec.taskSpec : startInputs.task?.spec;
  const taskName = model.source.kind === 'reference' ? model.source.name : name;
  const rules = taskRunRulesOf(run);
  const specErrors = rules.checksSpecs && spec ? taskSpecProblem(taskName, { apiVersion, spec }) : undefined;
  if (specErrors) return failure('TaskRunValidationFailed', `the Task is invalid: ${specErrors}`);

  const inputs = bindResources('input', model.inputs, startInputs);
  if (inputs.kind === 'refused') return inputs;
  const outputs = bindResources('output', model.outputs, startInputs);
  if (outputs.kind === 'refused') return outputs;
  const started = { written: spec ?? {}, task, featureFlags: featureFlagsOf(config) };
  const mismatch = rules.argumentsFailure({
    run: model,
    task,
    names: namesInMessages(run),
    bound: { inputs: resourceTypes(inputs.resources), outputs: resourceTypes(outputs.resources) },
    allowsSeveralClaims: config.coschedule !== 'workspaces',
  });
  if (mismatch) return { kind: 'refused', failure: mismatch, started };
  const ambiguous = workspaceProblem(model.workspaces);
  if (ambiguous) return failure('TaskRunValidationFailed', ambiguous);
  const invalid = invalidResource([...inputs.resources.values(), ...outputs.resources.values()]);
  if (invalid) return failure('TaskRunValidationFailed', invalid);
  const outside = outsideWorkspace([...task.inputs, ...task.outputs]);
  if (outside) return failure('TaskRunValidationFailed', outside);

  const bindings = { inputs: readResources(inputs.resources), outputs: readResources(outputs.resources) };
  const outcome = createPod(startInputs, inherits, { model, task, bindings });
  return outcome.kind === 'commands-needed'
    ? outcome
    : { started, ...outcome, cloudEventTargets: cloudEventTargets(task, bindings) };
}

const taskMissing = (run: TaskRunObject, use: TaskSource): Outcome => {
  const kind = use.kind === 'reference' && use.taskKind === 'ClusterTask' ? 'clustertask' : 'task';
  const { name = '' } = run.metadata;
  return refused(taskRunRulesOf(run).taskNotFound(name, kind, use.kind === 'reference' ? use.name : ''));
};

/** A PipelineResource that is not interpreted yet. */
interface UnreadResource {
  readonly name: string;
  readonly spec: PipelineResourceSpec;
  readonly paths: readonly string[];
}

interface BoundResources {
  readonly kind: 'bound';
  readonly resources: ReadonlyMap<string, UnreadResource>;
}

function bindResources(
  side: 'input' | 'output',
  bindings: readonly ResourceBindingModel[],
  { run, resources }: StartInputs,
): BoundResources | { readonly kind: 'refused'; readonly failure: RunFailure } {
  const found = new Map<string, UnreadResource>();
  for (const { name, resource, paths } of bindings) {
    if (!resource) {
      const spec: TaskRunSpec = run.spec as TaskRunSpec; // only tekton.dev/v1alpha1 binds resources
      const written = spec[`${side}s`]?.resources ?? [];
      const binding = written.find((one) => one.name === name);
      return { kind: 'refused', failure: taskResourceAmbiguous(side, binding) };
    }
    const called = resource.kind === 'embedded' ? name : resource.name;
    const spec = resource.kind === 'embedded' ? resource.spec : resources.get(called)?.spec;
    if (!spec) return { kind: 'refused', failure: taskResourceNotFound(side, called) };
    found.set(name, { name: called, spec, paths });
  }
  return { kind: 'bound', resources: found };
}

const resourceTypes = (found: ReadonlyMap<string, UnreadResource>): ReadonlyMap<string, ResourceType> =>
  new Map([...found].map(([name, { spec }]) => [name, spec.type]));

const readResources = (found: ReadonlyMap<string, UnreadResource>): ReadonlyMap<string, BoundResource> =>
  new Map(
    [...found].map(([key, { name, spec, paths }]) => [key, { resource: readPipelineResource(name, spec), paths }]),
  );

function invalidResource(found: readonly UnreadResource[]): string | undefined {
  for (const { name, spec } of found) {
    const faulty = resourceSpecProblem(name, spec);
    if (faulty) return `the PipelineResource "${name}" is invalid: ${faulty}`;
  }
  return undefined;
}

/** Also part of the validation of Tasks, which does not run without the admission webhook. */
function outsideWorkspace(resources: readonly ResourceModel[]): string | undefined {
  const bad = resources.find(({ targetPath }) => targetPath && !isInsideWorkspace(targetPath));
  return (
    bad &&
    `resource "${bad.name}" has the targetPath "${bad.targetPath ?? ''}", which lies outside /workspace; use a path below it`
  );
}

function createPod(
  startInputs: StartInputs,
  inherits: Inherited,
  {
    model,
    task,
    bindings,
  }: { readonly model: TaskRunModel; readonly task: TaskModel; readonly bindings: ResourceBindings },
): Outcome {
  const { run, attempt, replacement, shellLess, secrets, images, scripts, commands, artifacts } = startInputs;
  const { name = '', namespace = '', uid = '' } = run.metadata;
  const rules = taskRunRulesOf(run);
  const fail = (cause: string): Outcome => refused(rules.podNotCreated(namesInMessages(run), cause, false));
  const translationFailure = (cause: string): Outcome =>
    refused(rules.podNotCreated(namesInMessages(run), cause, true));
  if (artifacts?.kind === 'missing-bucket')
    return fail(
      'the files of this run are in a bucket, but the ConfigMap config-artifact-bucket has no location; set it to gs://BUCKET/PATH',
    );
  if (!startInputs.hasServiceAccount)
    return translationFailure(`serviceaccounts "${model.serviceAccount ?? 'default'}" not found`);
  const [missing] = startInputs.missingSecrets;
  if (missing !== undefined) return translationFailure(`secrets "${missing}" not found`);
  const annotationProblem = badAnnotation(secrets);
  if (annotationProblem) return translationFailure(annotationProblem);

  const taskRun = { name, namespace, uid, apiVersion: run.apiVersion, ...inherits };
  const lendShell = replacement || task.steps.some(({ image }) => image !== undefined && shellLess.has(image));
  const claims = workspaceClaims(run, model.workspaces);
  const request = {
    taskRun,
    attempt,
    run: { ...model, workspaces: model.workspaces.map(boundToClaim(claims)) },
    ...(startInputs.stepActions && { stepActions: startInputs.stepActions }),
    task,
    bindings,
    secrets,
    images,
    scripts,
    replacement,
    lendShell,
    commands,
  };
  const result = taskPod({ ...request, artifacts, dockerConfig: startInputs.dockerConfig });
  if (result.kind === 'refused')
    return result.duringTranslation ? translationFailure(result.message) : fail(result.message);
  if (result.kind === 'commands-needed') return result;
  if (result.kind === 'invalid') return refused(result.failure);
  const userVolumes = [...task.volumes, ...(model.podTemplate?.volumes ?? [])].map((volume) => volume.name);
  const mountFailure = mountProblem(result.pod, new Set(userVolumes));
  if (mountFailure) return failure('TaskRunValidationFailed', mountFailure);
  const written = model.source?.kind === 'embedded' ? run.spec.taskSpec : startInputs.task?.spec;
  const { config = DEFAULT_CONFIG } = startInputs;
  const started = { written: written ?? {}, task: result.task, featureFlags: featureFlagsOf(config) };
  return { kind: 'pod', pod: result.pod, claims, started };
}

/** Returns a run with the cluster's source for the workspaces that it does not bind. */
function withDefaultWorkspaces(model: TaskRunModel, { task, config = DEFAULT_CONFIG }: StartInputs): TaskRunModel {
  const source = config.taskRunWorkspaceBinding;
  const declared = model.source?.kind === 'embedded' ? model.source.task : task && taskModel(task);
  if (!source || !declared) return model;
  const missing = declared.workspaces.filter(
    ({ name, isOptional }) => !isOptional && !model.workspaces.some((one) => one.name === name),
  );
  return { ...model, workspaces: [...model.workspaces, ...missing.map(({ name }) => ({ ...source, name }))] };
}

const taskLabel = ({ source: use }: TaskRunModel): StringMap =>
  use?.kind === 'reference' ? { [TEKTON_LABELS.task]: toLabelValue(use.name) } : {};

/** Returns what messages call a TaskRun and its Task. */
export function namesInMessages(run: TaskRunObject): TaskRunNames {
  const { name = '', namespace = '' } = run.metadata;
  const { source } = taskRunModel(run);
  return { name, namespace, ...(source?.kind === 'reference' && { task: source.name }) };
}
