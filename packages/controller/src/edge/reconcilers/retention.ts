/**
 * Deletes the finished runs that `planRetention` finds expired; the garbage collector deletes what they own.
 *
 * One key of the queue stands for all runs. A run that finishes adds it with a delay, so that one pass handles many runs; after a restart
 * the first list adds it. Relies on preconditions: a run that has changed since is not deleted.
 */

import type { KubeClient, ReconcileRequest, Result } from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import { awaitsDelivery, isDone, resourceOf, type PipelineRunObject, type TaskRunObject } from '@pipewright/tekton';
import { isFinished, planRetention, type FinishableRun, type RetentionPolicy, type Run } from '../../run/retention.js';
import type { Log } from '../log.js';
import type { MutationCache } from '../mutation-cache.js';

/** The queue's only key. */
const ALL_RUNS = 'finished runs';
/** Milliseconds from a run's end to the next pass; more for each run that exists, so that passes stay a small part of the work. */
const DELAY_MS = 1000;
const DELAY_PER_RUN_MS = 0.1;
/** Runs deleted at once. */
const PARALLEL = 8;
/** The maximum number of milliseconds between two passes: the wall clock, which determines the age of runs, can be set. */
const MAX_INTERVAL_MS = 3_600_000;
/** Milliseconds until a rejected deletion is retried; doubled each time, up to the maximum. */
const INITIAL_RETRY_DELAY_MS = 1000;
const MAX_RETRY_DELAY_MS = 600_000;

/** What finished runs are deleted with. */
export interface RetentionDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly pipelineRuns: MutationCache<PipelineRunObject>;
  readonly taskRuns: MutationCache<TaskRunObject>;
}

/** When a deletion is retried, on the monotonic clock. */
interface Retry {
  readonly due: number;
  readonly waitMs: number;
}

/** Keeps the number and age of finished runs within a policy. */
export class RunRetention {
  readonly #deps: RetentionDeps;
  readonly #policy: RetentionPolicy;
  /** Uids of runs that were deleted and are still in the caches. */
  #deleted = new Set<string | undefined>();
  /** By uid: runs whose deletion was rejected. */
  #failedDeletions = new Map<string | undefined, Retry>();
  #isStopped = false;

  constructor(deps: RetentionDeps, policy: RetentionPolicy) {
    this.#deps = deps;
    this.#policy = policy;
  }

  /** Returns the request for a pass if this run has finished. */
  requests(run: FinishableRun | undefined): readonly ReconcileRequest[] {
    if (!run || !isFinished(run)) return [];
    const { pipelineRuns, taskRuns } = this.#deps;
    const afterMs = DELAY_MS + Math.ceil(DELAY_PER_RUN_MS * (pipelineRuns.size + taskRuns.size));
    return [{ key: ALL_RUNS, afterMs }];
  }

  /** Starts no more deletions. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Deletes the runs that have expired. */
  async reconcile(): Promise<Result> {
    const { pipelineRuns, taskRuns, clock } = this.#deps;
    const cached: readonly Run[] = [...pipelineRuns.list(), ...taskRuns.list()];
    const uids = new Set(cached.map(({ metadata }) => metadata.uid));
    this.#deleted = new Set([...this.#deleted].filter((uid) => uids.has(uid)));
    this.#failedDeletions = new Map([...this.#failedDeletions].filter(([uid]) => uids.has(uid)));
    const { expired, requeueAfterMs = MAX_INTERVAL_MS } = planRetention(
      {
        runs: cached.filter(({ metadata }) => !this.#deleted.has(metadata.uid)),
        isSettled: (run) => this.#isSettled(run),
        now: clock.date(),
      },
      this.#policy,
    );
    const before = this.#deleted.size;
    const left = [...expired];
    const failures: unknown[] = [];
    await Promise.all(Array.from({ length: PARALLEL }, () => this.#deleteAll(left, failures)));
    const again = this.#retryDelayMs(requeueAfterMs);
    if (failures.length > 0) {
      const counts = { failed: failures.length, deleted: this.#deleted.size - before };
      const retryIn = this.#retryDelayMs(MAX_INTERVAL_MS);
      this.#deps.log.warn('finished runs could not be deleted', { ...counts, error: String(failures[0]), retryIn });
    }
    return { requeueAfterMs: again };
  }

  /** Returns the milliseconds until the next rejected deletion is retried, or `otherwise` if that is earlier. */
  #retryDelayMs(otherwise: number): number {
    const now = this.#deps.clock.now();
    let earliest = Math.min(otherwise, MAX_INTERVAL_MS);
    for (const { due } of this.#failedDeletions.values()) if (due > now) earliest = Math.min(earliest, due - now);
    return earliest;
  }

  /** Whether a run can be deleted now: its TaskRuns have ended, their CloudEvents are delivered, and no rejection was recent. */
  #isSettled(run: Run): boolean {
    const retry = this.#failedDeletions.get(run.metadata.uid);
    if (retry && retry.due > this.#deps.clock.now()) return false;
    const own: readonly TaskRunObject[] =
      run.kind === 'TaskRun' ? [run] : [...this.#deps.taskRuns.ownedBy(run.metadata.uid ?? '').values()];
    return own.every(({ status }) => isDone(status) && !awaitsDelivery(status));
  }

  /** Deletes runs of a list that concurrent calls share, and collects the failures. */
  async #deleteAll(left: Run[], failures: unknown[]): Promise<void> {
    for (let run = left.shift(); run && !this.#isStopped; run = left.shift()) {
      const { uid } = run.metadata;
      try {
        await this.#delete(run);
        this.#failedDeletions.delete(uid);
      } catch (error) {
        failures.push(error);
        const waitMs = Math.min(
          (this.#failedDeletions.get(uid)?.waitMs ?? INITIAL_RETRY_DELAY_MS / 2) * 2,
          MAX_RETRY_DELAY_MS,
        );
        this.#failedDeletions.set(uid, { due: this.#deps.clock.now() + waitMs, waitMs });
      }
    }
  }

  async #delete(run: Run): Promise<void> {
    const { kind, metadata } = run;
    const { namespace, name = '', uid, resourceVersion } = metadata;
    await this.#deps.client.delete(
      resourceOf(run),
      { namespace, name },
      { uid, resourceVersion, propagationPolicy: 'Background' },
    );
    this.#deleted.add(uid);
    this.#deps.log.info('deleted a finished run', { kind, namespace, name });
  }
}
