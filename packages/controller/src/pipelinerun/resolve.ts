/**
 * Resolves what a PipelineRun refers to, or determines why it cannot run, in the order, reasons and messages of its API version.
 *
 * Pure: the edge has read all objects. A run that has started executes the pipeline that its status records, if its version records one.
 */

import {
  DEFAULT_CONFIG,
  dependenciesOfTask,
  executionOrder,
  noReplacements,
  pipelineModel,
  pipelineRunModel,
  pipelineRunRulesOf,
  taskModel,
  type CheckedPipeline,
  type CheckedTask,
  type PipelineModel,
  type PipelineRunModel,
  type PipelineRunNames,
  type PipelineRunObject,
  type PipelineRunRules,
  type PipelineTaskConditionModel,
  type PipelineTaskModel,
  type PipelineTaskOutput,
  type ResourceBindingModel,
  type ResourceType,
  type RunFailure,
  type TaskDependencies,
  type TaskModel,
  type TaskReference,
  type TektonConfig,
  type ValueReplacements,
  type VersionedSpec,
} from '@pipewright/tekton';
import { bucketPrefix } from '../resources/artifact-storage.js';
import { ARTIFACT_DIR } from '../resources/artifact-handover.js';
import { graphProblem } from './graph-problem.js';
import { sameJson } from '../run/merge-patch.js';
import { memoize, memoizeLru, memoizeSpec } from '../run/memoize.js';
import { shallowEqual } from '../run/shallow-equal.js';
import { pipelineSpecProblem, runSpecProblem } from '../run/spec-problem.js';
import {
  producesArtifacts,
  referencedNames,
  taskKey,
  type ConditionObject,
  type PipelineInputs,
  type PipelineObject,
} from './pipeline-inputs.js';

/** One task with everything that its run needs. */
export interface ResolvedTask {
  /** With the values of the pipeline's params; results of other tasks are still variables. */
  readonly task: PipelineTaskModel;
  readonly section: 'tasks' | 'finally';
  /** As it is written. */
  readonly written: object;
  /** What it takes from other tasks. */
  readonly references: readonly TaskReference[];
  /** Absent: another controller executes it. */
  readonly model: TaskModel | undefined;
  /** The checks of its conditions in order; all must pass before it starts. */
  readonly checks: readonly ResolvedCheck[];
}

/** One check with everything that its TaskRun needs. */
export interface ResolvedCheck extends ConditionObject {
  readonly use: PipelineTaskConditionModel;
}

/** A run with everything it refers to. */
export interface ResolvedRun {
  readonly kind: 'resolved';
  readonly rules: PipelineRunRules;
  readonly run: PipelineRunModel;
  readonly pipeline: PipelineModel;
  /** The pipeline as it is written, with the values of its params. */
  readonly definition: object;
  /** The Pipeline's name; the run's own if the spec is embedded. */
  readonly pipelineName: string;
  /** Labels and annotations of the Pipeline, which the run and its TaskRuns inherit. */
  readonly inherited: Pick<PipelineObject, 'labels' | 'annotations'>;
  /** Of `tasks`. */
  readonly dependencies: TaskDependencies;
  /** The names of `tasks`, each after its dependencies. */
  readonly order: readonly string[];
  /** By name, `tasks` before `finally`, in declared order. */
  readonly tasks: ReadonlyMap<string, ResolvedTask>;
  /** The run's bindings by the pipeline's name of the resource. */
  readonly bindings: ReadonlyMap<string, ResourceBindingModel>;
  /** The values of variables in the tasks, as written. */
  readonly values: ValueReplacements;
  /** The same for the fields of the run. They differ if the status has recorded a pipeline with values. */
  readonly runValues: ValueReplacements;
  /** The path for files that outlive their task: on a claim of the run, or in the bucket; absent if no task produces any. */
  readonly artifactPath: string | undefined;
}

/** Why a run cannot run. */
export interface ResolveFailure {
  readonly kind: 'refused';
  readonly failure: RunFailure;
  /** Absent if the Pipeline does not exist. */
  readonly pipelineName?: string;
  /** The pipeline as it is written, with the values that are known. Absent as above. */
  readonly definition?: object;
}

