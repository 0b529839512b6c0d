/**
 * How a TaskRun waits for a ResourceQuota that its pod exceeds.
 *
 * Messages and growing delays are Tekton's. Pure: the number of attempts is read from the status.
 */

import { succeededCondition, type ConditionUpdate, type TaskRunObjectStatus } from '@pipewright/tekton';

/** Reports whether a rejection is due to a quota, so that a retry can succeed. */
export const isQuotaExceeded = (message: string): boolean => /exceeded quota/i.test(message);

/** Returns how often an attempt's pod has exceeded a quota, from its status. */
export function quotaAttempts(status: TaskRunObjectStatus | undefined): number {
  const { reason, message = '' } = succeededCondition(status) ?? {};
  return reason === REASON ? Number(/reattempted (\d+) times/.exec(message)?.[1] ?? 0) : 0;
}

const REASON = 'ExceededResourceQuota';

/** Returns the condition of a run that waits for a quota. `attempts` includes the current one. */
export const quotaExceeded = (attempts: number, message: string): ConditionUpdate => ({
  status: 'Unknown',
  reason: REASON,
  message: `TaskRun Pod exceeded available resources, reattempted ${String(attempts)} times: ${message}`,
});

const MAX_RETRY_DELAY_MS = 120_000;

/** Returns the milliseconds until the next attempt, doubled each time; a change of the quota can trigger it earlier. */
export const quotaRetryDelayMs = (attempts: number): number =>
  Math.min(MAX_RETRY_DELAY_MS, 1000 * 2 ** Math.min(attempts, 10));
