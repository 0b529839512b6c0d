/**
 * The variables in values of params: defaults, and what runs and pipelines give.
 *
 * A value is text of whoever is given it: a pipeline's params are filled in where the pipeline is read, and resources, workspaces and
 * results of a task where the task is (`taskReplacements`). Params in the value of a param are filled in nowhere.
 */

import { paramVocabulary, valueVocabulary, variableChecker, type Label, type Vocabulary } from './variables.js';
import type { ParamModel, TaskModel } from '../model/model.js';
import { TASK_SPELLING } from '../v1alpha1/reader.js';
import type { Path } from '../variables/task-fields.js';
import type { ParamValue } from '../v1alpha1/types.js';
import type { Where } from './location.js';

/** A value that may be missing. */
export interface Value {
  readonly name: string;
  readonly value?: ParamValue | undefined;
}

/** The defaults of params, in their order. */
export const defaultsOf = (params: readonly ParamModel[]): readonly Value[] =>
  params.map(({ name, default: value }) => ({ name, value }));

/** Checks what a pipeline gives to one of its tasks or conditions, as far as the pipeline knows. `where` is the list of params. */
export function checkGivenValues(values: readonly Value[], vocabulary: Vocabulary, where: Where): void {
  const others = (name: string): boolean => vocabulary.others?.(name) === true || isTasksOwn(name);
  const labelOf = (name: string): Label => ({
    subject: `task parameter param[${name}]`,
    field: `pipelinespec.params.param[${name}]`,
  });
  check(values, { ...vocabulary, others }, where, { field: 'value', labelOf });
}

/** Checks the values of params of a pipeline: defaults and what a run gives. `where` is the list of params. */
export function checkPipelineValues(
  params: readonly ParamModel[],
  values: readonly Value[],
  where: Where,
  field: 'default' | 'value',
): void {
  check(values, { ...NOTHING, nested: namesOf(params, ['params']), others: isTasksOwn }, where, { field });
}

/** Checks the values of params of a task: defaults and what a run gives. `where` is the list of params. */
export function checkTaskValues(
  task: TaskModel,
  values: readonly Value[],
  where: Where,
  field: 'default' | 'value',
): void {
  const [strings, nested] = [taskText(task), namesOf(task.params, [...task.spelling.params, ...TASK_SPELLING.params])];
  check(values, { ...NOTHING, strings, nested }, where, { field });
}

/**
 * Checks the variables of a task or condition in what a pipeline gives to it; {@link checkGivenValues} has checked the others.
 *
 * @param where the list of params
 */
export function checkHandedValues(task: TaskModel, values: readonly Value[], where: Where): void {
  const others = (name: string): boolean => !isTasksOwn(name);
  check(values, { ...NOTHING, strings: taskText(task), others }, where, { field: 'value' });
}

/** Whether a variable has the name of something that only a task can have. */
const isTasksOwn = (name: string): boolean => /^(?:(?:inputs|outputs)\.resources|workspaces|results)\./.test(name);

/** The check of a Condition runs as a Task, and its values are filled in there. */
const taskText = (task: TaskModel): ReadonlySet<string> => valueVocabulary({ ...task, spelling: TASK_SPELLING });

const NOTHING: Vocabulary = { strings: new Set(), arrays: new Set() };

function namesOf(params: readonly ParamModel[], prefixes: readonly string[]): ReadonlySet<string> {
  const { strings, arrays } = paramVocabulary(params, prefixes);
  return new Set([...strings, ...arrays]);
}

function check(
  values: readonly Value[],
  vocabulary: Vocabulary,
  where: Where,
  { field, labelOf }: { readonly field: 'default' | 'value'; readonly labelOf?: (name: string) => Label },
): void {
  values.forEach(({ name, value }, index) => {
    if (value === undefined) return;
    const path: Path = [...where.path, index, field];
    const checker = variableChecker(vocabulary, where, () => labelOf?.(name), isPipelineParam);
    if (typeof value !== 'string') value.forEach((item, at) => checker.element(item, [...path, at]));
    else if (value.includes('$')) checker.text(value, path);
  });
}

/** What Tekton's admission looks at in a pipeline. */
const isPipelineParam = (variable: string): boolean => variable.startsWith('params.');
