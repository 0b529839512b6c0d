/**
 * How often a PipelineRun is looked at, and how often its progress is written.
 *
 * A look goes over all of a run's tasks and its status repeats those of all its TaskRuns, so a look and a write for each of n tasks
 * that end would cost the square of n. Both therefore leave time in proportion to the tasks, and what happens meanwhile is one look
 * and one write. Safe to put off: what is decided depends on the TaskRuns, which are written as ever, and who reads the status sees it
 * a moment later. The first look, a run's beginning and its end are never put off.
 */

import type { Clock } from '@pipewright/kube';
import type { PipelineRun, PipelineRunStatus } from '@pipewright/tekton';
import { isDone } from '../run/condition.js';

/** Milliseconds between two writes. */
const PAUSE = 100;
/** Milliseconds more for each task that the status tells of. */
const PAUSE_A_TASK = 3;
/**
 * Milliseconds between two looks, for each task that there is: some times of what a look itself takes. Less after one that found
 * something to do, for in a chain there is the next to be done soon. With a hundred tasks both come to nothing.
 */
const REST_A_TASK = { idle: 0.005, busy: 0.001 } as const;

interface Written {
  readonly version: string | undefined;
  readonly at: number;
}

/** Remembers when each run, by its key, was looked at and written last. */
export class Pace {
  readonly #clock: Clock;
  readonly #written = new Map<string, Written>();
  /** When each run may be looked at again. */
  readonly #rested = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until a run may be looked at; 0: now. */
  rest(key: string): number {
    return Math.max(0, Math.ceil((this.#rested.get(key) ?? 0) - this.#clock.now()));
  }

  /** Notes that a run has been looked at. `tasks`: how many the look went over; `acted`: whether there was something to do. */
  looked(key: string, tasks: number, acted: boolean): void {
    const rest = Math.floor(tasks * REST_A_TASK[acted ? 'busy' : 'idle']);
    if (rest > 0) this.#rested.set(key, this.#clock.now() + rest);
    else this.#rested.delete(key);
  }

  /** Milliseconds until `status`, which tells of so many tasks, may be written; 0: now. A run that somebody else has written since may be written at once. */
  wait(key: string, run: PipelineRun, status: PipelineRunStatus, tasks: number): number {
    const written = this.#written.get(key);
    const ends = isDone(status) && !isDone(run.status);
    if (!written || written.version !== run.metadata.resourceVersion || ends) return 0;
    const pause = PAUSE + PAUSE_A_TASK * tasks;
    return Math.max(0, Math.ceil(written.at + pause - this.#clock.now()));
  }

  /** Notes that a run has been written; `run`: what the server answered. */
  wrote(key: string, { metadata: { resourceVersion: version } }: PipelineRun): void {
    this.#written.set(key, { version, at: this.#clock.now() });
  }

  /** Forgets a run about which there is nothing more to do. */
  forget(key: string): void {
    this.#written.delete(key);
    this.#rested.delete(key);
  }
}
