/** The status formats of runs, by the API version of the run. */

import type { PipelineRunFormat, StatusOf, TaskRunFormat } from '../execution/status-format.js';
import type { RunObject } from '../model/run-status.js';
import { findVersion } from './versions.js';

/** Returns the format of a TaskRun's status. Throws if the version of the TaskRun is not supported. */
export const taskRunFormatOf = <R extends RunObject>({ apiVersion }: R): TaskRunFormat<StatusOf<R>> =>
  findVersion(apiVersion).taskRunFormat as TaskRunFormat<StatusOf<R>>; // a version writes the statuses of its own runs

/** Returns the format of a PipelineRun's status. Throws if the version of the PipelineRun is not supported. */
export const pipelineRunFormatOf = <R extends RunObject>({ apiVersion }: R): PipelineRunFormat<R> =>
  findVersion(apiVersion).pipelineRunFormat as PipelineRunFormat<R>; // likewise
