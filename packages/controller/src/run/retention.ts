/**
 * Decides which finished runs are deleted: those beyond the number to keep, and those that are too old.
 *
 *     finished runs ──▶ groups (namespace and Pipeline or Task) ──▶ newest first ──▶ kept │ expired
 *
 * Pure: the same runs, policy and time give the same answer, whatever was deleted before. A run that goes on is in no group.
 */

import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import { isDone, succeededCondition } from './condition.js';

/** How many finished runs are kept, and for how long. A limit that is absent does not limit; without any, all are kept. */
export interface RetentionPolicy {
  /** Finished runs of each group. */
  readonly count?: number;
  /** Milliseconds since the run finished. */
  readonly ageMs?: number;
}

/** A run that nothing else owns. */
export type Run = PipelineRun | TaskRun;

/** All that a decision may depend on. */
export interface ObservedRuns {
  readonly runs: readonly Run[];
  /** Whether nothing is left to do for a finished run: its TaskRuns have ended, and their CloudEvents are delivered. */
  readonly isSettled: (run: Run) => boolean;
  readonly now: Date;
}

/** What is to be. */
export interface RetentionDecision {
  /** Runs to delete, the oldest of each group first. */
  readonly expired: readonly Run[];
  /** Milliseconds until the next one expires if nothing changes first. Absent: only a change can matter. */
  readonly requeueAfterMs?: number;
}

/** Milliseconds until an expired run that is not settled is looked at again; its own changes come first as a rule. */
const UNSETTLED_REQUEUE_MS = 60_000;

/** What tells whether a run has finished. */
export interface FinishableRun {
  readonly metadata: { readonly ownerReferences?: readonly unknown[]; readonly deletionTimestamp?: string };
  readonly status?: Run['status'];
}

/** Whether retention is about this run: it has ended, belongs to nothing else and is not being deleted. */
export const isFinished = ({ metadata, status }: FinishableRun): boolean =>
  isDone(status) && !metadata.ownerReferences?.length && metadata.deletionTimestamp === undefined;

/** The rules. */
export function planRetention({ runs, isSettled, now }: ObservedRuns, policy: RetentionPolicy): RetentionDecision {
  const { count = Infinity, ageMs = Infinity } = policy;
  const expired: Run[] = [];
  let requeueAfterMs = Infinity;
  for (const group of groupsOf(runs.filter(isFinished))) {
    const newestFirst = group.map((run) => toFinished(run, now.getTime())).toSorted(newerFirst);
    for (const [index, { run, at }] of [...newestFirst.entries()].toReversed()) {
      const remainingMs = at + ageMs - now.getTime();
      if (index < count && remainingMs > 0) requeueAfterMs = Math.min(requeueAfterMs, remainingMs);
      else if (isSettled(run)) expired.push(run);
      else requeueAfterMs = Math.min(requeueAfterMs, UNSETTLED_REQUEUE_MS);
    }
  }
  return { expired, ...(requeueAfterMs < Infinity && { requeueAfterMs }) };
}

/** Milliseconds by which another machine's clock may be ahead of this one. */
const CLOCK_SKEW = 60_000;

interface Finished {
  readonly run: Run;
  /** When it finished, in milliseconds since 1970. */
  readonly at: number;
  /** Whether that is in the future: the clock was set back since. */
  readonly isBeforeJump: boolean;
}

function toFinished(run: Run, nowMs: number): Finished {
  const at = finishedAt(run);
  return { run, at, isBeforeJump: at > nowMs + CLOCK_SKEW };
}

/**
 * The order of runs, the newest first. Runs that finished before the clock was set back come after those that finished since, which would
 * be deleted at once otherwise. Names decide where times are equal, so that the order is the same every time.
 */
const newerFirst = (a: Finished, b: Finished): number =>
  Number(a.isBeforeJump) - Number(b.isBeforeJump) ||
  b.at - a.at ||
  ((a.run.metadata.name ?? '') < (b.run.metadata.name ?? '') ? 1 : -1);

/** When a run finished, in milliseconds since 1970. Tekton gives a cancelled run no completionTime. */
function finishedAt({ metadata, status }: Run): number {
  const times = [status?.completionTime, succeededCondition(status)?.lastTransitionTime, metadata.creationTimestamp];
  return times.map((time) => Date.parse(time ?? '')).find((time) => !Number.isNaN(time)) ?? 0;
}

/** Runs by namespace and what they run. */
function groupsOf(runs: readonly Run[]): Iterable<readonly Run[]> {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const key = groupOf(run);
    const known = groups.get(key);
    if (known) known.push(run);
    else groups.set(key, [run]);
  }
  return groups.values();
}

/** What a run runs: a Pipeline, a Task, or a spec of its own. Those are told apart by `generateName`, which their names begin with. */
function groupOf(run: Run): string {
  const { namespace = '', generateName = '' } = run.metadata;
  const ref = run.kind === 'PipelineRun' ? run.spec.pipelineRef : run.spec.taskRef;
  const kind = run.kind === 'PipelineRun' ? 'Pipeline' : (run.spec.taskRef?.kind ?? 'Task');
  return JSON.stringify(ref ? [namespace, kind, ref.name] : [namespace, run.kind, generateName]);
}
