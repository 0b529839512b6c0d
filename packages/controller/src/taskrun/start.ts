/**
 * Turns what a TaskRun refers to into the pod of its next attempt, or into the reason why there is none.
 *
 * Pure: the edge has looked everything up already. The order of the refusals, their reasons and sentences are Tekton's.
 */

import {
  canonicalSpec,
  toLabelValue,
  readPipelineResource,
  readTask,
  readTaskRun,
  isInsideWorkspace,
  taskNotFound,
  taskResourceNotFound,
  taskResourceAmbiguous,
  taskRunFailure,
  taskWorkspacesFailure,
  type ResourceBindingModel,
  type PipelineResource,
  type PipelineResourceSpec,
  type RunFailure,
  type ResourceModel,
  type ResourceType,
  type TaskModel,
  type TaskRun,
  type TaskRunModel,
  type TaskSpec,
  type TaskSource,
} from '@pipewright/tekton';
import type { ArtifactStorage } from '../resources/artifact-storage.js';
import { targetsOf } from '../resources/cloud-events.js';
import type { CommandFound } from '../pod/image-command.js';
import type { Bindings, Bound } from '../resources/resource-steps.js';
import { handedDown, labels } from '../run/labels.js';
import { mountProblem } from '../pod/mount-problem.js';
import type { Images } from '../run/options.js';
import { badAnnotation, type SecretHeader } from '../scripts/credentials.js';
import { resourceSpecProblem, taskSpecProblem } from '../run/spec-problem.js';
import { taskPod } from '../pod/pod.js';
import type { Pod } from '../pod/pod-types.js';
import { unclearWorkspace } from '../pod/workspaces.js';

