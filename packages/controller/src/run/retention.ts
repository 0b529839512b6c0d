/**
 * Decides which finished runs are deleted: those beyond the number to keep, and those that are too old.
 *
 *     finished runs ──▶ groups (namespace and Pipeline or Task) ──▶ newest first ──▶ kept │ expired
 *
 * Pure: the same runs, policy and time give the same decision. Running runs are in no group.
 */

import { isDone, succeededCondition, type PipelineRunObject, type TaskRunObject } from '@pipewright/tekton';

/** How many finished runs are kept, and for how long. An absent limit does not apply; without limits, all are kept. */
export interface RetentionPolicy {
  /** Finished runs of each group. */
  readonly count?: number;
  /** Milliseconds since the run finished. */
  readonly ageMs?: number;
}

/** A run without an owner. */
export type Run = PipelineRunObject | TaskRunObject;

/** Everything a decision depends on. */
export interface ObservedRuns {
  readonly runs: readonly Run[];
  /** Reports whether a finished run needs no more work: its TaskRuns have ended, and their CloudEvents are delivered. */
  readonly isSettled: (run: Run) => boolean;
  readonly now: Date;
}

/** Which runs are deleted, and when to decide again. */
export interface RetentionDecision {
  /** Runs to delete, the oldest of each group first. */
  readonly expired: readonly Run[];
  /** Milliseconds until the next run expires if nothing changes first. Absent: only a change matters. */
  readonly requeueAfterMs?: number;
}

/** Milliseconds until an expired run that is not settled is checked again; usually its own changes come first. */
const UNSETTLED_REQUEUE_MS = 60_000;

/** The fields that tell whether a run has finished. */
export interface FinishableRun {
  readonly metadata: { readonly ownerReferences?: readonly unknown[]; readonly deletionTimestamp?: string };
  readonly status?: Run['status'];
}

/** Reports whether retention applies to a run: it has ended, has no owner and is not being deleted. */
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
  /** When it finished, in milliseconds since the epoch. */
  readonly at: number;
  /** Whether that is in the future, because the clock was set back. */
  readonly isBeforeJump: boolean;
}

function toFinished(run: Run, nowMs: number): Finished {
  const at = finishedAt(run);
  return { run, at, isBeforeJump: at > nowMs + CLOCK_SKEW };
}

/**
 * Orders runs with the newest first. Runs that finished before the clock was set back come after those that finished since, which would
 * otherwise be deleted at once. Names break ties, so that the order is deterministic.
 */
const newerFirst = (a: Finished, b: Finished): number =>
  Number(a.isBeforeJump) - Number(b.isBeforeJump) ||
  b.at - a.at ||
  ((a.run.metadata.name ?? '') < (b.run.metadata.name ?? '') ? 1 : -1);

/** Returns when a run finished, in milliseconds since the epoch. Cancelled runs of Tekton have no completionTime. */
function finishedAt({ metadata, status }: Run): number {
  const times = [status?.completionTime, succeededCondition(status)?.lastTransitionTime, metadata.creationTimestamp];
  return times.map((time) => Date.parse(time ?? '')).find((time) => !Number.isNaN(time)) ?? 0;
}

/** Groups runs by namespace and by what they run. */
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

/** Returns the group of a run: its Pipeline or Task, or its `generateName` if its spec is embedded. */
function groupOf(run: Run): string {
  const { namespace = '', generateName = '' } = run.metadata;
  const ref = run.kind === 'PipelineRun' ? run.spec.pipelineRef : run.spec.taskRef;
  const kind = run.kind === 'PipelineRun' ? 'Pipeline' : (run.spec.taskRef?.kind ?? 'Task');
  return JSON.stringify(ref ? [namespace, kind, ref.name] : [namespace, run.kind, generateName]);
}
