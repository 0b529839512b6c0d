/**
 * Decisions about the status of a PipelineRun: what is written, and when.
 *
 * Pure. The format of the status belongs to the run's API version (packages/tekton).
 */

import {
  isDone,
  pipelineRunFormatOf,
  type ConditionUpdate,
  type PipelineProgress,
  type PipelineRunObject,
  type RunStatus,
} from '@pipewright/tekton';
import { sameJson } from '../run/merge-patch.js';
import type { ObservedPipelineRun } from './observed.js';
import type { TaskState } from './task-state.js';

/** What a status reports besides the observed TaskRuns. */
export interface StatusChanges {
  /** Absent if the condition does not change. */
  readonly update?: ConditionUpdate;
  /** Absent if the pipeline is unknown, or if its tasks no longer matter. */
  readonly taskStates?: readonly TaskState[];
  /** Absent: nothing is reported beside the condition and the TaskRuns. */
  readonly progress?: PipelineProgress;
  /** Names of the TaskRuns that are about to be created, including those of checks. */
  readonly creating?: ReadonlySet<string>;
}

/** Returns the status of a run after these changes. */
export const pipelineRunStatus = (
  { run, taskRuns, now }: Pick<ObservedPipelineRun, 'run' | 'taskRuns' | 'now'>,
  { update, taskStates: tasks = [], progress, creating = new Set() }: StatusChanges,
): RunStatus =>
  pipelineRunFormatOf(run).write(run, {
    ...(update && { update }),
    tasks,
    taskRuns,
    creating,
    ...(progress && { pipeline: progress }),
    now,
  });

/** Reports whether a run still needs reconciles: it or a TaskRun has not ended, or a CloudEvent is not delivered. */
export const needsReconcile = (run: PipelineRunObject): boolean =>
  run.status === undefined || !isDone(run.status) || !pipelineRunFormatOf(run).areChildrenDone(run.status);

/**
 * Reports whether a new status is worth a write: whether it differs in more than the steps of running tasks.
 *
 * The status may repeat the statuses of its TaskRuns. Writing the progress of each step here too would cost one write of the whole status
 * per step.
 */
export function isSignificantChange(run: PipelineRunObject, status: RunStatus): boolean {
  const format = pipelineRunFormatOf(run);
  return !sameJson(format.withoutSteps(run.status ?? {}), format.withoutSteps(status));
}
