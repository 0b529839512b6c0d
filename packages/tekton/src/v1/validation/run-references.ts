/**
 * Checks what objects of tekton.dev/v1 pass to each other: params, workspaces, results and settings.
 *
 * Embedded definitions get the params and workspaces of what is around them (propagation); definitions by reference do not.
 */

import type { FieldPath } from '../../model/field-path.js';
import { isArrayValue, type ParamValue } from '../../model/param.js';
import type {
  ParamAssignment,
  ParamModel,
  PipelineModel,
  PipelineRunModel,
  PipelineTaskModel,
  TaskModel,
  TaskRunModel,
  TaskSource,
} from '../../model/model.js';
import { missingParams, paramTypeOfValue } from '../../execution/matching.js';
import { childContext, type ValidationContext } from '../../validation/context.js';
import { checkServiceAccount } from '../../validation/credentials.js';
import { tryFindPipeline, tryFindTask, type ReferenceScope } from '../../validation/pipeline-references.js';
import type { PipelineRunSpec, PipelineSpec, TaskRunSpec } from '../types.js';
import { resultReferencesIn, textsOfPipelineTask, textsOfValue } from './pipeline-texts.js';

/** A definition that gets arguments, and how messages name it. */
interface Receiver<Definition> {
  readonly definition: Definition;
  readonly owner: string;
  readonly isEmbedded: boolean;
}

/** Whether a text stands for a whole array or object, whose type is known only in the run. */
const isWholeReference = (value: ParamValue): boolean =>
  typeof value === 'string' && /^\$\([^()]*\[\*\]\)$/.test(value);

/** The receiver of params, and what it gets besides them. */
interface ParamsOptions {
  readonly owner: string;
  /** Further params that have values: those of a matrix, and those that propagate. */
  readonly others?: readonly string[];
  /** Whether undeclared params are allowed: an embedded definition can use them. */
  readonly areUndeclaredAllowed?: boolean;
}

/** Checks the values of params. `context` is the list of params. */
function checkParams(
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
  context: ValidationContext,
  { owner, others = [], areUndeclaredAllowed = false }: ParamsOptions,
): void {
  const { report } = context;
  const named = [...given, ...others.map((name) => ({ name, value: '' }))];
  for (const name of missingParams(declared, named)) report.add('PARAM_MISSING', context.path, { name, owner });
  const byName = new Map(declared.map((param) => [param.name, param]));
  given.forEach(({ name, value }, index) => {
    const param = byName.get(name);
    if (param) checkValue(param, value, owner, childContext(context, index, 'value'));
    else if (!areUndeclaredAllowed) {
      const details = { owner, ...report.unknownName(name, [...byName.keys()]) };
      report.add('PARAM_IGNORED', [...context.path, index, 'name'], details, { value: name });
    }
  });
}

const A_TYPE = { string: 'a string', array: 'an array', object: 'an object' } as const;

function checkValue(param: ParamModel, value: ParamValue, owner: string, context: ValidationContext): void {
  const { name, type } = param;
  if (isWholeReference(value)) return;
  const got = paramTypeOfValue(value);
  if (got !== type) {
    context.report.add('PARAM_TYPE', context.path, { name, owner, wants: A_TYPE[type], got: A_TYPE[got] }, { value });
    return;
  }
  if (typeof value === 'object' && !isArrayValue(value)) {
    const inDefault = typeof param.default === 'object' ? Object.keys(param.default) : [];
    const keys = (param.keys ?? []).filter((key) => !Object.hasOwn(value, key) && !inDefault.includes(key));
    if (keys.length > 0) context.report.add('PARAM_KEY_MISSING', context.path, { name, keys, owner });
  }
  if (typeof value === 'string' && param.allowedValues && !value.includes('$(') && !param.allowedValues.includes(value))
    context.report.add('VALUE_UNKNOWN', context.path, context.report.unknownName(value, param.allowedValues), {
      value,
    });
}

