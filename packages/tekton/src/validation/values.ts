/**
 * Checks variables in param values: defaults, and the values that runs and pipelines pass.
 *
 * Params of a pipeline are substituted in the pipeline; resources, workspaces and results of a task are substituted in
 * the task. Params in the value of another param are not substituted.
 */

import {
  paramVariables,
  nonParamVariables,
  createVariableChecker,
  type TektonField,
  type KnownVariables,
} from './variables.js';
import type { ParamModel, TaskModel } from '../model/model.js';
import { textsOfParamValue } from '../model/param.js';
import type { FieldPath } from '../model/field-path.js';
import type { ParamValue } from '../model/param.js';
import type { ValidationContext } from './context.js';

/** A param and its value, which may be absent. */
export interface NamedValue {
  readonly name: string;
  readonly value?: ParamValue | undefined;
}

/** Returns the defaults of params, in declared order. */
export const defaultsOf = (params: readonly ParamModel[]): readonly NamedValue[] =>
  params.map(({ name, default: value }) => ({ name, value }));

/**
 * Checks the values that a pipeline passes to a task or condition, except for variables of the task itself.
 * `context` is the list of params.
 */
export function checkPipelineTaskValues(
  values: readonly NamedValue[],
  knownVariables: KnownVariables,
  context: ValidationContext,
): void {
  const others = (name: string): boolean => knownVariables.isCheckedElsewhere?.(name) === true || isTaskScoped(name);
  const labelOf = (name: string): TektonField => ({
    subject: `task parameter param[${name}]`,
    field: `pipelinespec.params.param[${name}]`,
  });
  check(values, { ...knownVariables, isCheckedElsewhere: others }, context, { field: 'value', labelOf });
}

/** Checks the param values of a pipeline: defaults, and values passed by a run. `context` is the list of params. */
export function checkPipelineValues(
  params: readonly ParamModel[],
  values: readonly NamedValue[],
  context: ValidationContext,
  field: 'default' | 'value',
): void {
  check(
    values,
    { ...NO_VARIABLES, nestedParams: paramVariableNames(params, ['params']), isCheckedElsewhere: isTaskScoped },
    context,
    { field },
  );
}

/** Checks the param values of a task: defaults, and values passed by a run. `context` is the list of params. */
export function checkTaskValues(
  task: TaskModel,
  values: readonly NamedValue[],
  context: ValidationContext,
  field: 'default' | 'value',
): void {
  const [strings, nested] = [
    taskValueVariables(task),
    paramVariableNames(task.params, [...task.variablePrefixes.params, ...task.runPrefixes.params]),
  ];
  check(values, { ...NO_VARIABLES, strings, nestedParams: nested }, context, { field });
}

/**
 * Checks the variables of a task or condition in the values that a pipeline passes to it.
 * {@link checkPipelineTaskValues} checks all other variables.
 *
 * @param context the list of params
 */
export function checkTaskVariablesInValues(
  task: TaskModel,
  values: readonly NamedValue[],
  context: ValidationContext,
): void {
  const others = (name: string): boolean => !isTaskScoped(name);
  check(values, { ...NO_VARIABLES, strings: taskValueVariables(task), isCheckedElsewhere: others }, context, {
    field: 'value',
  });
}

/** Whether a variable can exist only in a task. */
const isTaskScoped = (name: string): boolean => /^(?:(?:inputs|outputs)\.resources|workspaces|results)\./.test(name);

/** The check of a Condition runs as a Task, so its values are substituted with the variables of that Task. */
const taskValueVariables = (task: TaskModel): ReadonlySet<string> =>
  nonParamVariables({ ...task, variablePrefixes: task.runPrefixes });

const NO_VARIABLES: KnownVariables = { strings: new Set(), arrays: new Set() };

function paramVariableNames(params: readonly ParamModel[], prefixes: readonly string[]): ReadonlySet<string> {
  const { strings, arrays } = paramVariables(params, prefixes);
  return new Set([...strings, ...arrays]);
}

function check(
  values: readonly NamedValue[],
  knownVariables: KnownVariables,
  context: ValidationContext,
  { field, labelOf }: { readonly field: 'default' | 'value'; readonly labelOf?: (name: string) => TektonField },
): void {
  values.forEach(({ name, value }, index) => {
    if (value === undefined) return;
    const path: FieldPath = [...context.path, index, field];
    const checker = createVariableChecker(knownVariables, context, () => labelOf?.(name), isPipelineParam);
    for (const { text, key } of textsOfParamValue(value)) {
      if (typeof key === 'number') checker.element(text, [...path, key]);
      else if (text.includes('$')) checker.text(text, key === undefined ? path : [...path, key]);
    }
  });
}

/** Whether Tekton's webhook checks the variable in a pipeline. */
const isPipelineParam = (variable: string): boolean => variable.startsWith('params.');