type Resolution = ResolvedRun | ResolveFailure;

/** Results that reconciles of the same run repeat. A controller owns one; results do not depend on it. */
export class ResolveCache {
  readonly pipelineRunModel = memoizeSpec(pipelineRunModel);
  readonly pipelineModel = memoizeSpec(pipelineModel);
  readonly taskModel = memoizeSpec(taskModel);
  readonly referencedNames = memoize(referencedNames);
  /** By settings of the cluster. */
  readonly specProblems = memoize((config: TektonConfig) => ({
    pipeline: memoizeSpec((pipeline) => pipelineSpecProblem(pipeline, config)),
    run: memoizeSpec((run) => runSpecProblem(run, config)),
  }));
  readonly resolutions = memoizeLru<ResolveInputs, Resolution>(isSameResolution);
}

/** What a resolution depends on. */
interface ResolveInputs extends PipelineInputs {
  /** The pipeline that the status records. */
  readonly recorded: object | undefined;
}

/** A run that has started executes the pipeline that its status records, so a changed Pipeline does not matter. */
function isSameResolution(
  { run: one, pipeline: before, recorded: was, ...inputs }: ResolveInputs,
  { run: other, pipeline: after, recorded, ...others }: ResolveInputs,
): boolean {
  const [a, b] = [one.metadata, other.metadata];
  return (
    a.name === b.name &&
    a.namespace === b.namespace &&
    sameJson(one.spec, other.spec) &&
    (recorded !== undefined || (was === undefined && shallowEqual({ before }, { before: after }))) &&
    shallowEqual(inputs, others)
  );
}

/** Resolves a run, or says why it cannot run. If only the status has changed, returns the same result again. */
export function resolvePipelineRun(
  { run, pipeline, tasks, resources, conditions, bucket, config }: PipelineInputs,
  cache: ResolveCache,
  recorded?: object,
): Resolution {
  const optional = { ...(bucket !== undefined && { bucket }), ...(config && { config }) };
  const inputs = { run, pipeline, tasks, resources, conditions, recorded, ...optional };
  return cache.resolutions(run.metadata.uid ?? '', inputs, () => resolve(inputs, cache));
}

/** The pipeline of a run, and the version in which it is written. */
interface Definition {
  readonly model: PipelineModel;
  readonly written: VersionedSpec;
}

function definitionOf(inputs: ResolveInputs, run: PipelineRunModel, cache: ResolveCache): Definition | undefined {
  const { apiVersion } = inputs.run;
  const { pipelineSpec } = inputs.run.spec;
  const spec = inputs.recorded ?? (run.source?.kind === 'embedded' ? pipelineSpec : undefined);
  const written = spec ? { apiVersion, spec } : run.source?.kind === 'reference' ? inputs.pipeline : undefined;
  return written && { model: cache.pipelineModel(written), written };
}

