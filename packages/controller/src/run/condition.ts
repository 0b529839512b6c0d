/**
 * The condition `Succeeded` of a run and its rules: Unknown while the run is running, then True or False permanently;
 * `lastTransitionTime` changes only with `status`.
 */

import type { StatusCondition } from '@pipewright/tekton';

/** A condition without its time. */
export interface ConditionUpdate {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

interface StatusWithConditions {
  readonly conditions?: readonly StatusCondition[];
}

/** Returns the condition of type `Succeeded`; undefined before the first reconcile. */
export const succeededCondition = (status: StatusWithConditions | undefined): StatusCondition | undefined =>
  status?.conditions?.find(({ type }) => type === 'Succeeded');

/** Reports whether the run has ended. */
export function isDone(status: StatusWithConditions | undefined): boolean {
  const outcome = succeededCondition(status)?.status;
  return outcome === 'True' || outcome === 'False';
}

/** Reports whether the run has failed. */
export const hasFailed = (status: StatusWithConditions | undefined): boolean =>
  succeededCondition(status)?.status === 'False';

/** Reports whether the run has succeeded. */
export const hasSucceeded = (status: StatusWithConditions | undefined): boolean =>
  succeededCondition(status)?.status === 'True';

/** The conditions that say `verdict` from `now` on. One that has ended stays as it is. */
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

/** Formats a time as Kubernetes does: RFC 3339 in whole seconds. */
export const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/**
 * Returns the deadline of a run that started at `start` with a timeout in milliseconds; undefined if it has none.
 *
 * `start` is in whole seconds, so the first second counts in full and a run never ends early.
 */
export function deadlineOf(start: string | undefined, timeout: number): Date | undefined {
  if (start === undefined || timeout <= 0) return undefined;
  return new Date(Date.parse(start) + timeout + 999);
}
