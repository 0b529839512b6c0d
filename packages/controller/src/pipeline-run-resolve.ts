/**
 * Can this PipelineRun run? Resolves what it names, and refuses in Tekton's order, reasons and sentences.
 *
 * Pure: the edge has looked everything up. What comes out has no more questions: every task with its model, every resource
 * with its type, every param with its value.
 */

import {
  findCycles,
  paramReplacements,
  readPipeline,
  readPipelineRun,
  readResourceSpec,
  readTask,
  substituteValue,
  waitsOf,
  type BindingModel,
  type Condition,
  type ParamGiven,
  type PipelineModel,
  type PipelineResource,
  type PipelineResourceModel,
  type PipelineRun,
  type PipelineRunModel,
  type PipelineSpec,
  type PipelineTask,
  type PipelineTaskModel,
  type TaskModel,
  type Waits,
} from '@pipewright/tekton';
import { differences, mistypedParams, paramsProblem, resourcesProblem } from './bindings.js';
import { pipelineSpecProblem } from './spec-problem.js';
import type { FoundTask } from './task-run-start.js';

/** A Pipeline as it was found. */
export interface FoundPipeline {
  readonly spec: PipelineSpec;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** What the cluster holds of the things that a PipelineRun names. */
export interface PipelineFacts {
  readonly run: PipelineRun;
  /** The Pipeline referred to; undefined when there is none of that name, or when the run holds a pipelineSpec. */
  readonly pipeline: FoundPipeline | undefined;
  /** Tasks and ClusterTasks that are there, by `kind/name`. */
  readonly tasks: ReadonlyMap<string, FoundTask>;
  /** PipelineResources that are there, by name. */
  readonly resources: ReadonlyMap<string, PipelineResource>;
  /** Conditions that are there, by name. */
  readonly conditions: ReadonlyMap<string, Condition>;
}

/** How {@link PipelineFacts.tasks} names a task. */
export const taskKey = ({ kind, name }: { readonly kind: string; readonly name: string }): string => `${kind}/${name}`;

/** One task with all that its TaskRun needs. */
export interface ResolvedTask {
  readonly task: PipelineTaskModel;
  readonly model: TaskModel;
  readonly params: readonly ParamGiven[];
}

/** A run without open questions. */
export interface ResolvedRun {
  readonly run: PipelineRunModel;
  readonly pipeline: PipelineModel;
  /** The pipeline's tasks as they were written. */
  readonly written: readonly PipelineTask[];
  /** The Pipeline's name; the run's own when the spec is embedded. */
  readonly pipelineName: string;
  readonly waits: Waits;
  readonly tasks: readonly ResolvedTask[];
  /** The run's bindings by the pipeline's name of the resource. */
  readonly bindings: ReadonlyMap<string, BindingModel>;
  /** Whether files must outlive a task, on a volume of the run. */
  readonly handsOver: boolean;
}

/** Why a run ends before it has begun. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** Resolves, or refuses. */
export function resolvePipelineRun(facts: PipelineFacts): ResolvedRun | { readonly refused: Refusal } {
  const refused = (reason: string, message: string): { readonly refused: Refusal } => ({
    refused: { reason, message },
  });
  const { name = '', namespace = '' } = facts.run.metadata;
  const run = readPipelineRun(facts.run.spec);
  const id = `${namespace}/${name}`;
  const pipeline = run.use?.from === 'here' ? run.use.pipeline : facts.pipeline && readPipeline(facts.pipeline.spec);
  if (!pipeline) return refused('CouldntGetPipeline', noPipeline(id, name, run));
  const pipelineName = run.use?.from === 'cluster' ? run.use.name : name;
  const pipelineId = `${namespace}/${pipelineName}`;
  const waits = waitsOf(pipeline);
  const graph = graphProblem(waits);
  if (graph) return refused('PipelineInvalidGraph', `PipelineRun ${id}'s Pipeline DAG is invalid: ${graph}`);
  const spec = facts.run.spec.pipelineSpec ?? facts.pipeline?.spec;
  const faulty = spec && pipelineSpecProblem(pipelineName, spec);
  if (faulty)
    return refused(
      'PipelineValidationFailed',
      `Pipeline ${pipelineId} can't be Run; it has an invalid spec: ${faulty}`,
    );

  const problem =
    bindingProblem(id, pipelineId, pipeline, run) ??
    resourceProblem(id, run, facts) ??
    paramProblem(id, pipelineId, pipeline, run) ??
    missingParts(id, pipelineId, pipeline, facts);
  if (problem) return { refused: problem };

  const replacements = paramReplacements(pipeline.params, run.params, ['params']);
  const tasks = pipeline.tasks.flatMap((task): readonly ResolvedTask[] => {
    const model = modelOf(task, facts);
    const params = task.params.map((param) => ({ ...param, value: substituteValue(param.value, replacements) }));
    return model ? [{ task, model, params }] : [];
  });
  const bindings = new Map(run.resources.map((binding) => [binding.name, binding]));
  const handsOver = tasks.some(({ model }) => model.outputs.some(({ type }) => type === 'git' || type === 'storage'));
  const written = (facts.run.spec.pipelineSpec ?? facts.pipeline?.spec)?.tasks ?? [];
  const resolved = { run, pipeline, written, pipelineName, waits, tasks, bindings, handsOver };
  const invalid = taskProblem(resolved, facts);
  return invalid ? refused('PipelineValidationFailed', invalid) : resolved;
}

function noPipeline(id: string, name: string, { use }: PipelineRunModel): string {
  const said =
    use?.from === 'cluster'
      ? `error when listing pipelines for pipelineRun ${name}: pipeline.tekton.dev "${use.name}" not found`
      : `PipelineRun ${name} not providing PipelineRef or PipelineSpec`;
  return `Error retrieving pipeline for pipelinerun ${id}: ${said}`;
}

function graphProblem(waits: Waits): string | undefined {
  for (const [task, before] of waits) {
    const unknown = before.find((name) => !waits.has(name));
    if (unknown !== undefined) return `task ${task} depends on ${unknown} but ${unknown} wasn't present in Pipeline`;
  }
  const [cycle] = findCycles(waits);
  if (!cycle) return undefined;
  const [only = ''] = cycle;
  return cycle.length === 2
    ? `cycle detected; task "${only}" depends on itself`
    : `cycle detected: ${cycle.join(' -> ')}`;
}

function bindingProblem(
  id: string,
  pipelineId: string,
  pipeline: PipelineModel,
  run: PipelineRunModel,
): Refusal | undefined {
  const mismatch = differences(
    pipeline.resources,
    run.resources.map(({ name }) => name),
  );
  return mismatch === undefined
    ? undefined
    : {
        reason: 'InvalidPipelineResourceBindings',
        message:
          `PipelineRun ${id} doesn't bind Pipeline ${pipelineId}'s PipelineResources correctly: ` +
          `PipelineRun bound resources didn't match Pipeline: ${mismatch}`,
      };
}

function resourceProblem(id: string, run: PipelineRunModel, { resources }: PipelineFacts): Refusal | undefined {
  for (const { name, resource } of run.resources) {
    if (resource?.from !== 'cluster' || resources.has(resource.name)) continue;
    const said = `Error following resource reference for ${name}: pipelineresource.tekton.dev "${resource.name}" not found`;
    return {
      reason: 'CouldntGetResource',
      message: `PipelineRun ${id} can't be Run; it tries to bind Resources that don't exist: ${said}`,
    };
  }
  return undefined;
}

/** Tekton lets a missing param through, and the Task then sees `$(params.x)`; nobody can have meant that. */
function paramProblem(
  id: string,
  pipelineId: string,
  pipeline: PipelineModel,
  run: PipelineRunModel,
): Refusal | undefined {
  const mistyped = mistypedParams(pipeline.params, run.params);
  if (mistyped.length > 0) {
    return {
      reason: 'ParameterTypeMismatch',
      message:
        `PipelineRun ${id} parameters have mismatching types with Pipeline ${pipelineId}'s parameters: ` +
        `parameters have inconsistent types : [${mistyped.join(' ')}]`,
    };
  }
  const given = new Set(run.params.map(({ name }) => name));
  const missing = pipeline.params.filter((param) => param.default === undefined && !given.has(param.name));
  if (missing.length === 0) return undefined;
  return {
    reason: 'ParameterMissing',
    message:
      `PipelineRun ${id} is missing some parameters required by Pipeline ${pipelineId}'s parameters: ` +
      `pipelineRun missing parameters: [${missing.map(({ name }) => name).join(' ')}]`,
  };
}

function missingParts(
  id: string,
  pipelineId: string,
  pipeline: PipelineModel,
  facts: PipelineFacts,
): Refusal | undefined {
  for (const { name, use } of pipeline.tasks) {
    if (use?.from === 'here' || (use && facts.tasks.has(taskKey(use)))) continue;
    const said = use
      ? `Couldn't retrieve ${use.kind} "${use.name}": ${use.kind.toLowerCase()}.tekton.dev "${use.name}" not found`
      : `task "${name}" has neither or both of taskRef and taskSpec`;
    return {
      reason: 'CouldntGetTask',
      message: `Pipeline ${pipelineId} can't be Run; it contains Tasks that don't exist: ${said}`,
    };
  }
  const uses = pipeline.tasks.flatMap(({ conditions }) => conditions);
  const unknown = uses.find(({ condition }) => !facts.conditions.has(condition));
  if (unknown) {
    const said = `Couldn't retrieve Condition "${unknown.condition}": condition.tekton.dev "${unknown.condition}" not found`;
    return {
      reason: 'CouldntGetCondition',
      message: `PipelineRun ${id} can't be Run; it contains Conditions that don't exist:  ${said}`,
    };
  }
  const checked = pipeline.tasks.find(({ conditions }) => conditions.length > 0);
  return (
    checked && {
      reason: 'PipelineValidationFailed',
      message: `PipelineRun ${id} can't be Run: task "${checked.name}" has conditions, which this version does not run`,
    }
  );
}

function modelOf({ use }: PipelineTaskModel, facts: PipelineFacts): TaskModel | undefined {
  if (!use) return undefined;
  if (use.from === 'here') return use.task;
  const found = facts.tasks.get(taskKey(use));
  return found && readTask(found.spec);
}

/** What each TaskRun would be refused for, said before the first one starts. */
function taskProblem({ tasks, bindings }: ResolvedRun, facts: PipelineFacts): string | undefined {
  const typeOf = (name: string): Pick<PipelineResourceModel, 'type'> | undefined => {
    const resource = bindings.get(name)?.resource;
    if (resource?.from === 'here') return readResourceSpec(name, resource.spec);
    const found = resource && facts.resources.get(resource.name);
    return found && readResourceSpec(resource.name, found.spec);
  };
  const side = (
    uses: readonly { readonly name: string; readonly resource: string }[],
  ): Parameters<typeof resourcesProblem>[1] =>
    new Map(
      uses.flatMap(({ name, resource }) => {
        const found = typeOf(resource);
        return found ? [[name, found] as const] : [];
      }),
    );
  for (const { task, model, params } of tasks) {
    const problem =
      paramsProblem(model.params, params) ?? resourcesProblem(model, side(task.inputs), side(task.outputs));
    if (problem) return problem;
  }
  return undefined;
}

/** Names of all that a pipeline refers to, so that the edge can look it up. */
export function namesIn(pipeline: PipelineModel): {
  readonly tasks: readonly { readonly kind: 'Task' | 'ClusterTask'; readonly name: string }[];
  readonly conditions: readonly string[];
} {
  return {
    tasks: pipeline.tasks.flatMap(({ use }) => (use?.from === 'cluster' ? [use] : [])),
    conditions: pipeline.tasks.flatMap(({ conditions }) => conditions.map(({ condition }) => condition)),
  };
}
