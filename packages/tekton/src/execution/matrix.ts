/**
 * Expands the matrix of a pipeline task into combinations of params, with the order and the rules of Tekton.
 *
 * Pure. The values of the matrix are already substituted.
 */

import type { MatrixModel, ParamAssignment } from '../model/model.js';
import { isArrayValue, type ParamValue } from '../model/param.js';

/** The params of one run of a pipeline task. */
export interface Combination {
  /** Sorted by name. */
  readonly params: readonly ParamAssignment[];
  /** Name of the first `include` whose params the combination has. Absent: no include has both. */
  readonly includeName?: string;
}

type Values = Map<string, ParamValue>;

const valuesOf = (params: readonly ParamAssignment[]): Values =>
  new Map(params.map(({ name, value }) => [name, value]));

/**
 * Returns the number of combinations at most: the product of the lengths, and one for each include.
 *
 * For the check of the limit, before anything is expanded.
 */
export const countCombinations = ({ params, include }: MatrixModel): number =>
  params.reduce((count, { value }) => (isArrayValue(value) ? count * value.length : count), params.length > 0 ? 1 : 0) +
  include.length;

/** Whether an array param of the matrix is empty, so that the task has nothing to run. */
export const hasEmptyArray = ({ params }: MatrixModel): boolean =>
  params.some(({ value }) => isArrayValue(value) && value.length === 0);

/**
 * Returns the combinations in the order in which their runs are numbered: the first param varies fastest.
 *
 * A param whose value is not an array is left out, as a Task reports then which param it lacks.
 */
export function combinationsOf({ params, include }: MatrixModel): readonly Combination[] {
  const included = include.map(({ params: own }) => valuesOf(own));
  const combinations = params.length === 0 ? included.map((values) => new Map(values)) : product(params);
  if (params.length > 0) addIncludes(combinations, included);
  return combinations.map((values): Combination => {
    const name = include.find(({ name: own, params: some }) => own !== undefined && some.every(isIn(values)))?.name;
    return { params: sortedParams(values), ...(name !== undefined && { includeName: name }) };
  });
}

function product(params: readonly ParamAssignment[]): Values[] {
  let combinations: Values[] = [new Map()];
  for (const { name, value } of params) {
    if (!isArrayValue(value)) continue;
    combinations = value.flatMap((item) => combinations.map((before) => new Map([...before, [name, item]])));
  }
  return combinations;
}

const isIn =
  (values: Values) =>
  ({ name, value }: ParamAssignment): boolean =>
    values.get(name) === value;

/** Adds the params of an include to each combination that it does not contradict; one that shares no value becomes a combination. */
function addIncludes(combinations: Values[], included: readonly Values[]): void {
  for (const values of combinations) {
    for (const include of included) {
      const agrees = [...include].every(([name, value]) => !values.has(name) || values.get(name) === value);
      if (agrees) for (const [name, value] of include) values.set(name, value);
    }
  }
  for (const include of included) {
    const isKnown = combinations.some((values) => [...include].some(([name, value]) => values.get(name) === value));
    if (include.size > 0 && !isKnown) combinations.push(new Map(include));
  }
}

const sortedParams = (values: Values): readonly ParamAssignment[] =>
  [...values]
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
