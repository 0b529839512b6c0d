/** The status formats and rules of runs, by the API version of the run. */

import type { PipelineRunFormat, StatusOf, TaskRunFormat } from '../execution/status-format.js';
import type { PipelineRunRules } from '../execution/pipeline-run-rules.js';
import type { TaskRunRules } from '../execution/task-run-rules.js';
import type { RunObject } from '../model/run-status.js';
import type { ApiVersion } from '../validation/api-version.js';
import { findVersion, tryFindVersion } from './versions.js';

/** Returns the format of a TaskRun's status. Throws if TaskRuns of its version are not executed. */
export const taskRunFormatOf = <R extends RunObject>({ apiVersion }: R): TaskRunFormat<StatusOf<R>> =>
  formatOf(apiVersion, 'taskRunFormat') as TaskRunFormat<StatusOf<R>>; // a version writes the statuses of its own runs

/** Returns the format of a PipelineRun's status. Throws if PipelineRuns of its version are not executed. */
export const pipelineRunFormatOf = <R extends RunObject>({ apiVersion }: R): PipelineRunFormat<R> =>
  formatOf(apiVersion, 'pipelineRunFormat') as PipelineRunFormat<R>; // likewise

/** Returns the rules for a TaskRun. Throws if TaskRuns of its version are not executed. */
export const taskRunRulesOf = ({ apiVersion }: { readonly apiVersion: string }): TaskRunRules =>
  formatOf(apiVersion, 'taskRunRules');

/** Returns the rules for a PipelineRun. Throws if PipelineRuns of its version are not executed. */
export const pipelineRunRulesOf = ({ apiVersion }: { readonly apiVersion: string }): PipelineRunRules =>
  formatOf(apiVersion, 'pipelineRunRules');

/** Whether runs of this API version are executed; others are only checked. */
export function isExecuted(apiVersion: string, kind = 'PipelineRun'): boolean {
  const version = tryFindVersion(apiVersion);
  return kind === 'TaskRun' ? version?.taskRunFormat !== undefined : version?.isExecuted === true;
}

function formatOf<F extends 'taskRunFormat' | 'pipelineRunFormat' | 'taskRunRules' | 'pipelineRunRules'>(
  apiVersion: string,
  field: F,
): NonNullable<ApiVersion[F]> {
  const format = findVersion(apiVersion)[field];
  if (!format) throw new Error(`runs of ${apiVersion} are not executed`);
  return format;
}
