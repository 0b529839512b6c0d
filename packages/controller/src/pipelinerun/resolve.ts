/**
 * Resolves what a PipelineRun refers to, or determines why it cannot run, in Tekton's order, reasons and messages.
 *
 * Pure: the edge has read all objects. The result has the model of every task, the type of every resource and the value of every param.
 */

import {
  conditionNotFound,
  dependencyCycles,
  paramReplacements,
  pipelineResourcesFailure,
  pipelineNotFound,
  pipelineParamsFailure,
  pipelineResourceNotFound,
  pipelineResourceAmbiguous,
  pipelineTaskNotFound,
  pipelineWorkspacesFailure,
  pipelineModel,
  pipelineRunModel,
  taskModel,
  substituteValue,
  taskRunFailure,
  taskWorkspacesFailure,
  dependenciesOfPipeline,
  type ResourceBindingModel,
  type ConditionSpec,
  type PipelineTaskConditionModel,
  type PipelineTaskOutput,
  type ParamAssignment,
  type PipelineModel,
  type PipelineResource,
  type PipelineRunObject,
  type PipelineRunModel,
  type PipelineRunSpec,
  type PipelineSpec,
  type PipelineTask,
  type PipelineTaskModel,
  type RunFailure,
  type Replacements,
  type ResourceType,
  type TaskModel,
  type TaskDependencies,
} from '@pipewright/tekton';
import { bucketPrefix } from '../resources/artifact-storage.js';
import { ARTIFACT_DIR } from '../resources/artifact-handover.js';
import { sameJson } from '../run/merge-patch.js';
import { memoize, memoizeLru, memoizeSpec } from '../run/memoize.js';
import { shallowEqual } from '../run/shallow-equal.js';
import { pipelineSpecProblem } from '../run/spec-problem.js';
import type { TaskObject } from '../taskrun/start.js';

