/**
 * Reads objects of tekton.dev/v1 into the model.
 *
 * Readers apply defaults and never reject an object: check user objects with `checkObject` first.
 */

import { parseDuration } from '../model/duration.js';
import type {
  MatrixModel,
  ParamAssignment,
  ParamModel,
  PipelineModel,
  PipelineSource,
  PipelineTaskModel,
  ResolverSource,
  ResultModel,
  StepActionModel,
  StepModel,
  TaskModel,
  TaskSource,
  VariablePrefixes,
  WhenModel,
  WorkspaceModel,
} from '../model/model.js';
import type { ParamType } from '../model/param.js';
import { isCustomDefinition } from './custom-task.js';
import { typeOfParam } from './param-types.js';
import type {
  Matrix,
  ParamSpec,
  PipelineRef,
  PipelineSpec,
  PipelineTask,
  PropertySpec,
  ResolverRef,
  Sidecar,
  Step,
  StepActionSpec,
  TaskRef,
  TaskResult,
  TaskSpec,
  WhenExpression,
  WorkspaceDeclaration,
} from './types.js';

/** Variable prefixes of Tasks. Tekton still substitutes the one of v1alpha1. */
const TASK_VARIABLE_PREFIXES: VariablePrefixes = { params: ['params', 'inputs.params'], inputs: [], outputs: [] };

/** Returns the known type that a text names; an unknown one counts as string. */
const knownType = (type: string): ParamType => (type === 'array' || type === 'object' ? type : 'string');

const keysOf = (properties: Readonly<Record<string, PropertySpec>> | undefined): { keys?: readonly string[] } =>
  properties === undefined ? {} : { keys: Object.keys(properties) };

const readParam = (param: ParamSpec): ParamModel => ({
  name: param.name,
  type: knownType(typeOfParam(param)),
  ...(param.default !== undefined && { default: param.default }),
  ...keysOf(param.properties),
  ...((param.enum?.length ?? 0) > 0 && { allowedValues: param.enum ?? [] }),
});

const readResult = ({ type, properties, value }: TaskResult): ResultModel => ({
  type: knownType(type || (properties ? 'object' : 'string')),
  ...keysOf(properties),
  ...(typeof value === 'string' && value !== '' && { value }),
});

const readWorkspace = (workspace: WorkspaceDeclaration): WorkspaceModel => ({
  name: workspace.name,
  mountPath: workspace.mountPath || `/workspace/${workspace.name}`,
  isReadOnly: workspace.readOnly === true,
  isOptional: workspace.optional === true,
});

/** Reads a timeout; an invalid one counts as absent. */
export const readTimeout = (text: string | undefined): { timeoutMs?: number } => {
  const timeoutMs = text === undefined || text === '' ? undefined : parseDuration(text);
  return timeoutMs === undefined ? {} : { timeoutMs };
};

/** Reads expressions. */
export const readWhen = (expressions: readonly WhenExpression[] = []): WhenModel[] =>
  expressions.map(({ input = '', operator, values = [], cel = '' }) =>
    cel === ''
      ? { kind: 'comparison', input, operator: operator === 'notin' ? 'notin' : 'in', values }
      : { kind: 'cel', expression: cel },
  );

const readResolver = ({ resolver = '', params = [] }: ResolverRef): ResolverSource => ({
  kind: 'resolver',
  resolver,
  params,
});

const isRemote = ({ resolver }: ResolverRef): boolean => resolver !== undefined && resolver !== '';

/** Reads a container: its compute resources have the name of core/v1 in the model. */
function readContainer<T extends Step | Sidecar>(container: T): Omit<T, 'computeResources'> {
  const { computeResources, ...rest } = container;
  return computeResources === undefined ? rest : { ...rest, resources: computeResources };
}

function readStep(step: Step): StepModel {
  const { timeout, ref, params, results, when, onError, stdoutConfig, stderrConfig, workspaces, displayName, ...own } =
    step;
  void displayName; // user interfaces read it from the object
  return {
    ...readContainer(own),
    ...readTimeout(timeout),
    ...(ref && { action: isRemote(ref) ? readResolver(ref) : { kind: 'reference', name: ref.name ?? '' } }),
    ...(params && { actionParams: params }),
    ...(results && { stepResults: results.map((result) => ({ name: result.name, ...readResult(result) })) }),
    ...(when && { when: readWhen(when) }),
    ...(onError !== undefined && onError !== '' && { onError }),
    ...(stdoutConfig?.path !== undefined && { stdoutPath: stdoutConfig.path }),
    ...(stderrConfig?.path !== undefined && { stderrPath: stderrConfig.path }),
    ...(workspaces && { isolatedWorkspaces: workspaces }),
  };
}

function readSidecar({ workspaces, ...sidecar }: Sidecar): StepModel {
  return { ...readContainer(sidecar), ...(workspaces && { isolatedWorkspaces: workspaces }) };
}

