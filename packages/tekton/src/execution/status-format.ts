/**
 * How an API version stores the state of runs in their statuses: the part of its interface that execution uses.
 *
 * Members are methods, so that an implementation takes the types of its own version; the table of versions passes it no other objects.
 */

import type { RunObject, RunStatus } from '../model/run-status.js';
import type { ParamValue } from '../model/param.js';
import type { RunFailure } from '../model/run-failure.js';
import type { PodReport, RunProgress, StartedTask } from './run-progress.js';
import type { RunMemory } from './run-memory.js';

/** The status of a run object. */
export type StatusOf<R extends RunObject> = NonNullable<R['status']>;

/** A result of a Task, with the value that its TaskRun has recorded. */
export interface RecordedResult {
  readonly name: string;
  readonly value: ParamValue;
}

/** The format of the statuses of TaskRuns. */
export interface TaskRunFormat<S extends RunStatus = RunStatus> {
  /** Returns a status with the Task that the run executes. */
  withTask(before: S, started: StartedTask): S;
  /** Returns a status with the state of the attempt's pod. Conditions and times stay. */
  withPod(before: S, pod: PodReport): S;
  /** Returns the status of the next attempt: pending, with the status of this attempt recorded. */
  nextAttempt(before: S | undefined, now: Date): S;
  /** Returns why the results of a run whose steps have succeeded are invalid; undefined if they are valid. */
  resultsFailure(status: S): RunFailure | undefined;
  /** Returns the number of earlier attempts. */
  attempt(status: S | undefined): number;
  /** Returns the results of the Task. */
  results(status: S | undefined): readonly RecordedResult[];
}

/** The format of the statuses of PipelineRuns. */
export interface PipelineRunFormat<R extends RunObject = RunObject> {
  /** Returns the status of a run in this state. May defer work until the status is read. */
  write(run: R, progress: RunProgress): StatusOf<R>;
  /** Returns what the status records of the run's children. */
  readMemory(status: R['status']): RunMemory;
  /** Returns the status without the parts that change with each step and that the statuses of the children contain too. */
  withoutSteps(status: StatusOf<R>): unknown;
  /** Reports whether all children that the status lists have ended, and need nothing more. */
  areChildrenDone(status: StatusOf<R>): boolean;
}
