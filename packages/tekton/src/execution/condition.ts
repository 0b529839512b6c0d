/**
 * The condition `Succeeded` of a run and its rules, the same in every API version: Unknown while the run is running, then True or
 * False permanently; `lastTransitionTime` changes only with `status`.
 */

import type { RunStatus, StatusCondition } from '../model/run-status.js';
import { timestamp } from '@pipewright/apimachinery';

/** A condition without its time. */
export interface ConditionUpdate {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** A status of a run, or a part of one. */
type StatusWithConditions = Pick<RunStatus, 'conditions'>;

/** Returns the condition of type `Succeeded`; undefined before the first reconcile. */
export const succeededCondition = (status: StatusWithConditions | undefined): StatusCondition | undefined =>
  status?.conditions?.find(({ type }) => type === 'Succeeded');

/** Reports whether the run has ended. */
export function isDone(status: StatusWithConditions | undefined): boolean {
  const outcome = succeededCondition(status)?.status;
  return outcome === 'True' || outcome === 'False';
}

/** Reports whether the run has succeeded. */
export const hasSucceeded = (status: StatusWithConditions | undefined): boolean =>
  succeededCondition(status)?.status === 'True';

/** Returns the conditions after an update at `now`. The condition of a run that has ended does not change. */
export function conditionsOf(
  before: StatusWithConditions | undefined,
  update: ConditionUpdate,
  now: Date,
): readonly StatusCondition[] {
  const current = succeededCondition(before);
  if (current && isDone(before)) return [current];
  const since = current?.status === update.status ? (current.lastTransitionTime ?? timestamp(now)) : timestamp(now);
  return [{ type: 'Succeeded', ...update, lastTransitionTime: since }];
}

/** Returns the time that is recorded, or the present one. */
export const timeOrNow = (recorded: string | undefined, now: Date): string => recorded ?? timestamp(now);

/** Returns a status with a new condition. Sets the start time the first time, and the completion time at the end. */
export function statusWithCondition<S extends RunStatus>(before: S, update: ConditionUpdate, now: Date): S {
  return {
    ...before,
    conditions: conditionsOf(before, update, now),
    startTime: before.startTime ?? timestamp(now),
    ...(update.status !== 'Unknown' && { completionTime: before.completionTime ?? timestamp(now) }),
  };
}

/**
 * Returns the deadline of a run that started at `start` with a timeout in milliseconds; undefined if it has none.
 *
 * `start` is in whole seconds, so the first second counts in full and a run never ends early.
 */
export function deadlineOf(start: string | undefined, timeoutMs: number): Date | undefined {
  if (start === undefined || timeoutMs <= 0) return undefined;
  return new Date(Date.parse(start) + timeoutMs + 999);
}
