/**
 * The one condition of a run, `Succeeded`, and the rules it keeps: Unknown while the run goes on, then True or False for
 * ever; `lastTransitionTime` moves only when `status` does.
 */

import type { StatusCondition } from '@pipewright/tekton';

/** What a condition says, without its time. */
export interface Verdict {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

interface HasConditions {
  readonly conditions?: readonly StatusCondition[];
}

/** The condition of type `Succeeded`; undefined before the first reconcile. */
export const succeeded = (status: HasConditions | undefined): StatusCondition | undefined =>
  status?.conditions?.find(({ type }) => type === 'Succeeded');

/** Whether the run has ended, well or not. */
export function isDone(status: HasConditions | undefined): boolean {
  const verdict = succeeded(status)?.status;
  return verdict === 'True' || verdict === 'False';
}

/** Whether the run has ended badly. */
export const hasFailed = (status: HasConditions | undefined): boolean => succeeded(status)?.status === 'False';

/** Whether the run has ended well. */
export const hasSucceeded = (status: HasConditions | undefined): boolean => succeeded(status)?.status === 'True';

/** The conditions that say `verdict` from `now` on. One that has ended stays as it is. */
export function conditionsOf(
  before: HasConditions | undefined,
  verdict: Verdict,
  now: Date,
): readonly StatusCondition[] {
  const old = succeeded(before);
  if (old && isDone(before)) return [old];
  const since = old?.status === verdict.status ? (old.lastTransitionTime ?? timestamp(now)) : timestamp(now);
  return [{ type: 'Succeeded', ...verdict, lastTransitionTime: since }];
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