/** A Task or ClusterTask as it was found. */
export interface FoundTask {
  readonly spec: TaskSpec;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** What the cluster holds of the things that a TaskRun names. */
export interface StartFacts {
  readonly run: TaskRun;
  readonly attempt: number;
  /** The attempt's second pod, in place of one whose images had no shell. */
  readonly replacement: boolean;
  /** Images that are known to have no shell. */
  readonly shellLess: ReadonlySet<string>;
  /** The Task referred to; undefined when there is none of that name, or when the run holds a taskSpec. */
  readonly task: FoundTask | undefined;
  /** The PipelineResources referred to that are there, by name. */
  readonly resources: ReadonlyMap<string, PipelineResource>;
  /** Whether the ServiceAccount is there. */
  readonly account: boolean;
  /** Its secrets that are there. */
  readonly secrets: readonly SecretHeader[];
  /** Names of its secrets that are not. */
  readonly missingSecrets: readonly string[];
  readonly images: Images;
  /** A docker config that is in every container. */
  readonly dockerConfig?: string;
  /** What was found out about images of steps that name no command. */
  readonly commands: ReadonlyMap<string, CommandFound>;
  /** Where the pipeline that this run belongs to hands over files. */
  readonly artifacts?: ArtifactStorage;
}

/** The pod, or the end of the run. */
export type Start = Settled & {
  /** What the TaskRun is labelled and annotated with, from its Task. */
  readonly inherits: Inherited;
};

/** Labels and annotations. */
export interface Inherited {
  readonly labels: Texts;
  readonly annotations: Texts;
}

type Texts = Readonly<Record<string, string>>;

/** Decides how an attempt starts, or asks what images run by themselves: {@link StartFacts.commands} must tell. */
export function startTaskRun(given: StartFacts): Start | Asks {
  const facts = withNames(given);
  const { run, task } = facts;
  const inherits = {
    labels: { ...run.metadata.labels, ...task?.labels, ...(task && taskLabel(readTaskRun(run.spec))) },
    annotations: { ...handedDown(run.metadata.annotations), ...handedDown(task?.annotations) },
  };
  const outcome = podOrRefusal(facts, inherits);
  return 'asks' in outcome ? outcome : { inherits, ...outcome };
}

/**
 * The facts with the names of fields that their kinds have. Definitions let parts of Kubernetes pass as they are written, so without an
 * admission these come here in any case.
 */
function withNames(facts: StartFacts): StartFacts {
  const { run, task } = facts;
  return {
    ...facts,
    run: { ...run, spec: canonicalSpec('TaskRun', run.spec) },
    task: task && { ...task, spec: canonicalSpec('Task', task.spec) },
  };
}

type Settled = ({ readonly pod: Pod } | { readonly refused: RunFailure }) & {
  /** Whom a CloudEvent is sent to when the run has ended. */
  readonly tells?: readonly string[];
};

interface Asks {
  readonly asks: readonly string[];
}

type Outcome = Settled | Asks;

const refuse = (reason: string, message: string): Outcome => ({ refused: { reason, message } });

function podOrRefusal(facts: StartFacts, inherits: Inherited): Outcome {
  const { run } = facts;
  const name = run.metadata.name ?? '';
  const model = readTaskRun(run.spec);
  if (!model.source) return refuse('TaskRunResolutionFailed', `TaskRun ${name} not providing TaskRef or TaskSpec`);
  const task = model.source.kind === 'embedded' ? model.source.task : facts.task && readTask(facts.task.spec);
  if (!task) return notThere(name, model.source);

  const spec = model.source.kind === 'embedded' ? run.spec.taskSpec : facts.task?.spec;
  const faulty = spec && taskSpecProblem(model.source.kind === 'embedded' ? name : model.source.name, spec);
  if (faulty) return refuse('TaskRunValidationFailed', `the Task is invalid: ${faulty}`);

  const inputs = find('input', model.inputs, facts);
  if ('reason' in inputs) return { refused: inputs };
  const outputs = find('output', model.outputs, facts);
  if ('reason' in outputs) return { refused: outputs };
  const mismatch = taskRunFailure(task, model.params, { inputs: types(inputs), outputs: types(outputs) });
  if (mismatch) return { refused: mismatch };
  const unfit = taskWorkspacesFailure(task, model.workspaces);
  if (unfit) return { refused: unfit };
  const unclear = unclearWorkspace(model.workspaces);
  if (unclear) return refuse('TaskRunValidationFailed', unclear);
  const invalid = faultyResource([...inputs.values(), ...outputs.values()]);
  if (invalid) return refuse('TaskRunValidationFailed', invalid);
  const outside = outsideWorkspace([...task.inputs, ...task.outputs]);
  if (outside) return refuse('TaskRunValidationFailed', outside);

  const bindings = { inputs: bind(inputs), outputs: bind(outputs) };
  const outcome = startWith(facts, inherits, { model, task, bindings });
  return 'asks' in outcome ? outcome : { ...outcome, tells: targetsOf(task, bindings) };
}

const notThere = (run: string, use: TaskSource): Outcome => {
  const kind = use.kind === 'reference' && use.taskKind === 'ClusterTask' ? 'clustertask' : 'task';
  return { refused: taskNotFound(run, kind, use.kind === 'reference' ? use.name : '') };
};

/** A PipelineResource as it was written. */
interface Found {
  readonly name: string;
  readonly spec: PipelineResourceSpec;
  readonly paths: readonly string[];
}

function find(
  side: 'input' | 'output',
  bindings: readonly ResourceBindingModel[],
  { run, resources }: StartFacts,
): ReadonlyMap<string, Found> | RunFailure {
  const found = new Map<string, Found>();
  for (const { name, resource, paths } of bindings) {
    if (!resource) {
      const written = run.spec[`${side}s`]?.resources ?? [];
      return taskResourceAmbiguous(
        side,
        written.find((one) => one.name === name),
      );
    }
    const called = resource.kind === 'embedded' ? name : resource.name;
    const spec = resource.kind === 'embedded' ? resource.spec : resources.get(called)?.spec;
    if (!spec) return taskResourceNotFound(side, called);
    found.set(name, { name: called, spec, paths });
  }
  return found;
}

const types = (found: ReadonlyMap<string, Found>): ReadonlyMap<string, ResourceType> =>
  new Map([...found].map(([name, { spec }]) => [name, spec.type]));

const bind = (found: ReadonlyMap<string, Found>): ReadonlyMap<string, Bound> =>
  new Map(
    [...found].map(([key, { name, spec, paths }]) => [key, { resource: readPipelineResource(name, spec), paths }]),
  );

function faultyResource(found: readonly Found[]): string | undefined {
  for (const { name, spec } of found) {
    const faulty = resourceSpecProblem(name, spec);
    if (faulty) return `the PipelineResource "${name}" is invalid: ${faulty}`;
  }
  return undefined;
}

/** The check of the Task says so too; this one also holds for Tasks that no admission has seen. */
function outsideWorkspace(resources: readonly ResourceModel[]): string | undefined {
  const bad = resources.find(({ targetPath }) => targetPath && !isInsideWorkspace(targetPath));
  return (
    bad &&
    `resource "${bad.name}" has the targetPath "${bad.targetPath ?? ''}", which lies outside /workspace; use a path below it`
  );
}

function startWith(
  facts: StartFacts,
  inherits: Inherited,
  { model, task, bindings }: { readonly model: TaskRunModel; readonly task: TaskModel; readonly bindings: Bindings },
): Outcome {
  const { run, attempt, replacement, shellLess, secrets, images, commands, artifacts } = facts;
  const { name = '', namespace = '', uid = '' } = run.metadata;
  const fail = (message: string): Outcome => refuse('CouldntGetTask', `${ofTask(model, namespace)}: ${message}`);
  const translating = (what: string): Outcome => fail(`translating Build to Pod: ${what}`);
  if (!facts.account) return translating(`serviceaccounts "${model.serviceAccount ?? 'default'}" not found`);
  const [missing] = facts.missingSecrets;
  if (missing !== undefined) return translating(`secrets "${missing}" not found`);
  const bad = badAnnotation(secrets);
  if (bad) return translating(bad);

  const taskRun = { name, namespace, uid, apiVersion: run.apiVersion, ...inherits };
  const lendShell = replacement || task.steps.some(({ image }) => image !== undefined && shellLess.has(image));
  const request = { taskRun, attempt, run: model, task, bindings, secrets, images, replacement, lendShell, commands };
  const made = taskPod({ ...request, artifacts, dockerConfig: facts.dockerConfig });
  if ('refused' in made) return fail(made.refused);
  const covered =
    'pod' in made &&
    mountProblem(made.pod, new Set([...task.volumes, ...(model.podTemplate?.volumes ?? [])].map((it) => it.name)));
  return covered ? refuse('TaskRunValidationFailed', covered) : made;
}

const taskLabel = ({ source: use }: TaskRunModel): Texts =>
  use?.kind === 'reference' ? { [labels.task]: toLabelValue(use.name) } : {};

/** How Tekton begins the message of a run that gets no pod. */
export const ofTask = ({ source: use }: TaskRunModel, namespace: string): string =>
  use?.kind === 'reference' ? `Missing or invalid Task ${namespace}/${use.name}` : 'Invalid TaskSpec';
