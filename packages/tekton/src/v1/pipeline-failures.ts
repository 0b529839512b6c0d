/**
 * Why a PipelineRun of tekton.dev/v1 cannot run, in the reasons and words of Tekton v1.15.
 *
 * Users and tools search for these texts in the condition. `[User error]` marks failures that the user's objects cause.
 */

import { mistypedParams, missingParams, paramTypeOfValue } from '../execution/matching.js';
import type {
  CheckedPipeline,
  CheckedTask,
  PipelineFailures,
  PipelineRunNames,
} from '../execution/pipeline-run-rules.js';
import { countCombinations } from '../execution/matrix.js';
import type { ParamAssignment, ParamModel } from '../model/model.js';
import { isArrayValue, type ParamValue } from '../model/param.js';
import type { RunFailure } from '../model/run-failure.js';
import { forbiddenParamValue, goList, userError } from './failures.js';
import { textsOfVariables } from '../variables/substitution.js';
import { taskReferencesIn, type TaskResultReference } from '../variables/task-references.js';
import { textsOfTask } from './pipeline-substitution.js';
import type { PipelineSpec } from './types.js';

const runId = ({ namespace, run }: PipelineRunNames): string => `${namespace}/${run}`;
const pipelineId = ({ namespace, pipeline }: PipelineRunNames): string => `${namespace}/${pipeline}`;

const invalidSpec = (names: PipelineRunNames, problem: string): RunFailure =>
  userError(
    'PipelineValidationFailed',
    `Pipeline ${pipelineId(names)} can't be Run; it has an invalid spec: ${problem}`,
  );

/** The failures. */
export const pipelineFailures: PipelineFailures = {
  pipelineNotFound: (names) => ({
    reason: 'CouldntGetPipeline',
    message:
      `Error retrieving pipeline for pipelinerun ${runId(names)}: error when getting Pipeline for PipelineRun ${names.run}: ` +
      `tekton client cannot get pipeline ${names.pipeline} from local cluster: pipelines.tekton.dev "${names.pipeline}" not found`,
  }),
  taskNotFound: (names, { name }) => ({
    reason: 'CouldntGetTask',
    message: `Pipeline ${pipelineId(names)} can't be Run; it contains Tasks that don't exist: Couldn't retrieve Task "${name}": tasks.tekton.dev "${name}" not found`,
  }),
  conditionNotFound: (names, condition) =>
    invalidSpec(names, `Condition "${condition}" does not exist in this version`),
  invalidGraph: (names, problem) =>
    userError('PipelineInvalidGraph', `PipelineRun ${runId(names)}'s Pipeline DAG is invalid: ${problem}`),
  invalidSpec,
  arguments: (checked) => paramsFailure(checked) ?? workspacesFailure(checked) ?? settingsFailure(checked),
  taskArguments: taskFailure,
  references: referencesFailure,
};

function paramsFailure(checked: CheckedPipeline): RunFailure | undefined {
  const { names, pipeline, run } = checked;
  const [id, of] = [runId(names), pipelineId(names)];
  const missing = missingParams(pipeline.params, run.params);
  if (missing.length > 0)
    return userError(
      'ParameterMissing',
      `PipelineRun ${id} is missing some parameters required by Pipeline ${of}: pipelineRun missing parameters: ${goList(missing)}`,
    );
  const mistyped = mistypedParams(pipeline.params, run.params);
  if (mistyped.length > 0)
    return userError(
      'ParameterTypeMismatch',
      `PipelineRun ${id} parameters have mismatching types with Pipeline ${of}'s parameters: parameters have inconsistent types : ${goList(mistyped)}`,
    );
  const forbidden = forbiddenParamValue(pipeline.params, run.params.filter(isLiteral));
  if (forbidden !== undefined)
    return userError('InvalidParamValue', `PipelineRun ${id} parameters have invalid value: ${forbidden}`);
  const keys = missingKeys(pipeline.params, run.params);
  if (keys !== undefined)
    return userError(
      'ObjectParameterMissKeys',
      `PipelineRun ${id} is missing object keys required by Pipeline ${of}'s parameters: pipelineRun missing object keys for parameters: ${keys}`,
    );
  const beyond = indexesBeyondArrays(checked);
  return beyond.length === 0
    ? undefined
    : userError(
        'ParamArrayIndexingInvalid',
        `PipelineRun ${id} failed validation: failed to validate Pipeline ${of}'s parameter which has an invalid index while referring to an array: non-existent param references:${goList(beyond)}`,
      );
}

