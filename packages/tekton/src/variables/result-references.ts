/**
 * Results of tasks in the params of others: `$(tasks.TASK.results.RESULT)`.
 *
 * Such a variable orders the two tasks and is filled in when the second one starts. Check, graph and run find them here.
 */

import type { ParamGiven, PipelineTaskModel } from '../model/model.js';
import { variablesIn } from './substitution.js';

/** A result of a task, as a variable names it. */
export interface ResultRef {
  /** What stands between `$(` and `)`. */
  readonly variable: string;
  readonly task: string;
  readonly result: string;
}

const REF = /^tasks\.(.+?)\.results\.([^.].*)$/;

/** Whether a variable begins like one of these, whether or not it is one. */
export const isTaskVariable = (name: string): boolean => name.startsWith('tasks.');

/** The results that a text names, in order. */
export function resultRefsIn(text: string): ResultRef[] {
  if (!text.includes('$(tasks.')) return [];
  return variablesIn(text).flatMap(({ name: variable }) => {
    const [, task, result] = REF.exec(variable) ?? [];
    return task === undefined || result === undefined ? [] : [{ variable, task, result }];
  });
}

/** The results that the values of params name, in order. */
export const resultRefsOf = (params: readonly ParamGiven[]): ResultRef[] =>
  params.flatMap(({ value }) => (typeof value === 'string' ? [value] : value).flatMap(resultRefsIn));

/** The results that a task of a pipeline needs before it may start, for itself or for its conditions. */
export const resultRefsOfTask = ({
  params,
  conditions,
}: Pick<PipelineTaskModel, 'params' | 'conditions'>): ResultRef[] => [
  ...resultRefsOf(params),
  ...conditions.flatMap((condition) => resultRefsOf(condition.params)),
];
