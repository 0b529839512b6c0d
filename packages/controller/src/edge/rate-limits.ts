/**
 * Limits how often a PipelineRun is reconciled and how often its status is written.
 *
 * Both cost time in proportion to the number of tasks, so their intervals grow with it; otherwise n finished tasks would cost the
 * square of n. The first reconcile, the start and the end of a run are never delayed.
 */

import type { Clock } from '@pipewright/apimachinery';
import { isDone, type PipelineRunObject, type RunStatus } from '@pipewright/tekton';

/** Milliseconds between two writes. */
const STATUS_WRITE_INTERVAL_MS = 100;
/** Additional milliseconds for each task in the status. */
const STATUS_WRITE_INTERVAL_PER_TASK_MS = 3;
/**
 * Milliseconds between two reconciles for each task: a multiple of what a reconcile takes. Less after one that acted, because in a chain
 * the next action follows soon. With a hundred tasks both round down to zero.
 */
const RECONCILE_INTERVAL_PER_TASK_MS = { idle: 0.005, busy: 0.001 } as const;

interface Written {
  readonly version: string | undefined;
  readonly at: number;
}

/** Records when each run, by its key, was last reconciled and written. */
export class RunRateLimiter {
  readonly #clock: Clock;
  readonly #written = new Map<string, Written>();
  /** When each run may be reconciled again. */
  readonly #nextReconcile = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the milliseconds until a run may be reconciled; 0: now. */
  reconcileDelayMs(key: string): number {
    return Math.max(0, Math.ceil((this.#nextReconcile.get(key) ?? 0) - this.#clock.now()));
  }

  /** Records a reconcile. `taskCount`: the tasks that it evaluated; `hasActed`: whether it changed anything. */
  reconciled(key: string, taskCount: number, hasActed: boolean): void {
    const delayMs = Math.floor(taskCount * RECONCILE_INTERVAL_PER_TASK_MS[hasActed ? 'busy' : 'idle']);
    if (delayMs > 0) this.#nextReconcile.set(key, this.#clock.now() + delayMs);
    else this.#nextReconcile.delete(key);
  }

  /** Returns the milliseconds until `status`, with this many tasks, may be written; 0: now, also if another client has written the run. */
  writeDelayMs(key: string, run: PipelineRunObject, status: RunStatus, taskCount: number): number {
    const written = this.#written.get(key);
    const isEnd = isDone(status) && !isDone(run.status);
    if (!written || written.version !== run.metadata.resourceVersion || isEnd) return 0;
    const intervalMs = STATUS_WRITE_INTERVAL_MS + STATUS_WRITE_INTERVAL_PER_TASK_MS * taskCount;
    return Math.max(0, Math.ceil(written.at + intervalMs - this.#clock.now()));
  }

  /** Records that a run has been written; `run`: the server's response. */
  statusWritten(key: string, { metadata: { resourceVersion: version } }: PipelineRunObject): void {
    this.#written.set(key, { version, at: this.#clock.now() });
  }

  /** Drops a run that needs no more reconciles. */
  forget(key: string): void {
    this.#written.delete(key);
    this.#nextReconcile.delete(key);
  }
}