/** Returns the keys that objects lack, as Go prints a map; undefined if they lack none. */
function missingKeys(
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
  ignoresDefaults = false,
): string | undefined {
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const missing = declared.flatMap(({ name, keys = [], default: fallback }) => {
    const value = values.get(name);
    if (value === undefined || typeof value === 'string' || isArrayValue(value)) return [];
    const known = ignoresDefaults || typeof fallback !== 'object' ? value : { ...fallback, ...value };
    const absent = keys.filter((key) => !Object.hasOwn(known, key));
    return absent.length === 0 ? [] : [`${name}:${goList(absent)}`];
  });
  return missing.length === 0 ? undefined : `map${goList(missing.sort())}`;
}

const isLiteral = ({ value }: ParamAssignment): boolean => typeof value !== 'string' || !value.includes('$(');

const INDEXED = /^params(?:\.([^.[\]]+)|\["([^"]+)"\]|\['([^']+)'\])\[(\d+)\]$/;

/** Returns the references to elements that the arrays of a pipeline do not have. */
function indexesBeyondArrays({ pipeline, run, written }: CheckedPipeline): readonly string[] {
  const sizes = new Map<string, number>();
  for (const { name, default: value } of pipeline.params) if (isArray(value)) sizes.set(name, value.length);
  for (const { name, value } of run.params) if (isArray(value)) sizes.set(name, value.length);
  if (sizes.size === 0) return [];
  const { tasks = [], finally: last = [] } = written as PipelineSpec; // of this version
  const beyond = [...tasks, ...last].flatMap(textsOfTask).flatMap((text) =>
    textsOfVariables(text).filter((variable) => {
      const [, dotted, double, single, index] = INDEXED.exec(variable) ?? [];
      const size = sizes.get(dotted ?? double ?? single ?? '');
      return size !== undefined && Number(index) >= size;
    }),
  );
  return [...new Set(beyond)].map((variable) => `$(${variable})`);
}

const isArray = (value: ParamValue | undefined): value is readonly string[] =>
  value !== undefined && isArrayValue(value);

function workspacesFailure({ names, pipeline, run }: CheckedPipeline): RunFailure | undefined {
  const bound = new Set(run.workspaces.map(({ name }) => name));
  const missing = pipeline.workspaces.find((name) => !bound.has(name) && !pipeline.optionalWorkspaces.has(name));
  if (missing === undefined) return undefined;
  const problem = `pipeline requires workspace with name "${missing}" be provided by pipelinerun`;
  return userError(
    'InvalidWorkspaceBindings',
    `PipelineRun ${runId(names)} doesn't bind Pipeline ${pipelineId(names)}'s Workspaces correctly: ${problem}`,
  );
}

function settingsFailure({ names, pipeline, run }: CheckedPipeline): RunFailure | undefined {
  const known = new Set([...pipeline.tasks, ...pipeline.finally].map(({ name }) => name));
  const unknown = [...run.taskSettings.keys()].find((name) => !known.has(name));
  if (unknown === undefined) return undefined;
  const problem = `pipelineRun's taskrunSpecs defined wrong taskName: "${unknown}", does not exist in Pipeline`;
  return userError(
    'InvalidTaskRunSpecs',
    `PipelineRun ${runId(names)} doesn't define taskRunSpecs correctly: ${problem}`,
  );
}

function taskFailure(checked: CheckedPipeline, { task, declared, model }: CheckedTask): RunFailure | undefined {
  const { names, pipeline, run, limits } = checked;
  const { matrix, source } = task;
  const count = matrix ? countCombinations(matrix) : 0;
  if (count > limits.maxMatrixCombinations) {
    const [section, index] = placeOf(checked, task.name);
    const range = `expected 0 <= ${String(count)} <= ${String(limits.maxMatrixCombinations)}`;
    return invalidSpec(names, `${range}: ${section}[${String(index)}].matrix`);
  }
  if (!model) return undefined;
  const given = [...task.params, ...(matrix?.params ?? []), ...(matrix?.include ?? []).flatMap(({ params }) => params)];
  const inherited = source?.kind === 'embedded' ? [...pipeline.params.filter(hasDefault), ...run.params] : [];
  const id = source?.kind === 'reference' ? source.name : '';
  const mismatch = taskParamsMismatch(model.params, task.params, [...given, ...inherited]);
  if (mismatch !== undefined)
    return userError(
      'PipelineValidationFailed',
      `Validation failed for pipelinerun ${names.run} with error invalid input params for task ${id}: ${mismatch}`,
    );
  const forbidden = forbiddenParamValue(model.params, declared.params.filter(isLiteral));
  if (forbidden !== undefined)
    return userError('InvalidParamValue', `Invalid param value from PipelineTask "${task.name}": ${forbidden}`);
  return enumFailure(checked, declared.params, model.params, id);
}

