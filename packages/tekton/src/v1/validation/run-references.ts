/**
 * Checks what objects of tekton.dev/v1 pass to each other: params, workspaces, results and settings.
 *
 * Embedded definitions get the params and workspaces of what is around them (propagation); definitions by reference do not.
 */

import type { FieldPath } from '../../model/field-path.js';
import { isArrayValue, type ParamType, type ParamValue } from '../../model/param.js';
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

/** Names to look up, and to list in messages. */
interface KnownNames {
  readonly list: readonly string[];
  readonly set: ReadonlySet<string>;
}

const knownNames = (list: readonly string[]): KnownNames => ({ list, set: new Set(list) });

/** A task that gets arguments, and how messages name it. */
interface Receiver {
  readonly task: TaskModel;
  readonly params: DeclaredNames;
  readonly results: KnownNames;
  readonly workspaces: KnownNames;
  readonly owner: string;
  readonly isEmbedded: boolean;
}

/** The params of a task or pipeline. */
interface DeclaredNames {
  readonly names: readonly string[];
  readonly byName: ReadonlyMap<string, ParamModel>;
  /** Those without a default. */
  readonly required: readonly string[];
}

const declaredNames = (params: readonly ParamModel[]): DeclaredNames => ({
  names: names(params),
  byName: new Map(params.map((param) => [param.name, param])),
  required: missingParams(params, []),
});

/** Whether a text stands for a whole array or object, whose type is known only in the run. */
const isWholeReference = (value: ParamValue): boolean =>
  typeof value === 'string' && /^\$\([^()]*\[\*\]\)$/.test(value);

/** Whether a text is one reference to a result, without an index or key: it can stand for a whole array or object. */
const isWholeResult = (value: ParamValue): value is string =>
  typeof value === 'string' && /^\$\(tasks\.[^.()]+\.results\.[^.()[\]]+\)$/.test(value);

/** Returns the type of a text that is one reference to a whole result, without `[*]`; undefined if it is unknown. */
type TypeOfResult = (text: string) => ParamType | undefined;

/** The receiver of params, and what it gets besides them. */
interface ParamsOptions {
  /** Default: results have no other type than their text. */
  readonly typeOfResult?: TypeOfResult;
  readonly owner: string;
  /** Whether a param has a value besides: from a matrix, or because it propagates. Default: none has. */
  readonly hasValue?: (name: string) => boolean;
  /** Whether undeclared params are allowed: an embedded definition can use them. */
  readonly areUndeclaredAllowed?: boolean;
}

/** Checks the values of params. `context` is the list of params. */
function checkParams(
  { names: known, byName, required }: DeclaredNames,
  given: readonly ParamAssignment[],
  context: ValidationContext,
  { owner, hasValue = () => false, areUndeclaredAllowed = false, typeOfResult = () => 'string' }: ParamsOptions,
): void {
  const { report } = context;
  const named = new Set(names(given));
  for (const name of required)
    if (!named.has(name) && !hasValue(name)) report.add('PARAM_MISSING', context.path, { name, owner });
  given.forEach(({ name, value }, index) => {
    const param = byName.get(name);
    if (param)
      checkValue(param, { value, type: typeOf(value, typeOfResult) }, owner, childContext(context, index, 'value'));
    else if (!areUndeclaredAllowed) {
      const details = { owner, ...report.unknownName(name, known) };
      report.add('PARAM_IGNORED', [...context.path, index, 'name'], details, { value: name });
    }
  });
}

const A_TYPE = { string: 'a string', array: 'an array', object: 'an object' } as const;

/** Returns the type of a value; undefined if it is known only in the run. */
function typeOf(value: ParamValue, typeOfResult: TypeOfResult): ParamType | undefined {
  if (isWholeReference(value)) return undefined;
  return isWholeResult(value) ? typeOfResult(value) : paramTypeOfValue(value);
}

