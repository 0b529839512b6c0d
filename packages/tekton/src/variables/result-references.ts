/**
 * References to task results in params of other tasks: `$(tasks.TASK.results.RESULT)`.
 *
 * A reference orders the two tasks and is substituted when the second one starts.
 */

import type { ParamAssignment, PipelineTaskModel } from '../model/model.js';
import { parseVariables } from './substitution.js';

/** A result of a task, as a variable names it. */
export interface ResultRef {
  /** What stands between `$(` and `)`. */
  readonly variable: string;
  readonly task: string;
  readonly result: string;
}

const REF = /^tasks\.(.+?)\.results\.([^.].*)$/;

/** Whether a variable begins like one of these, whether or not it is one. */
export const hasTasksPrefix = (name: string): boolean => name.startsWith('tasks.');

/** The results that a text names, in order. */
export function parseResultRefs(text: string): ResultRef[] {
  if (!text.includes('$(tasks.')) return [];
  return parseVariables(text).flatMap(({ name: variable }) => {
    const [, task, result] = REF.exec(variable) ?? [];
    return task === undefined || result === undefined ? [] : [{ variable, task, result }];
  });
}

/** The results that the values of params name, in order. */
export const resultRefsOfParams = (params: readonly ParamAssignment[]): ResultRef[] =>
  params.flatMap(({ value }) => (typeof value === 'string' ? [value] : value).flatMap(parseResultRefs));

/** The results that a task of a pipeline needs before it may start, for itself or for its conditions. */
export const resultRefsOfPipelineTask = ({
  params,
  conditions,
}: Pick<PipelineTaskModel, 'params' | 'conditions'>): ResultRef[] => [
  ...resultRefsOfParams(params),
  ...conditions.flatMap((condition) => resultRefsOfParams(condition.params)),
];