const hasDefault = ({ default: value }: ParamModel): boolean => value !== undefined;

function placeOf({ pipeline }: CheckedPipeline, task: string): readonly [string, number] {
  const index = pipeline.tasks.findIndex(({ name }) => name === task);
  return index >= 0 ? ['tasks', index] : ['finally', pipeline.finally.findIndex(({ name }) => name === task)];
}

/** `all`: also params that the task gets from its matrix and from around it. */
function taskParamsMismatch(
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
  all: readonly { readonly name: string }[],
): string | undefined {
  const missing = missingParams(
    declared,
    all.map(({ name }) => ({ name, value: '' })),
  );
  if (missing.length > 0) return `missing values for these params which have no default values: ${goList(missing)}`;
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  const mistyped = given.filter(
    ({ name, value }) => types.has(name) && !isWholeResult(value) && types.get(name) !== paramTypeOfValue(value),
  );
  if (mistyped.length > 0)
    return `param types don't match the user-specified type: ${goList(mistyped.map(({ name }) => name))}`;
  const keys = missingKeys(declared, given, true);
  return keys && `missing keys for these params which are required in ParamSpec's properties ${keys}`;
}

/** Whether a value becomes an array or object when the task starts. */
const isWholeResult = (value: ParamValue): boolean => typeof value === 'string' && /^\$\([^()]*\[\*\]\)$/.test(value);

/** A param that is passed on to one with allowed values must allow no others. */
function enumFailure(
  { pipeline }: CheckedPipeline,
  passed: readonly ParamAssignment[],
  declared: readonly ParamModel[],
  task: string,
): RunFailure | undefined {
  for (const { name, value } of passed) {
    const allowed = declared.find((param) => param.name === name)?.allowedValues;
    const [, from] = (typeof value === 'string' && /^\$\(params\.([^.[\]()]+)\)$/.exec(value)) || [];
    const source = allowed && pipeline.params.find((param) => param.name === from);
    if (!source) continue;
    const prefix = `Validation failed for pipelinerun with error pipeline param "${source.name}"`;
    const { allowedValues: outer } = source;
    if (!outer)
      return userError(
        'PipelineValidationFailed',
        `${prefix} has no enum, but referenced in "${task}" task has enums: ${goList(allowed)}`,
      );
    if (!outer.every((one) => allowed.includes(one)))
      return userError(
        'PipelineValidationFailed',
        `${prefix} enum: ${goList(outer)} is not a subset of the referenced in "${task}" task param enum: ${goList(allowed)}`,
      );
  }
  return undefined;
}

function referencesFailure(checked: CheckedPipeline, tasks: readonly CheckedTask[]): RunFailure | undefined {
  const models = new Map(tasks.map(({ task, model }) => [task.name, model]));
  const { tasks: written = [], finally: last = [], results = [] } = checked.written as PipelineSpec; // of this version
  const undeclared = (texts: readonly string[]): TaskResultReference | undefined =>
    texts
      .flatMap((text) => taskReferencesIn(text))
      .filter((reference) => reference.kind === 'result')
      .find(({ task, result }) => models.get(task)?.results.includes(result) === false);
  for (const task of [...written, ...last]) {
    const found = undeclared(textsOfTask(task));
    if (found)
      return {
        reason: 'InvalidTaskResultReference',
        message: `invalid result reference in pipeline task "${task.name}": ${notReturned(found)}`,
      };
  }
  for (const { name, value } of results) {
    const found = undeclared(typeof value === 'string' ? [value] : Object.values(value));
    if (found)
      return {
        reason: 'InvalidPipelineResultReference',
        message: `Failed to resolve pipeline result reference for "${checked.names.run}" with error invalid pipeline result "${name}": ${notReturned(found)}`,
      };
  }
  return optionalWorkspaceFailure(checked, tasks);
}

const notReturned = ({ task, result }: TaskResultReference): string =>
  `"${result}" is not a named result returned by pipeline task "${task}"`;

function optionalWorkspaceFailure(
  { pipeline }: CheckedPipeline,
  tasks: readonly CheckedTask[],
): RunFailure | undefined {
  for (const { task, model } of tasks) {
    for (const { name, workspace } of task.workspaces) {
      const isRequired = model?.workspaces.some((one) => one.name === name && !one.isOptional);
      if (isRequired && pipeline.optionalWorkspaces.has(workspace))
        return userError(
          'RequiredWorkspaceMarkedOptional',
          `Optional workspace not supported by task: pipeline workspace "${workspace}" is marked optional but pipeline task "${task.name}" requires it be provided`,
        );
    }
  }
  return undefined;
}
