/**
 * Checks variables in values of params: defaults, and values that runs and pipelines pass.
 *
 * A pipeline's params are substituted in the pipeline; resources, workspaces and results of a task in the task. Params in the value of a
 * param are not substituted.
 */

import {
  paramVariables,
  nonParamVariables,
  createVariableChecker,
  type TektonField,
  type KnownVariables,
} from './variables.js';
import type { ParamModel, TaskModel } from '../model/model.js';
import type { FieldPath } from '../model/field-path.js';
import type { ParamValue } from '../model/param.js';
import type { ValidationContext } from './context.js';

/** A value that may be missing. */
export interface NamedValue {
  readonly name: string;
  readonly value?: ParamValue | undefined;
}

/** The defaults of params, in their order. */
export const defaultsOf = (params: readonly ParamModel[]): readonly NamedValue[] =>
  params.map(({ name, default: value }) => ({ name, value }));

/** Checks what a pipeline gives to one of its tasks or conditions, as far as the pipeline knows. `context` is the list of params. */
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

/** Checks the values of params of a pipeline: defaults and what a run gives. `context` is the list of params. */
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

/** Checks the values of params of a task: defaults and what a run gives. `context` is the list of params. */
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
 * Checks the variables of a task or condition in what a pipeline gives to it; {@link checkPipelineTaskValues} has checked the others.
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

/** Whether a variable has the name of something that only a task can have. */
const isTaskScoped = (name: string): boolean => /^(?:(?:inputs|outputs)\.resources|workspaces|results)\./.test(name);

/** The check of a Condition runs as a Task, and its values are filled in there. */
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
    if (typeof value !== 'string') value.forEach((item, at) => checker.element(item, [...path, at]));
    else if (value.includes('$')) checker.text(value, path);
  });
}

/** What Tekton's admission looks at in a pipeline. */
const isPipelineParam = (variable: string): boolean => variable.startsWith('params.');
