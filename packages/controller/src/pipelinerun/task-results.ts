/**
 * Hands results of tasks that have ended to the one that is about to start, or to the check of its condition.
 *
 * All variables of a param are filled in at once, from what the pipeline wrote, so a result that reads
 * `$(params.secret)` stays that text.
 */

import {
  resultRefsOfParams,
  substituteValue,
  type ParamAssignment,
  type RunFailure,
  type TaskRunResult,
} from '@pipewright/tekton';
import type { ResolvedRun } from './resolve.js';

/** What a task of the pipeline left, by name of the task. */
export type ResultsOf = (task: string) => readonly TaskRunResult[];

/** Params of a task or of a condition: as the pipeline has them, and with the pipeline's own params filled in. */
export interface ParamSources {
  readonly written: readonly ParamAssignment[];
  readonly params: readonly ParamAssignment[];
}

/** Params with all results filled in, or the failure that ends the run. */
export type ResolvedParams =
  | { readonly kind: 'params'; readonly params: readonly ParamAssignment[] }
  | { readonly kind: 'refused'; readonly failure: RunFailure };

/** Returns the params of `subject`, for example `task "deploy"`, with results filled in. */
export function withResults(
  subject: string,
  { written, params }: ParamSources,
  { replacements }: Pick<ResolvedRun, 'replacements'>,
  resultsOf: ResultsOf,
): ResolvedParams {
  const refs = resultRefsOfParams(written);
  if (refs.length === 0) return { kind: 'params', params };
  const strings = new Map(replacements.strings);
  for (const { variable, task: producer, result } of refs) {
    const found = resultsOf(producer).find(({ name }) => name === result);
    if (!found) {
      const message =
        `${subject} needs the result "${result}" of task "${producer}", which has ended without it: ` +
        `none of its steps wrote /tekton/results/${result}, or its Task does not declare it`;
      return { kind: 'refused', failure: { reason: 'InvalidTaskResultReference', message } };
    }
    strings.set(variable, found.value);
  }
  const filled = { strings, arrays: replacements.arrays };
  return {
    kind: 'params',
    params: written.map((param) => ({ ...param, value: substituteValue(param.value, filled) })),
  };
}
