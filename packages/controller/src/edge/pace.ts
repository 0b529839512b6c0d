/**
 * How often the progress of a PipelineRun is written.
 *
 * Its status repeats those of all its TaskRuns, so a write for each of n tasks that end would write the square of n. That tasks
 * go on is therefore written at once when nothing was for a while, and otherwise once for all that happens within a tenth of a
 * second, and three milliseconds more a task. Safe to put off: what is decided depends on the TaskRuns, which are written as ever, and
 * who reads the status sees it a moment later. Its beginning and its end are never put off.
 */

import type { Clock } from '@pipewright/kube';
import type { PipelineRun, PipelineRunStatus } from '@pipewright/tekton';
import { isDone } from '../condition.js';

/** Milliseconds between two writes. */
const PAUSE = 100;
/** Milliseconds more for each task that the status tells of. */
const PAUSE_A_TASK = 3;

interface Written {
  readonly version: string | undefined;
  readonly at: number;
}

/** Remembers when each run was written last. */
export class Pace {
  readonly #clock: Clock;
  readonly #written = new Map<string, Written>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until `status` may be written; 0: now. A run that somebody else has written since may be written at once. */
  wait(run: PipelineRun, status: PipelineRunStatus): number {
    const { uid = '', resourceVersion } = run.metadata;
    const written = this.#written.get(uid);
    if (isDone(status)) this.#written.delete(uid);
    if (!written || written.version !== resourceVersion || isDone(status)) return 0;
    const pause = PAUSE + PAUSE_A_TASK * Object.keys(status.taskRuns ?? {}).length;
    return Math.max(0, Math.ceil(written.at + pause - this.#clock.now()));
  }

  /** Notes that a run has been written; `run`: what the server answered. */
  wrote(run: PipelineRun | undefined): void {
    if (!run || isDone(run.status)) return;
    const { uid = '', resourceVersion: version } = run.metadata;
    this.#written.set(uid, { version, at: this.#clock.now() });
  }
}
