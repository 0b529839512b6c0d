/**
 * What the status of a PipelineRun records of its children: the planner's memory from one reconcile to the next.
 *
 * Independent of the API version: each version reads it from its own status, so one planner serves all. The TaskRuns that exist are
 * observed besides; the memory tells of those that no longer exist, and of names that were assigned earlier.
 */

/** How a child ended, or how far it has come. `planned`: it has a name, and no TaskRun was created. */
export type ChildOutcome = 'planned' | 'running' | 'succeeded' | 'failed';

/** What is recorded of one TaskRun of the run. */
export interface RecordedChild {
  /** The pipeline task that it runs, or that its check belongs to. */
  readonly task: string;
  /** How many attempts ended before this one. */
  readonly attempt: number;
  /** `skipped`: a check of the task has failed, so it does not run. */
  readonly outcome: ChildOutcome | 'skipped';
}

/** What is recorded of a check of a task. */
export interface RecordedCheck extends RecordedChild {
  readonly condition: string;
  readonly outcome: ChildOutcome;
}

/** What is recorded of a task's own TaskRun, with the checks of the task by name of their TaskRuns. */
export interface RecordedTask extends RecordedChild {
  readonly checks: ReadonlyMap<string, RecordedCheck>;
}

/** The planner's memory. */
export interface RunMemory {
  /** By name of the TaskRun, in the order of the status. */
  readonly tasks: ReadonlyMap<string, RecordedTask>;
  /** Names of all TaskRuns that were created, those of checks included. */
  readonly created: ReadonlySet<string>;
}