function resolve(inputs: ResolveInputs, cache: ResolveCache): Resolution {
  const { name = '', namespace = '', uid = '' } = inputs.run.metadata;
  const rules = pipelineRunRulesOf(inputs.run);
  const run = cache.pipelineRunModel(inputs.run);
  const pipelineName = run.source?.kind === 'reference' ? run.source.name : name;
  const names = { namespace, run: name, pipeline: pipelineName };
  const { config = DEFAULT_CONFIG } = inputs;
  const definition = definitionOf(inputs, run, cache);
  if (!definition) return { kind: 'refused', failure: pipelineMissing(names, run, rules) };
  const { model: pipeline, written } = definition;
  const checked: CheckedPipeline = {
    names,
    run,
    pipeline,
    writtenRun: inputs.run.spec,
    written: written.spec,
    limits: config,
    hasResource: (resource) => inputs.resources.has(resource),
  };
  const refused = (failure: RunFailure, checkedSpec = written.spec): ResolveFailure => ({
    kind: 'refused',
    failure,
    pipelineName,
    definition: checkedSpec,
  });
  const isFirst = inputs.recorded === undefined;
  const listed = rules.definitions.tasksOf(written.spec);
  const dependencies = dependenciesOf(listed.tasks, pipeline, rules);
  const problem = pipelineProblem(checked, { definition, dependencies, inputs, rules, cache });
  if (problem) return refused(problem);

  const runValues = rules.definitions.valuesOf(checked, uid);
  const values = isFirst ? runValues : noReplacements();
  const toResolved = (section: ResolvedTask['section']) => (one: object) =>
    resolveTask(one, section, { values, inputs, cache, rules });
  const tasks = [...listed.tasks.map(toResolved('tasks')), ...listed.finally.map(toResolved('finally'))];
  const bindings = new Map(run.resources.map((binding) => [binding.name, binding]));
  const invalid = isFirst ? tasksProblem(checked, tasks, bindings, inputs, rules) : undefined;
  const withValues = rules.definitions.pipelineWithValues(written.spec, values);
  if (invalid) return refused(invalid, withValues);
  const base = inputs.bucket === true ? bucketPrefix(namespace, name) : ARTIFACT_DIR;
  return {
    kind: 'resolved',
    rules,
    run,
    pipeline,
    definition: withValues,
    pipelineName,
    inherited: { labels: inputs.pipeline?.labels, annotations: inputs.pipeline?.annotations },
    dependencies,
    order: executionOrder(dependencies),
    tasks: new Map(tasks.map((one) => [one.task.name, one])),
    bindings,
    values,
    runValues,
    artifactPath: tasks.some(({ model }) => model && producesArtifacts(model)) ? base : undefined,
  };
}

interface PipelineContext {
  readonly definition: Definition;
  readonly dependencies: TaskDependencies;
  readonly inputs: ResolveInputs;
  readonly rules: PipelineRunRules;
  readonly cache: ResolveCache;
}

/** Returns why a pipeline cannot run, before its tasks are read. One that the status records was checked before. */
function pipelineProblem(
  checked: CheckedPipeline,
  { definition: { written }, dependencies, inputs, rules, cache }: PipelineContext,
): RunFailure | undefined {
  const { names, run } = checked;
  const { config = DEFAULT_CONFIG } = inputs;
  if (written.apiVersion !== inputs.run.apiVersion) return mixedVersions(names, inputs.run, written);
  if (inputs.recorded !== undefined) return missingReference(checked, inputs, rules);
  const graph = graphProblem(dependencies);
  if (graph) return rules.failures.invalidGraph(names, graph);
  const isPropagated = rules.paramsPropagate && run.source?.kind === 'embedded';
  const checks = cache.specProblems(config);
  const specErrors = isPropagated ? checks.run(inputs.run) : checks.pipeline(written);
  if (specErrors) return rules.failures.invalidSpec(names, specErrors);
  return rules.failures.arguments(checked) ?? missingReference(checked, inputs, rules);
}

interface TaskContext {
  readonly values: ValueReplacements;
  readonly inputs: PipelineInputs;
  readonly cache: ResolveCache;
  readonly rules: PipelineRunRules;
}

function resolveTask(
  written: object,
  section: ResolvedTask['section'],
  { values, inputs, cache, rules: { definitions } }: TaskContext,
): ResolvedTask {
  const task = definitions.readTask(definitions.withValues(written, values));
  const checks = task.conditions.flatMap((use): readonly ResolvedCheck[] => {
    const found = inputs.conditions.get(use.condition);
    return found ? [{ ...found, use }] : [];
  });
  const references = definitions.referencesOf(written);
  return { task, section, written, references, model: modelOf(task, inputs, cache), checks };
}

/** Returns the tasks that each of `tasks` runs after: those it names, and those from which it takes results. */
function dependenciesOf(
  written: readonly object[],
  { tasks }: PipelineModel,
  { definitions }: PipelineRunRules,
): TaskDependencies {
  return new Map(
    tasks.map((task, index) => {
      const references = definitions.referencesOf(written[index] ?? {});
      const producers = references.flatMap((reference) =>
        reference.kind === 'result' || reference.kind === 'matrixLength' ? [reference.task] : [],
      );
      return [task.name, [...new Set([...dependenciesOfTask(task), ...producers])]];
    }),
  );
}