/** Checks the results that pipeline tasks and the pipeline take from tasks whose definitions are known. */
function checkResults(
  spec: PipelineSpec,
  declared: ReadonlyMap<string, readonly string[]>,
  context: ValidationContext,
): void {
  const check = (text: string, at: FieldPath): void => {
    for (const { task, result } of resultReferencesIn(text)) {
      const results = declared.get(task);
      if (!results || results.includes(result)) continue;
      const details = { task, ...context.report.unknownName(result, results) };
      context.report.add('RESULT_UNKNOWN', [...context.path, ...at], details, { value: text });
    }
  };
  for (const list of ['tasks', 'finally'] as const)
    (spec[list] ?? []).forEach((task, index) => {
      for (const { text, at } of textsOfPipelineTask(task)) check(text, [list, index, ...at]);
    });
  (spec.results ?? []).forEach(({ value }, index) => {
    for (const { text, at } of textsOfValue(value, ['results', index, 'value'])) check(text, at);
  });
}

/** What propagates from a run into the definitions that it embeds. */
interface Propagated {
  readonly params: readonly string[];
  readonly workspaces: readonly string[];
}

const NOTHING: Propagated = { params: [], workspaces: [] };

const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);

/** Checks what a pipeline passes to its tasks. `context` is the spec. */
export function checkPipelineArguments(
  spec: PipelineSpec,
  pipeline: PipelineModel,
  scope: ReferenceScope,
  context: ValidationContext,
  propagated: Propagated = NOTHING,
): void {
  const results = new Map<string, readonly string[]>();
  for (const list of ['tasks', 'finally'] as const)
    pipeline[list].forEach((task, index) => {
      const at = childContext(context, list, index);
      const receiver = receiverOf(task.source, scope, at);
      if (!receiver) return;
      results.set(task.name, receiver.definition.results);
      checkPipelineTask(task, receiver, pipeline, propagated, at);
    });
  checkResults(spec, results, context);
}

function receiverOf(
  source: TaskSource | undefined,
  scope: ReferenceScope,
  context: ValidationContext,
): Receiver<TaskModel> | undefined {
  const found = tryFindTask(source, scope, context);
  return found && { definition: found.task, owner: found.owner, isEmbedded: source?.kind === 'embedded' };
}

function checkPipelineTask(
  task: PipelineTaskModel,
  { definition, owner, isEmbedded }: Receiver<TaskModel>,
  pipeline: PipelineModel,
  propagated: Propagated,
  context: ValidationContext,
): void {
  const { params = [], include = [] } = task.matrix ?? {};
  const fromMatrix = names([...params, ...include.flatMap((one) => one.params)]);
  const inherited = isEmbedded ? [...names(pipeline.params), ...propagated.params] : [];
  const others = [...fromMatrix, ...inherited];
  checkParams(definition.params, task.params, childContext(context, 'params'), { owner, others });
  const given = new Map(task.workspaces.map(({ name, workspace }, index) => [name, { workspace, index }]));
  for (const { name, isOptional } of definition.workspaces) {
    const binding = given.get(name);
    const isInherited = isEmbedded && [...pipeline.workspaces, ...propagated.workspaces].includes(name);
    if (binding === undefined) {
      if (!isOptional && !isInherited)
        context.report.add('WORKSPACE_MISSING', [...context.path, 'workspaces'], { name, owner });
    } else if (!isOptional && pipeline.optionalWorkspaces.has(binding.workspace)) {
      const details = { name, workspace: binding.workspace, owner };
      context.report.add('WORKSPACE_MAY_BE_ABSENT', [...context.path, 'workspaces', binding.index], details);
    }
  }
  if (!isEmbedded) reportExtraWorkspaces(definition, task.workspaces, owner, childContext(context, 'workspaces'));
}

function reportExtraWorkspaces(
  { workspaces }: TaskModel,
  given: readonly { readonly name: string }[],
  owner: string,
  context: ValidationContext,
): void {
  const known = names(workspaces);
  given.forEach(({ name }, index) => {
    if (known.includes(name)) return;
    const details = { owner, ...context.report.unknownName(name, known) };
    context.report.add('WORKSPACE_EXTRA', [...context.path, index, 'name'], details, { value: name });
  });
}