/** Reads the spec of a Task, or an embedded one. */
export function readTask(spec: TaskSpec): TaskModel {
  const { results = [] } = spec;
  return {
    variablePrefixes: TASK_VARIABLE_PREFIXES,
    runPrefixes: TASK_VARIABLE_PREFIXES,
    params: (spec.params ?? []).map(readParam),
    inputs: [],
    outputs: [],
    steps: (spec.steps ?? []).map(readStep),
    ...(spec.stepTemplate && { stepTemplate: readContainer(spec.stepTemplate) }),
    sidecars: (spec.sidecars ?? []).map(readSidecar),
    volumes: spec.volumes ?? [],
    results: results.map(({ name }) => name),
    resultDetails: new Map(results.map((result) => [result.name, readResult(result)])),
    workspaces: (spec.workspaces ?? []).map(readWorkspace),
  };
}

/** Reads the spec of a StepAction. */
export function readStepAction({ params = [], results, description, ...step }: StepActionSpec): StepActionModel {
  void description; // for people
  return { params: params.map(readParam), step: readStep({ ...step, ...(results && { results }) }) };
}

/** Reads the reference or embedded spec of a Pipeline. Returns undefined if neither or both are set. */
export function readPipelineSource(
  ref: PipelineRef | undefined,
  spec: PipelineSpec | undefined,
): PipelineSource | undefined {
  if (spec) return ref ? undefined : { kind: 'embedded', pipeline: readPipeline(spec) };
  if (!ref) return undefined;
  if (isRemote(ref)) return readResolver(ref);
  return ref.name ? { kind: 'reference', name: ref.name } : undefined;
}

/** Reads the reference or embedded spec of a Task. Returns undefined if neither or both are set. */
export function readTaskSource(ref: TaskRef | undefined, spec: TaskSpec | undefined): TaskSource | undefined {
  if (spec) return ref ? undefined : { kind: 'embedded', task: readTask(spec) };
  if (!ref) return undefined;
  if (isRemote(ref)) return readResolver(ref);
  return ref.name ? { kind: 'reference', taskKind: 'Task', name: ref.name } : undefined;
}

function readDefinition({ taskRef, taskSpec, pipelineRef, pipelineSpec }: PipelineTask): TaskSource | undefined {
  if (pipelineRef ?? pipelineSpec) {
    const source = (taskRef ?? taskSpec) ? undefined : readPipelineSource(pipelineRef, pipelineSpec);
    return source && { kind: 'pipeline', source };
  }
  if (taskRef && !taskSpec && isCustomDefinition(taskRef)) {
    const { apiVersion = '', kind = '', name = '' } = taskRef;
    return { kind: 'custom', apiVersion, customKind: kind, definition: { kind: 'reference', name } };
  }
  if (taskSpec && !taskRef && isCustomDefinition(taskSpec)) {
    const { apiVersion = '', kind = '', spec = {} } = taskSpec;
    return { kind: 'custom', apiVersion, customKind: kind, definition: { kind: 'embedded', spec } };
  }
  return readTaskSource(taskRef, taskSpec);
}

function readMatrix({ params = [], include = [] }: Matrix): MatrixModel | undefined {
  if (params.length + include.length === 0) return undefined;
  return { params, include: include.map(({ params: own = [], ...rest }) => ({ ...rest, params: own })) };
}

/** Reads one task of a pipeline. */
export function readPipelineTask(task: PipelineTask): PipelineTaskModel {
  const source = readDefinition(task);
  const matrix = task.matrix && readMatrix(task.matrix);
  return {
    name: task.name,
    ...(task.displayName && { displayName: task.displayName }),
    ...(source && { source }),
    params: (task.params ?? []) satisfies readonly ParamAssignment[],
    inputs: [],
    outputs: [],
    workspaces: (task.workspaces ?? []).map(({ name, workspace, subPath }) => ({
      name,
      workspace: workspace || name,
      ...(subPath !== undefined && { subPath }),
    })),
    runAfter: task.runAfter ?? [],
    conditions: [],
    retries: task.retries ?? 0,
    ...readTimeout(task.timeout),
    when: readWhen(task.when),
    ...(matrix && { matrix }),
    onError: task.onError || 'stopAndFail',
  };
}

/** Reads the spec of a Pipeline, or an embedded one. */
export function readPipeline(spec: PipelineSpec): PipelineModel {
  const { workspaces = [] } = spec;
  return {
    params: (spec.params ?? []).map(readParam),
    resources: [],
    workspaces: workspaces.map(({ name }) => name),
    optionalWorkspaces: new Set(workspaces.filter(({ optional }) => optional === true).map(({ name }) => name)),
    tasks: (spec.tasks ?? []).map(readPipelineTask),
    finally: (spec.finally ?? []).map(readPipelineTask),
    results: (spec.results ?? []).map(({ name, value }) => ({ name, value })),
  };
}
