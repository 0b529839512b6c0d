/**
 * What becomes of a TaskRun whose pod the API server refuses.
 *
 * A quota that is used up is waited for, in Tekton's words and with its ever longer pauses; all else is the end of the run, in
 * the server's own words. Pure: what an attempt was told before stands in the status.
 */

import type { TaskRunStatus } from '@pipewright/tekton';
import { succeededCondition, type ConditionUpdate } from '../run/condition.js';

/** Whether a refusal is about a quota, so that room may come. */
export const isQuotaExceeded = (message: string): boolean => /exceeded quota/i.test(message);

/** How often an attempt's pod was refused for a quota so far, as its status says. */
export function quotaAttempts(status: TaskRunStatus | undefined): number {
  const { reason, message = '' } = succeededCondition(status) ?? {};
  return reason === REASON ? Number(/reattempted (\d+) times/.exec(message)?.[1] ?? 0) : 0;
}

const REASON = 'ExceededResourceQuota';

/** What the run says while it waits for room. `tries`: with this one. */
export const quotaExceeded = (attempts: number, message: string): ConditionUpdate => ({
  status: 'Unknown',
  reason: REASON,
  message: `TaskRun Pod exceeded available resources, reattempted ${String(attempts)} times: ${message}`,
});

const MAX_RETRY_DELAY_MS = 120_000;

/** Milliseconds until the next try, if nothing tells earlier that there is room: twice as long each time. */
export const quotaRetryDelayMs = (attempts: number): number =>
  Math.min(MAX_RETRY_DELAY_MS, 1000 * 2 ** Math.min(attempts, 10));
