/**
 * A task with the values of all its variables: its params, expressions and the combinations of its matrix.
 *
 * All variables are substituted at once in the text of the pipeline, so that a result with the text `$(params.secret)` is not
 * substituted again.
 */

import {
  combinationsOf,
  mergeReplacements,
  noReplacements,
  resolveReferences,
  substitute,
  type Combination,
  type MissingResult,
  type PipelineTaskModel,
  type TaskReports,
} from '@pipewright/tekton';
import type { ResolvedRun, ResolvedTask } from './resolve.js';

/** A task that can start, or that could if results were not missing. */
export interface PreparedTask {
  readonly task: PipelineTaskModel;
  readonly missing: readonly MissingResult[];
  /** As it is written, with the values. */
  readonly written: object;
  /** One without params if the task has no matrix. */
  readonly combinations: readonly Combination[];
}

const RETRIES = 'context.pipelineTask.retries';

/** Substitutes the variables of a task. */
export function prepareTask(
  { rules: { definitions }, values }: Pick<ResolvedRun, 'rules' | 'values'>,
  { written, references, task: declared }: ResolvedTask,
  reports: TaskReports,
): PreparedTask {
  const { replacements, missing } = resolveReferences(references, reports);
  const own = noReplacements();
  own.strings.set(RETRIES, String(declared.retries));
  const substituted = definitions.withValues(written, mergeReplacements(values, own, replacements));
  const task = definitions.readTask(substituted);
  const combinations = task.matrix ? combinationsOf(task.matrix) : [{ params: [] }];
  return { task, missing, written: substituted, combinations };
}

/** Returns the text for people about one combination: that of its include, or that of the task. */
export function displayNameOf({ task }: PreparedTask, { params, includeName }: Combination): string | undefined {
  const text = includeName ?? task.displayName;
  if (text === undefined) return undefined;
  const strings = new Map<string, string>();
  for (const { name, value } of [...task.params, ...params])
    if (typeof value === 'string') strings.set(`params.${name}`, value);
  return substitute(text, { strings });
}