/** The fields of a Pipeline that a run uses. */
export interface PipelineObject {
  /** The version in which `spec` is written. */
  readonly apiVersion: string;
  readonly spec: object;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The objects that a PipelineRun refers to. */
export interface PipelineInputs {
  readonly run: PipelineRunObject;
  /** The Pipeline referred to; undefined if it does not exist, or if the run has a pipelineSpec. */
  readonly pipeline: PipelineObject | undefined;
  /** Existing Tasks and ClusterTasks, by `kind/name`. */
  readonly tasks: ReadonlyMap<string, TaskObject>;
  /** Existing PipelineResources, by name. */
  readonly resources: ReadonlyMap<string, PipelineResource>;
  /** Existing Conditions, by name. */
  readonly conditions: ReadonlyMap<string, ConditionObject>;
  /** Whether files are handed over in a bucket, not on a claim. */
  readonly bucket?: boolean;
}

/** The fields of a Condition that a run uses. */
export interface ConditionObject {
  readonly spec: ConditionSpec;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Returns the key of a task in {@link PipelineInputs.tasks}. */
export const taskKey = ({ taskKind, name }: { readonly taskKind: string; readonly name: string }): string =>
  `${taskKind}/${name}`;

/** One task with everything that its TaskRun needs. */
export interface ResolvedTask {
  readonly task: PipelineTaskModel;
  readonly model: TaskModel;
  /** With the pipeline's params substituted; results of other tasks are still variables. */
  readonly params: readonly ParamAssignment[];
  /** The checks of its conditions in order; all must pass before it starts. */
  readonly checks: readonly ResolvedCheck[];
}

/** One check with everything that its TaskRun needs. */
export interface ResolvedCheck extends ConditionObject {
  readonly use: PipelineTaskConditionModel;
  /** As in {@link ResolvedTask.params}. */
  readonly params: readonly ParamAssignment[];
}

/** A run with everything it refers to. */
export interface ResolvedRun {
  readonly kind: 'resolved';
  readonly run: PipelineRunModel;
  readonly pipeline: PipelineModel;
  /** The tasks of the pipeline's manifest. */
  readonly written: readonly PipelineTask[];
  /** The Pipeline's name; the run's own if the spec is embedded. */
  readonly pipelineName: string;
  /** Labels and annotations of the Pipeline, which the run and its TaskRuns inherit. */
  readonly inherited: Pick<PipelineObject, 'labels' | 'annotations'>;
  readonly dependencies: TaskDependencies;
  readonly tasks: readonly ResolvedTask[];
  /** The run's bindings by the pipeline's name of the resource. */
  readonly bindings: ReadonlyMap<string, ResourceBindingModel>;
  /** The replacements of the pipeline's params. */
  readonly replacements: Replacements;
  /** The path for files that outlive their task: on a claim of the run, or in the bucket; absent if no task produces any. */
  readonly artifactPath: string | undefined;
}

/** Why a run cannot run. */
export interface ResolveFailure {
  readonly kind: 'refused';
  readonly failure: RunFailure;
  /** Absent if the Pipeline does not exist. */
  readonly pipelineName?: string;
}

type Resolution = ResolvedRun | ResolveFailure;

/** Results that reconciles of the same run repeat. A controller owns one; results do not depend on it. */
export class ResolveCache {
  readonly pipelineRunModel = memoizeSpec(pipelineRunModel);
  readonly pipelineModel = memoizeSpec(pipelineModel);
  readonly taskModel = memoizeSpec(taskModel);
  readonly referencedNames = memoize(referencedNames);
  readonly dependencies = memoize(dependenciesOfPipeline);
  readonly graphProblem = memoize(graphProblem);
  readonly specProblem = memoizeSpec(pipelineSpecProblem);
  readonly resolutions = memoizeLru<PipelineInputs, Resolution>(
    ({ run: one, ...inputs }, { run: other, ...others }) => {
      const [a, b] = [one.metadata, other.metadata];
      return (
        a.name === b.name &&
        a.namespace === b.namespace &&
        sameJson(one.spec, other.spec) &&
        shallowEqual(inputs, others)
      );
    },
  );
}

/** Resolves a run, or says why it cannot run. If only the status has changed, returns the same result again. */
export function resolvePipelineRun(
  { run, pipeline, tasks, resources, conditions, bucket }: PipelineInputs,
  cache: ResolveCache,
): Resolution {
  const inputs = { run, pipeline, tasks, resources, conditions, ...(bucket !== undefined && { bucket }) };
  return cache.resolutions(run.metadata.uid ?? '', inputs, () => resolve(inputs, cache));
}

function resolve(inputs: PipelineInputs, cache: ResolveCache): Resolution {
  const { name = '', namespace = '' } = inputs.run.metadata;
  const run = cache.pipelineRunModel(inputs.run);
  const id = `${namespace}/${name}`;
  const pipeline =
    run.source?.kind === 'embedded' ? run.source.pipeline : inputs.pipeline && cache.pipelineModel(inputs.pipeline);
  if (!pipeline) return { kind: 'refused', failure: pipelineMissing(id, run) };
  const pipelineName = run.source?.kind === 'reference' ? run.source.name : name;
  const refused = (reason: string, message: string): ResolveFailure => ({
    kind: 'refused',
    failure: { reason, message },
    pipelineName,
  });
  const pipelineId = `${namespace}/${pipelineName}`;
  const dependencies = cache.dependencies(pipeline);
  const graph = cache.graphProblem(dependencies);
  if (graph) return refused('PipelineInvalidGraph', `PipelineRun ${id}'s Pipeline DAG is invalid: ${graph}`);
  const spec = inputs.run.spec.pipelineSpec ?? inputs.pipeline?.spec;
  const { apiVersion } = (run.source?.kind === 'reference' && inputs.pipeline) || inputs.run;
  const specErrors = spec && cache.specProblem({ apiVersion, spec });
  if (specErrors)
    return refused(
      'PipelineValidationFailed',
      `Pipeline ${pipelineId} can't be Run; it has an invalid spec: ${specErrors}`,
    );

  const named = { run: id, pipeline: pipelineId };
  const problem =
    pipelineResourcesFailure(pipeline, run.resources, named) ??
    missingResource(id, run, inputs) ??
    pipelineParamsFailure(pipeline.params, run.params, named) ??
    pipelineWorkspacesFailure(pipeline, run.workspaces, named) ??
    missingReference(id, pipelineId, pipeline, inputs);
  if (problem) return { kind: 'refused', failure: problem, pipelineName };

  const replacements = paramReplacements(pipeline.params, run.params, ['params']);
  const tasks = pipeline.tasks.flatMap((task) => resolveTask(task, replacements, inputs, cache));
  const bindings = new Map(run.resources.map((binding) => [binding.name, binding]));
  const base = inputs.bucket === true ? bucketPrefix(namespace, name) : ARTIFACT_DIR;
  const artifactPath = tasks.some(({ model }) => producesArtifacts(model)) ? base : undefined;
  const { tasks: written = [] }: Partial<PipelineSpec> = spec ?? {};
  const inherited = { labels: inputs.pipeline?.labels, annotations: inputs.pipeline?.annotations };
  const resolved: ResolvedRun = {
    kind: 'resolved',
    run,
    pipeline,
    written,
    pipelineName,
    inherited,
    dependencies,
    tasks,
    bindings,
    replacements,
    artifactPath,
  };
  const invalid = taskRunProblem(resolved, inputs);
  return invalid ? refused('PipelineValidationFailed', invalid) : resolved;
}

function resolveTask(
  task: PipelineTaskModel,
  replacements: Replacements,
  inputs: PipelineInputs,
  cache: ResolveCache,
): readonly ResolvedTask[] {
  const model = modelOf(task, inputs, cache);
  const substituted = (params: readonly ParamAssignment[]): readonly ParamAssignment[] =>
    params.map((param) => ({ ...param, value: substituteValue(param.value, replacements) }));
  const checks = task.conditions.flatMap((use): readonly ResolvedCheck[] => {
    const found = inputs.conditions.get(use.condition);
    return found ? [{ ...found, use, params: substituted(use.params) }] : [];
  });
  return model ? [{ task, model, params: substituted(task.params), checks }] : [];
}

/** Reports whether the outputs of a task may be handed over as files. */
export const producesArtifacts = ({ outputs }: TaskModel): boolean =>
  outputs.some(({ type }) => type === 'git' || type === 'storage');

function pipelineMissing(id: string, { source: use }: PipelineRunModel): RunFailure {
  if (use?.kind === 'reference') return pipelineNotFound(id, use.name);
  const name = id.slice(id.indexOf('/') + 1);
  return {
    reason: 'CouldntGetPipeline',
    message: `Error retrieving pipeline for pipelinerun ${id}: PipelineRunObject ${name} not providing PipelineRef or PipelineSpec`,
  };
}

function graphProblem(dependencies: TaskDependencies): string | undefined {
  for (const [task, before] of dependencies) {
    const unknown = before.find((name) => !dependencies.has(name));
    if (unknown !== undefined) return `task ${task} depends on ${unknown} but ${unknown} wasn't present in Pipeline`;
  }
  const [cycle] = dependencyCycles(dependencies);
  if (!cycle) return undefined;
  const [only = ''] = cycle;
  return cycle.length === 2
    ? `cycle detected; task "${only}" depends on itself`
    : `cycle detected: ${cycle.join(' -> ')}`;
}

function missingResource(id: string, run: PipelineRunModel, inputs: PipelineInputs): RunFailure | undefined {
  const { resources } = inputs;
  const { resources: written = [] } = inputs.run.spec as PipelineRunSpec; // only tekton.dev/v1alpha1 binds resources
  for (const [index, { name, resource }] of run.resources.entries()) {
    if (!resource) return pipelineResourceAmbiguous(id, name, written[index]);
    if (resource.kind === 'reference' && !resources.has(resource.name))
      return pipelineResourceNotFound(id, name, resource.name);
  }
  return undefined;
}

function missingReference(
  id: string,
  pipelineId: string,
  pipeline: PipelineModel,
  inputs: PipelineInputs,
): RunFailure | undefined {
  for (const { name, source: use, conditions } of pipeline.tasks) {
    if (!use) {
      const message = `Pipeline ${pipelineId} can't be Run; it contains Tasks that don't exist: task "${name}" has neither or both of taskRef and taskSpec`;
      return { reason: 'CouldntGetTask', message };
    }
    if (use.kind === 'reference' && !inputs.tasks.has(taskKey(use)))
      return pipelineTaskNotFound(pipelineId, use.taskKind === 'Task' ? 'task' : 'clustertask', use.name);
    const unknown = conditions.find(({ condition }) => !inputs.conditions.has(condition));
    if (unknown) return conditionNotFound(id, unknown.condition);
  }
  return undefined;
}

function modelOf({ source }: PipelineTaskModel, inputs: PipelineInputs, cache: ResolveCache): TaskModel | undefined {
  if (!source) return undefined;
  if (source.kind === 'embedded') return source.task;
  const found = source.kind === 'reference' ? inputs.tasks.get(taskKey(source)) : undefined;
  return found && cache.taskModel(found);
}

/** Returns the first failure that a TaskRun of the pipeline would have, before any starts. */
function taskRunProblem({ tasks, bindings }: ResolvedRun, inputs: PipelineInputs): string | undefined {
  const typeOf = (name: string): ResourceType | undefined => {
    const resource = bindings.get(name)?.resource;
    return (resource?.kind === 'embedded' ? resource.spec : resource && inputs.resources.get(resource.name)?.spec)
      ?.type;
  };
  const types = (uses: readonly PipelineTaskOutput[]): ReadonlyMap<string, ResourceType> =>
    new Map(
      uses.flatMap(({ name, resource }) => {
        const type = typeOf(resource);
        return type ? [[name, type] as const] : [];
      }),
    );
  for (const { task, model, params } of tasks) {
    const failure =
      taskRunFailure(model, params, { inputs: types(task.inputs), outputs: types(task.outputs) }) ??
      taskWorkspacesFailure(model, task.workspaces);
    if (failure) return failure.message;
  }
  return undefined;
}

/** Names of the objects that a pipeline refers to, each once. */
export interface ReferencedNames {
  readonly tasks: readonly string[];
  readonly clusterTasks: readonly string[];
  readonly conditions: readonly string[];
  /** Whether an embedded task may hand over files. */
  readonly handsOver: boolean;
}

function referencedNames(pipeline: PipelineModel): ReferencedNames {
  const of = (kind: 'Task' | 'ClusterTask'): readonly string[] => [
    ...new Set(
      pipeline.tasks.flatMap(({ source: use }) =>
        use?.kind === 'reference' && use.taskKind === kind ? [use.name] : [],
      ),
    ),
  ];
  const conditions = pipeline.tasks.flatMap((task) => task.conditions.map(({ condition }) => condition));
  return {
    tasks: of('Task'),
    clusterTasks: of('ClusterTask'),
    conditions: [...new Set(conditions)],
    handsOver: pipeline.tasks.some(({ source: use }) => use?.kind === 'embedded' && producesArtifacts(use.task)),
  };
}