/** Checks a TaskRun. `context` is the spec. */
export function checkTaskRunArguments(
  spec: TaskRunSpec,
  run: TaskRunModel,
  scope: ReferenceScope,
  context: ValidationContext,
): void {
  if (run.serviceAccount !== undefined)
    checkServiceAccount(run.serviceAccount, scope, childContext(context, ...run.serviceAccountPath));
  const receiver = receiverOf(run.source, scope, context);
  if (!receiver) return;
  const { definition, owner, isEmbedded } = receiver;
  const params = childContext(context, 'params');
  checkParams(definition.params, run.params, params, { owner, areUndeclaredAllowed: isEmbedded });
  const bound = names(run.workspaces);
  for (const { name, isOptional } of definition.workspaces)
    if (!isOptional && !bound.includes(name))
      context.report.add('WORKSPACE_MISSING', [...context.path, 'workspaces'], { name, owner });
  reportExtraWorkspaces(definition, run.workspaces, owner, childContext(context, 'workspaces'));
  checkContainerSpecs(spec, definition, owner, context);
}

type ContainerSpecs = Pick<TaskRunSpec, 'stepSpecs' | 'sidecarSpecs'>;

function checkContainerSpecs(spec: ContainerSpecs, task: TaskModel, owner: string, context: ValidationContext): void {
  const lists = [
    { field: 'stepSpecs', what: 'step', containers: task.steps },
    { field: 'sidecarSpecs', what: 'sidecar', containers: task.sidecars },
  ] as const;
  for (const { field, what, containers } of lists) {
    const known = containers.flatMap(({ name }) => (name ? [name] : []));
    spec[field]?.forEach(({ name }, index) => {
      if (known.includes(name) || name === '') return;
      const details = { what, owner, ...context.report.unknownName(name, known) };
      context.report.add('SETTINGS_UNKNOWN', [...context.path, field, index, 'name'], details, { value: name });
    });
  }
}

/** Checks a PipelineRun. `context` is the spec. */
export function checkPipelineRunArguments(
  spec: PipelineRunSpec,
  run: PipelineRunModel,
  scope: ReferenceScope,
  context: ValidationContext,
): void {
  if (run.serviceAccount !== undefined)
    checkServiceAccount(run.serviceAccount, scope, childContext(context, ...run.serviceAccountPath));
  (spec.taskRunSpecs ?? []).forEach(({ serviceAccountName }, index) => {
    const at = childContext(context, 'taskRunSpecs', index, 'serviceAccountName');
    if (serviceAccountName) checkServiceAccount(serviceAccountName, scope, at);
  });
  const found = tryFindPipeline(run, scope, context);
  if (!found) return;
  const { pipeline, owner } = found;
  const isEmbedded = run.source?.kind === 'embedded';
  if (spec.pipelineSpec && isEmbedded) {
    const propagated = { params: names(run.params), workspaces: names(run.workspaces) };
    const at = childContext(context, 'pipelineSpec');
    checkPipelineArguments(spec.pipelineSpec, pipeline, scope, at, propagated);
  }
  const params = childContext(context, 'params');
  checkParams(pipeline.params, run.params, params, { owner, areUndeclaredAllowed: isEmbedded });
  const bound = names(run.workspaces);
  for (const name of pipeline.workspaces)
    if (!bound.includes(name) && !pipeline.optionalWorkspaces.has(name))
      context.report.add('WORKSPACE_MISSING', [...context.path, 'workspaces'], { name, owner });
  const tasks = names([...pipeline.tasks, ...pipeline.finally]);
  (spec.taskRunSpecs ?? []).forEach(({ pipelineTaskName: name = '' }, index) => {
    if (name === '' || tasks.includes(name)) return;
    const details = { what: 'task', owner, ...context.report.unknownName(name, tasks) };
    const path = [...context.path, 'taskRunSpecs', index, 'pipelineTaskName'];
    context.report.add('SETTINGS_UNKNOWN', path, details, { value: name });
  });
}