function checkValue(
  param: ParamModel,
  { value, type: got }: { readonly value: ParamValue; readonly type: ParamType | undefined },
  owner: string,
  context: ValidationContext,
): void {
  const { name, type } = param;
  if (got === undefined) return;
  if (got !== type) {
    context.report.add('PARAM_TYPE', context.path, { name, owner, wants: A_TYPE[type], got: A_TYPE[got] }, { value });
    return;
  }
  if (typeof value === 'object' && !isArrayValue(value)) {
    const defaults = typeof param.default === 'object' ? param.default : {};
    const keys = (param.keys ?? []).filter((key) => !Object.hasOwn(value, key) && !Object.hasOwn(defaults, key));
    if (keys.length > 0) context.report.add('PARAM_KEY_MISSING', context.path, { name, keys, owner });
  }
  if (typeof value === 'string' && param.allowedValues && !value.includes('$(') && !param.allowedValues.includes(value))
    context.report.add('VALUE_UNKNOWN', context.path, context.report.unknownName(value, param.allowedValues), {
      value,
    });
}

/** Checks the results that pipeline tasks and the pipeline take from tasks whose definitions are known. */
function checkResults(spec: PipelineSpec, declared: ReadonlyMap<string, KnownNames>, context: ValidationContext): void {
  const check = (text: string, at: FieldPath): void => {
    for (const { task, result } of resultReferencesIn(text)) {
      const results = declared.get(task);
      if (!results || results.set.has(result)) continue;
      const details = { task, ...context.report.unknownName(result, results.list) };
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
  readonly params: ReadonlySet<string>;
  readonly workspaces: ReadonlySet<string>;
}

const NOTHING: Propagated = { params: new Set(), workspaces: new Set() };

const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);

/** Checks what a pipeline passes to its tasks. `context` is the spec. */
export function checkPipelineArguments(
  spec: PipelineSpec,
  pipeline: PipelineModel,
  scope: ReferenceScope,
  context: ValidationContext,
  propagated: Propagated = NOTHING,
): void {
  const results = new Map<string, KnownNames>();
  const receivers = new Map<TaskModel, Receiver>();
  const calls: { task: PipelineTaskModel; receiver: Receiver; at: ValidationContext }[] = [];
  const around: Propagated = {
    params: new Set([...propagated.params, ...names(pipeline.params)]),
    workspaces: new Set([...propagated.workspaces, ...pipeline.workspaces]),
  };
  for (const list of ['tasks', 'finally'] as const)
    pipeline[list].forEach((task, index) => {
      const at = childContext(context, list, index);
      const receiver = receiverOf(task.source, scope, at, receivers);
      if (!receiver) return;
      results.set(task.name, receiver.results);
      calls.push({ task, receiver, at });
    });
  const producers = new Map(calls.map(({ task, receiver }) => [task.name, receiver.task]));
  const typeOfResult: TypeOfResult = (text) => {
    const [{ task, result } = { task: '', result: '' }] = resultReferencesIn(text);
    return producers.get(task)?.resultDetails.get(result)?.type;
  };
  for (const { task, receiver, at } of calls) checkPipelineTask(task, receiver, { pipeline, around, typeOfResult }, at);
  checkResults(spec, results, context);
}

/** `known`: the receivers of this check so far; many pipeline tasks can refer to one Task. */
function receiverOf(
  source: TaskSource | undefined,
  scope: ReferenceScope,
  context: ValidationContext,
  known = new Map<TaskModel, Receiver>(),
): Receiver | undefined {
  const found = tryFindTask(source, scope, context);
  if (!found) return undefined;
  const { task, owner } = found;
  const receiver = known.get(task) ?? {
    task,
    params: declaredNames(task.params),
    results: knownNames(task.results),
    workspaces: knownNames(names(task.workspaces)),
    owner,
    isEmbedded: source?.kind === 'embedded',
  };
  known.set(task, receiver);
  return receiver;
}

/** What the pipeline around a pipeline task gives it. */
interface PipelineScope {
  readonly pipeline: PipelineModel;
  readonly around: Propagated;
  readonly typeOfResult: TypeOfResult;
}

function checkPipelineTask(
  task: PipelineTaskModel,
  receiver: Receiver,
  { pipeline, around, typeOfResult }: PipelineScope,
  context: ValidationContext,
): void {
  const { owner, isEmbedded } = receiver;
  const { params = [], include = [] } = task.matrix ?? {};
  const fromMatrix = new Set(names([...params, ...include.flatMap((one) => one.params)]));
  checkParams(receiver.params, task.params, childContext(context, 'params'), {
    owner,
    hasValue: (name) => fromMatrix.has(name) || (isEmbedded && around.params.has(name)),
    areUndeclaredAllowed: isEmbedded,
    typeOfResult,
  });
  const given = new Map(task.workspaces.map(({ name, workspace }, index) => [name, { workspace, index }]));
  for (const { name, isOptional } of receiver.task.workspaces) {
    const binding = given.get(name);
    const isInherited = isEmbedded && around.workspaces.has(name);
    if (binding === undefined) {
      if (!isOptional && !isInherited)
        context.report.add('WORKSPACE_MISSING', [...context.path, 'workspaces'], { name, owner });
    } else if (!isOptional && pipeline.optionalWorkspaces.has(binding.workspace)) {
      const details = { name, workspace: binding.workspace, owner };
      context.report.add('WORKSPACE_MAY_BE_ABSENT', [...context.path, 'workspaces', binding.index], details);
    }
  }
  if (!isEmbedded) reportExtraWorkspaces(receiver, task.workspaces, childContext(context, 'workspaces'));
}

function reportExtraWorkspaces(
  { workspaces, owner }: Receiver,
  given: readonly { readonly name: string }[],
  context: ValidationContext,
): void {
  given.forEach(({ name }, index) => {
    if (workspaces.set.has(name)) return;
    const details = { owner, ...context.report.unknownName(name, workspaces.list) };
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
  const { task, owner, isEmbedded } = receiver;
  checkParams(receiver.params, run.params, childContext(context, 'params'), {
    owner,
    areUndeclaredAllowed: isEmbedded,
  });
  const bound = new Set(names(run.workspaces));
  for (const { name, isOptional } of task.workspaces)
    if (!isOptional && !bound.has(name))
      context.report.add('WORKSPACE_MISSING', [...context.path, 'workspaces'], { name, owner });
  if (!isEmbedded) reportExtraWorkspaces(receiver, run.workspaces, childContext(context, 'workspaces'));
  checkContainerSpecs(spec, task, owner, context);
}

type ContainerSpecs = Pick<TaskRunSpec, 'stepSpecs' | 'sidecarSpecs'>;

function checkContainerSpecs(spec: ContainerSpecs, task: TaskModel, owner: string, context: ValidationContext): void {
  const lists = [
    { field: 'stepSpecs', what: 'step', containers: task.steps },
    { field: 'sidecarSpecs', what: 'sidecar', containers: task.sidecars },
  ] as const;
  for (const { field, what, containers } of lists) {
    const known = knownNames(containers.flatMap(({ name }) => (name ? [name] : [])));
    spec[field]?.forEach(({ name }, index) => {
      if (known.set.has(name) || name === '') return;
      const details = { what, owner, ...context.report.unknownName(name, known.list) };
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
    const propagated = { params: new Set(names(run.params)), workspaces: new Set(names(run.workspaces)) };
    const at = childContext(context, 'pipelineSpec');
    checkPipelineArguments(spec.pipelineSpec, pipeline, scope, at, propagated);
  }
  checkParams(declaredNames(pipeline.params), run.params, childContext(context, 'params'), {
    owner,
    areUndeclaredAllowed: isEmbedded,
  });
  const bound = new Set(names(run.workspaces));
  for (const name of pipeline.workspaces)
    if (!bound.has(name) && !pipeline.optionalWorkspaces.has(name))
      context.report.add('WORKSPACE_MISSING', [...context.path, 'workspaces'], { name, owner });
  const tasks = knownNames(names([...pipeline.tasks, ...pipeline.finally]));
  (spec.taskRunSpecs ?? []).forEach(({ pipelineTaskName: name = '' }, index) => {
    if (name === '' || tasks.set.has(name)) return;
    const details = { what: 'task', owner, ...context.report.unknownName(name, tasks.list) };
    const path = [...context.path, 'taskRunSpecs', index, 'pipelineTaskName'];
    context.report.add('SETTINGS_UNKNOWN', path, details, { value: name });
  });
}
