/**
 * Substitutes results of tasks that have ended in the params of a task or check that is about to start.
 *
 * All variables of a param are substituted at once in the text of the pipeline, so that a result with the text `$(params.secret)` is not
 * substituted again.
 */

import {
  resultRefsOfParams,
  substituteValue,
  type ParamAssignment,
  type RunFailure,
  type RecordedResult,
} from '@pipewright/tekton';
import type { ResolvedRun } from './resolve.js';

/** Returns the results of a task by its name. */
export type ResultsOf = (task: string) => readonly RecordedResult[];

/** Params of a task or condition: as written, and with the pipeline's own params substituted. */
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
    if (typeof found.value === 'string') strings.set(variable, found.value);
  }
  const filled = { strings, arrays: replacements.arrays };
  return {
    kind: 'params',
    params: written.map((param) => ({ ...param, value: substituteValue(param.value, filled) })),
  };
}
