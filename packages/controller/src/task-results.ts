/**
 * Hands results of tasks that have ended to the one that is about to start.
 *
 * All variables of a param are filled in at once, from what the pipeline wrote: what a value holds is never looked at again, so a
 * result that reads `$(params.secret)` stays that text.
 */

import { resultRefsOf, substituteValue, type ParamGiven, type Refusal, type TaskRunResult } from '@pipewright/tekton';
import type { ResolvedRun, ResolvedTask } from './pipeline-run-resolve.js';

/** What a task of the pipeline left, by name of the task. */
export type ResultsOf = (task: string) => readonly TaskRunResult[];

/** @returns the params of a task as it is to get them, or why the run cannot go on */
export function paramsWithResults(
  { task, params }: ResolvedTask,
  { replacements }: ResolvedRun,
  resultsOf: ResultsOf,
): { readonly params: readonly ParamGiven[] } | { readonly refused: Refusal } {
  const refs = resultRefsOf(task.params);
  if (refs.length === 0) return { params };
  const strings = new Map(replacements.strings);
  for (const { variable, task: maker, result } of refs) {
    const found = resultsOf(maker).find(({ name }) => name === result);
    if (!found) {
      const message =
        `task "${task.name}" needs the result "${result}" of task "${maker}", which has ended without it: ` +
        `none of its steps wrote /tekton/results/${result}, or its Task does not declare it`;
      return { refused: { reason: 'InvalidTaskResultReference', message } };
    }
    strings.set(variable, found.value);
  }
  const filled = { strings, arrays: replacements.arrays };
  return { params: task.params.map((param) => ({ ...param, value: substituteValue(param.value, filled) })) };
}
