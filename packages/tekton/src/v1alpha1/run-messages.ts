/**
 * Reasons and messages of runs that cannot start, identical to those of Tekton v0.9.2.
 *
 * They appear in the `Succeeded` condition, where users and scripts search for them. Names are in the order of the
 * manifest.
 */

import {
  compareNames,
  undeclaredParams,
  missingParams,
  mistypedParams,
  mistypedResources,
} from '../execution/matching.js';
import type { ParamAssignment, ParamModel, PipelineModel, TaskModel } from '../model/model.js';
import type { RunFailure } from '../model/run-failure.js';
import type { TaskResourceBinding } from './types.js';
import type { ResourceType } from '../model/resource.js';

const names = (list: readonly string[]): string => `[${list.join(' ')}]`;

/** Returns the first mismatch of a task's params: missing, undeclared, then mistyped ones. */
export function taskParamsMismatch(
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
): string | undefined {
  const missing = missingParams(declared, given);
  if (missing.length > 0) return `missing values for these params which have no default values: ${names(missing)}`;
  const extra = undeclaredParams(declared, given);
  if (extra.length > 0) return `didn't need these params but they were provided anyway: ${names(extra)}`;
  const mistyped = mistypedParams(declared, given);
  return mistyped.length > 0 ? `param types don't match the user-specified type: ${names(mistyped)}` : undefined;
}

/** Resources bound to a task, by name of its input or output. */
export interface TaskBindings {
  readonly inputs: ReadonlyMap<string, ResourceType>;
  readonly outputs: ReadonlyMap<string, ResourceType>;
}

/** Returns the first mismatch of the resources bound to a task. */
export function taskResourcesMismatch(
  task: Pick<TaskModel, 'inputs' | 'outputs'>,
  bound: TaskBindings,
): string | undefined {
  for (const side of ['inputs', 'outputs'] as const) {
    const given = [...bound[side].keys()].map((name) => ({ name }));
    const { missing, extra } = compareNames(task[side], given);
    const what = `invalid ${side.slice(0, -1)} resources`;
    const mismatch = `${what}: TaskRun's declared resources didn't match usage in Task`;
    if (missing.length > 0) return `${mismatch}: Didn't provide required values: ${names(missing)}`;
    if (extra.length > 0) return `${mismatch}: Provided extra values: ${names(extra)}`;
    const [wrong] = mistypedResources(task[side], bound[side]);
    // Tekton swaps the two types. The message is kept, since users and tools rely on it.
    if (wrong) return `${what}: resource "${wrong.name}" should be type "${wrong.got}" but was "${wrong.wants}"`;
  }
  return undefined;
}

/** Returns why a TaskRun cannot start, if so, with reason TaskRunValidationFailed. */
export function taskRunFailure(
  task: TaskModel,
  params: readonly ParamAssignment[],
  bound: TaskBindings,
): RunFailure | undefined {
  const reason = taskParamsMismatch(task.params, params);
  const message = reason === undefined ? taskResourcesMismatch(task, bound) : `invalid input params: ${reason}`;
  return message === undefined ? undefined : { reason: 'TaskRunValidationFailed', message };
}

/** Returns why a TaskRun's workspaces do not match its Task, if so, with reason TaskRunValidationFailed. */
export function taskWorkspacesFailure(
  task: Pick<TaskModel, 'workspaces'>,
  given: readonly { readonly name: string }[],
): RunFailure | undefined {
  const { missing, extra } = compareNames(task.workspaces, given);
  const reason =
    missing.length > 0
      ? `Didn't provide required values: ${names(missing)}`
      : extra.length > 0
        ? `Provided extra values: ${names(extra)}`
        : undefined;
  if (reason === undefined) return undefined;
  return {
    reason: 'TaskRunValidationFailed',
    message: `bound workspaces did not match declared workspaces: ${reason}`,
  };
}

/** Returns why a PipelineRun's workspaces do not match its pipeline, if so: a declared workspace is not bound. */
export function pipelineWorkspacesFailure(
  pipeline: Pick<PipelineModel, 'workspaces'>,
  given: readonly { readonly name: string }[],
  { run, pipeline: name }: RunNames,
): RunFailure | undefined {
  const has = new Set(given.map((one) => one.name));
  const missing = pipeline.workspaces.find((workspace) => !has.has(workspace));
  if (missing === undefined) return undefined;
  const message = `PipelineRun ${run} doesn't bind Pipeline ${name}'s Workspaces correctly: pipeline expects workspace with name "${missing}" be provided by pipelinerun`;
  return { reason: 'InvalidWorkspaceBindings', message };
}

/** Names of run and pipeline in messages: `namespace/name`. */
export interface RunNames {
  readonly run: string;
  readonly pipeline: string;
}

/** Returns why a PipelineRun's resources do not match its pipeline, if so. */
export function pipelineResourcesFailure(
  pipeline: Pick<PipelineModel, 'resources'>,
  bound: readonly { readonly name: string }[],
  { run, pipeline: name }: RunNames,
): RunFailure | undefined {
  const { missing, extra } = compareNames(pipeline.resources, bound);
  const reason =
    missing.length > 0
      ? `Didn't provide required values: ${names(missing)}`
      : extra.length > 0
        ? `Provided extra values: ${names(extra)}`
        : undefined;
  if (reason === undefined) return undefined;
  const message = `PipelineRun ${run} doesn't bind Pipeline ${name}'s PipelineResources correctly: PipelineRun bound resources didn't match Pipeline: ${reason}`;
  return { reason: 'InvalidPipelineResourceBindings', message };
}

