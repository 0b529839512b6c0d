/**
 * The deadlines of a PipelineRun: of the whole run, of its `tasks` and of its `finally`.
 *
 * Pure. Without a timeout of its own, a section has what the run's timeout leaves, if the other section has one.
 */

import type { PipelineRunModel } from '../model/model.js';
import { deadlineOf } from './condition.js';

/** Timeouts in milliseconds. Absent: no limit. */
export interface RunTimeouts {
  readonly pipeline?: number;
  readonly tasks?: number;
  readonly finally?: number;
}

type TimeoutFields = Pick<PipelineRunModel, 'timeoutMs' | 'tasksTimeoutMs' | 'finallyTimeoutMs'>;

const limit = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined || milliseconds <= 0 ? undefined : milliseconds;

/** Returns the timeouts of a run. `defaultMs`: for a run that sets none; 0 = no limit. */
export function timeoutsOf(run: TimeoutFields, defaultMs: number): RunTimeouts {
  const pipeline = limit(run.timeoutMs ?? defaultMs);
  const restOf = (other: number | undefined): number | undefined =>
    pipeline === undefined || limit(other) === undefined ? undefined : limit(pipeline - (other ?? 0));
  const tasks = run.tasksTimeoutMs === undefined ? restOf(run.finallyTimeoutMs) : limit(run.tasksTimeoutMs);
  const last = run.finallyTimeoutMs === undefined ? restOf(run.tasksTimeoutMs) : limit(run.finallyTimeoutMs);
  return {
    ...(pipeline !== undefined && { pipeline }),
    ...(tasks !== undefined && { tasks }),
    ...(last !== undefined && { finally: last }),
  };
}

/** Which limits have passed, and when the next one does. */
export interface ElapsedTimeouts {
  readonly pipeline: boolean;
  readonly tasks: boolean;
  readonly finally: boolean;
  /** Absent: no limit is left. */
  readonly next?: Date;
}

/** Returns what has passed at `now`. `start` and `finallyStart` are the times of the status; absent: not started. */
export function elapsedTimeouts(
  timeouts: RunTimeouts,
  { start, finallyStart }: { readonly start?: string | undefined; readonly finallyStart?: string | undefined },
  now: Date,
): ElapsedTimeouts {
  const deadlines = {
    pipeline: deadlineOf(start, timeouts.pipeline ?? 0),
    tasks: deadlineOf(start, timeouts.tasks ?? 0),
    finally: deadlineOf(finallyStart, timeouts.finally ?? 0),
  };
  const hasPassed = (deadline: Date | undefined): boolean => deadline !== undefined && now >= deadline;
  const left = Object.values(deadlines).flatMap((deadline) => (deadline && now < deadline ? [deadline.getTime()] : []));
  return {
    pipeline: hasPassed(deadlines.pipeline),
    tasks: hasPassed(deadlines.tasks),
    finally: hasPassed(deadlines.finally),
    ...(left.length > 0 && { next: new Date(Math.min(...left)) }),
  };
}
