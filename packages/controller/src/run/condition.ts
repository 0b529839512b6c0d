/**
 * The one condition of a run, `Succeeded`, and the rules it keeps: Unknown while the run goes on, then True or False for
 * ever; `lastTransitionTime` moves only when `status` does.
 */

import type { StatusCondition } from '@pipewright/tekton';

/** What a condition says, without its time. */
export interface ConditionUpdate {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

interface StatusWithConditions {
  readonly conditions?: readonly StatusCondition[];
}

/** The condition of type `Succeeded`; undefined before the first reconcile. */
export const succeededCondition = (status: StatusWithConditions | undefined): StatusCondition | undefined =>
  status?.conditions?.find(({ type }) => type === 'Succeeded');

/** Whether the run has ended, well or not. */
export function isDone(status: StatusWithConditions | undefined): boolean {
  const outcome = succeededCondition(status)?.status;
  return outcome === 'True' || outcome === 'False';
}

/** Whether the run has ended badly. */
export const hasFailed = (status: StatusWithConditions | undefined): boolean =>
  succeededCondition(status)?.status === 'False';

/** Whether the run has ended well. */
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

/** A time as Kubernetes writes it: RFC 3339 in whole seconds. */
export const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/**
 * When a run that began at `start` and may take `timeout` milliseconds must have ended; undefined when it may run for ever.
 *
 * `start` is in whole seconds, so the begun second counts in full: a run is never cut short.
 */
export function deadlineOf(start: string | undefined, timeout: number): Date | undefined {
  if (start === undefined || timeout <= 0) return undefined;
  return new Date(Date.parse(start) + timeout + 999);
}
