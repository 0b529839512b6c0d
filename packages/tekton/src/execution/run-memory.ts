/**
 * The children recorded in the status of a PipelineRun: the state that the planner keeps between reconciles.
 *
 * Independent of the API version: each version reads it from its own status. The planner also observes the existing
 * TaskRuns; the recorded state covers deleted TaskRuns and names that were assigned earlier.
 */

import type { WhenModel } from '../model/model.js';
import type { SkipReason } from './schedule.js';

/** The state of a child. `planned`: it has a name, but its TaskRun is not created yet. */
export type ChildOutcome = 'planned' | 'running' | 'succeeded' | 'failed';

/** The recorded state of one TaskRun of the run. */
export interface RecordedChild {
  /** The pipeline task that it runs, or that the check belongs to. */
  readonly task: string;
  /** Number of earlier attempts. */
  readonly attempt: number;
  /** `skipped`: a condition check failed, so the task does not run. */
  readonly outcome: ChildOutcome | 'skipped';
}

/** The recorded state of a condition check. */
export interface RecordedCheck extends RecordedChild {
  readonly condition: string;
  readonly outcome: ChildOutcome;
}

/** The recorded state of a task's own TaskRun, with its condition checks by name of their TaskRuns. */
export interface RecordedTask extends RecordedChild {
  readonly checks: ReadonlyMap<string, RecordedCheck>;
}

/** A task that was skipped. */
export interface RecordedSkip {
  readonly reason: SkipReason;
  /** Its expressions with their values. Absent: they do not matter. */
  readonly when?: readonly WhenModel[];
}

/** What a status says about a run of a task, beside its state. */
export interface RecordedReference {
  readonly displayName?: string;
  /** The expressions that held when it started, with their values. */
  readonly when?: readonly WhenModel[];
}

/** The recorded state of all children of a run. */
export interface RunMemory {
  /** By name of the TaskRun, in the order of the status. */
  readonly tasks: ReadonlyMap<string, RecordedTask>;
  /** Names of all created TaskRuns, including those of condition checks. */
  readonly created: ReadonlySet<string>;
  /** By name of the task. */
  readonly skipped: ReadonlyMap<string, RecordedSkip>;
  /** By name of the run. */
  readonly references: ReadonlyMap<string, RecordedReference>;
  /** The pipeline that the run executes, with the values of its params. Absent: the status does not record it. */
  readonly pipeline?: object;
}