/**
 * Returns why a PipelineRun's params do not match its pipeline, if so: mistyped params, or missing ones (which Tekton
 * v0.9 accepts).
 */
export function pipelineParamsFailure(
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
  { run, pipeline }: RunNames,
): RunFailure | undefined {
  const mistyped = mistypedParams(declared, given);
  if (mistyped.length > 0) {
    const message = `PipelineRun ${run} parameters have mismatching types with Pipeline ${pipeline}'s parameters: parameters have inconsistent types : ${names(mistyped)}`;
    return { reason: 'ParameterTypeMismatch', message };
  }
  const missing = missingParams(declared, given);
  if (missing.length === 0) return undefined;
  const message = `PipelineRun ${run} parameters are missing some parameters required by Pipeline ${pipeline}'s parameters: missing values for these params which have no default values: ${names(missing)}`;
  return { reason: 'ParameterMissing', message };
}

/** Kinds of objects that a run refers to. */
export type ReferencedKind = 'task' | 'clustertask' | 'pipeline' | 'condition' | 'pipelineresource';

/** Returns, for example, `task.tekton.dev "build" not found`. */
export const notFoundMessage = (kind: ReferencedKind, name: string): string => `${kind}.tekton.dev "${name}" not found`;

/** Failure of a TaskRun whose Task does not exist. */
export const taskNotFound = (taskRun: string, kind: 'task' | 'clustertask', name: string): RunFailure => ({
  reason: 'TaskRunResolutionFailed',
  message: `error when listing tasks for taskRun ${taskRun}: ${notFoundMessage(kind, name)}`,
});

/** Failure of a TaskRun with a PipelineResource that does not exist. */
export const taskResourceNotFound = (side: 'input' | 'output', name: string): RunFailure => ({
  reason: 'TaskRunResolutionFailed',
  message: `couldn't retrieve referenced ${side} PipelineResource: ${notFoundMessage('pipelineresource', name)}`,
});

/** Failure of a PipelineRun whose Pipeline does not exist. `run` is `namespace/name`. */
export const pipelineNotFound = (run: string, name: string): RunFailure => ({
  reason: 'CouldntGetPipeline',
  message: `Error retrieving pipeline for pipelinerun ${run}: error when listing pipelines for pipelineRun ${run.slice(run.indexOf('/') + 1)}: ${notFoundMessage('pipeline', name)}`,
});

/** Failure of a PipelineRun with a PipelineResource that does not exist. `resource` is its name in the pipeline. */
export const pipelineResourceNotFound = (run: string, resource: string, name: string): RunFailure => ({
  reason: 'CouldntGetResource',
  message: `PipelineRun ${run} can't be Run; it tries to bind Resources that don't exist: Error following resource reference for ${resource}: ${notFoundMessage('pipelineresource', name)}`,
});

/** Failure of a PipelineRun with a binding that has neither or both of reference and spec. The typo is Tekton's. */
export const pipelineResourceAmbiguous = (run: string, resource: string, binding: Binding): RunFailure => ({
  reason: 'CouldntGetResource',
  message: `PipelineRun ${run} can't be Run; it tries to bind Resources that don't exist: Error following resource reference for ${resource}: ${ambiguousMessage(binding)}`,
});

/** Failure of a TaskRun with a binding that has neither or both of reference and spec. */
export const taskResourceAmbiguous = (side: 'input' | 'output', binding: Binding): RunFailure => ({
  reason: 'TaskRunResolutionFailed',
  message: `couldn't retrieve referenced ${side} PipelineResource: ${ambiguousMessage(binding)}`,
});

type Binding = Pick<TaskResourceBinding, 'resourceRef' | 'resourceSpec'> | undefined;

const ambiguousMessage = (binding: Binding): string =>
  binding?.resourceRef?.name && binding.resourceSpec
    ? 'Both ResourseRef and ResourceSpec are defined. Expected only one'
    : 'Neither ResourseRef nor ResourceSpec is defined';

/** Failure of a pipeline with a Task that does not exist. `pipeline` is `namespace/name`. */
export const pipelineTaskNotFound = (pipeline: string, kind: 'task' | 'clustertask', name: string): RunFailure => ({
  reason: 'CouldntGetTask',
  message: `Pipeline ${pipeline} can't be Run; it contains Tasks that don't exist: Couldn't retrieve Task "${name}": ${notFoundMessage(kind, name)}`,
});

/** Failure of a run with a Condition that does not exist. The two spaces are Tekton's. `run` is `namespace/name`. */
export const conditionNotFound = (run: string, name: string): RunFailure => ({
  reason: 'CouldntGetCondition',
  message: `PipelineRun ${run} can't be Run; it contains Conditions that don't exist:  Couldn't retrieve Condition "${name}": ${notFoundMessage('condition', name)}`,
});