function pipelineMissing(names: PipelineRunNames, { source }: PipelineRunModel, rules: PipelineRunRules): RunFailure {
  if (source?.kind === 'reference') return rules.failures.pipelineNotFound(names);
  const cause =
    source?.kind === 'resolver'
      ? `the resolver "${source.resolver}" is not supported yet; use a Pipeline of the cluster or a pipelineSpec`
      : `PipelineRun ${names.run} not providing PipelineRef or PipelineSpec`;
  const message = `Error retrieving pipeline for pipelinerun ${names.namespace}/${names.run}: ${cause}`;
  return { reason: 'CouldntGetPipeline', message };
}

const mixedVersions = (
  { pipeline }: PipelineRunNames,
  { apiVersion }: PipelineRunObject,
  written: VersionedSpec,
): RunFailure => ({
  reason: 'CouldntGetPipeline',
  message: `the Pipeline "${pipeline}" is written in ${written.apiVersion} and its PipelineRun in ${apiVersion}; write both in the same version`,
});

function missingReference(
  { names, pipeline }: CheckedPipeline,
  inputs: PipelineInputs,
  { failures }: PipelineRunRules,
): RunFailure | undefined {
  for (const { name, source, conditions } of [...pipeline.tasks, ...pipeline.finally]) {
    if (!source) return noTask(names, `task "${name}" has neither or both of taskRef and taskSpec`);
    if (source.kind === 'reference' && !inputs.tasks.has(taskKey(source)))
      return failures.taskNotFound(names, { kind: source.taskKind, name: source.name });
    const unsupported = unsupportedSource(source);
    if (unsupported !== undefined) return noTask(names, `task "${name}" has ${unsupported}`);
    const unknown = conditions.find(({ condition }) => !inputs.conditions.has(condition));
    if (unknown) return failures.conditionNotFound(names, unknown.condition);
  }
  return undefined;
}

const noTask = ({ namespace, pipeline }: PipelineRunNames, problem: string): RunFailure => ({
  reason: 'CouldntGetTask',
  message: `Pipeline ${namespace}/${pipeline} can't be Run; it contains Tasks that don't exist: ${problem}`,
});

/** Returns what a task has that is not executed yet. */
function unsupportedSource(source: NonNullable<PipelineTaskModel['source']>): string | undefined {
  switch (source.kind) {
    case 'resolver':
      return `the resolver "${source.resolver}", which is not supported yet; use a Task of the cluster or a taskSpec`;
    case 'custom':
      return `the custom task ${source.apiVersion} ${source.customKind}; custom tasks are not executed yet`;
    case 'pipeline':
      return 'a pipeline of its own; pipelines in pipelines are not executed yet';
    case 'reference':
    case 'embedded':
      return undefined;
  }
}

function modelOf({ source }: PipelineTaskModel, inputs: PipelineInputs, cache: ResolveCache): TaskModel | undefined {
  if (!source) return undefined;
  if (source.kind === 'embedded') return source.task;
  const found = source.kind === 'reference' ? inputs.tasks.get(taskKey(source)) : undefined;
  return found && cache.taskModel(found);
}

/** Returns the first failure that a run of the pipeline's tasks would have, before any starts. */
function tasksProblem(
  checked: CheckedPipeline,
  tasks: readonly ResolvedTask[],
  bindings: ReadonlyMap<string, ResourceBindingModel>,
  inputs: PipelineInputs,
  { failures }: PipelineRunRules,
): RunFailure | undefined {
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
  const declared = new Map([...checked.pipeline.tasks, ...checked.pipeline.finally].map((one) => [one.name, one]));
  const all = tasks.map(({ task, model }): CheckedTask => {
    const bound = { inputs: types(task.inputs), outputs: types(task.outputs) };
    return { task, declared: declared.get(task.name) ?? task, model, bound };
  });
  for (const one of all) {
    const failure = failures.taskArguments(checked, one);
    if (failure) return failure;
  }
  return failures.references(checked, all);
}
