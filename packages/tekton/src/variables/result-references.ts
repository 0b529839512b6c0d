/**
 * References to task results in params of other tasks: `$(tasks.TASK.results.RESULT)`.
 *
 * A reference makes the task depend on TASK and is substituted when the task starts.
 */

import type { ParamAssignment, PipelineTaskModel } from '../model/model.js';
import { textsOfParamValue } from '../model/param.js';
import { parseVariables } from './substitution.js';

/** A reference to a task result. */
export interface ResultRef {
  /** The text between `$(` and `)`. */
  readonly variable: string;
  readonly task: string;
  readonly result: string;
}

const REF = /^tasks\.(.+?)\.results\.([^.].*)$/;

/** Whether a variable has the prefix of result references. It need not be a valid reference. */
export const hasTasksPrefix = (name: string): boolean => name.startsWith('tasks.');

/** Returns the result references in a text, in order. */
export function parseResultRefs(text: string): ResultRef[] {
  if (!text.includes('$(tasks.')) return [];
  return parseVariables(text).flatMap(({ name: variable }) => {
    const [, task, result] = REF.exec(variable) ?? [];
    return task === undefined || result === undefined ? [] : [{ variable, task, result }];
  });
}

/** Returns the result references in param values, in order. */
export const resultRefsOfParams = (params: readonly ParamAssignment[]): ResultRef[] =>
  params.flatMap(({ value }) => textsOfParamValue(value).flatMap(({ text }) => parseResultRefs(text)));

/** Returns the results that a pipeline task needs before it can start, including those of its conditions. */
export const resultRefsOfPipelineTask = ({
  params,
  conditions,
}: Pick<PipelineTaskModel, 'params' | 'conditions'>): ResultRef[] => [
  ...resultRefsOfParams(params),
  ...conditions.flatMap((condition) => resultRefsOfParams(condition.params)),
];
