/**
 * Derives events of a running task from its status: why it is pending, and each retry.
 *
 * Returns each event once, even if the same status is read again.
 */

import type { TaskRunStatus } from '@pipewright/tekton';
import { pendingTaskRunReason, tryFindSucceededCondition } from './observed.js';

/** An event derived from a status. */
export type TaskNotice =
  | { readonly type: 'task-held'; readonly reason: string; readonly message: string }
  | { readonly type: 'task-retry'; readonly reason: string; readonly message: string; readonly attempt: number };

/** The events of one task. */
export class TaskNotices {
  #lastHoldMessage = '';
  #reportedRetries = 0;
  readonly #reportedSidecars = new Set<string>();

  /** Returns the events that are new in this status. */
  of(status: TaskRunStatus | undefined): readonly TaskNotice[] {
    const attempts = status?.retriesStatus ?? [];
    const retries = attempts.slice(this.#reportedRetries).map((one, index): TaskNotice => {
      const { reason = '', message = '' } = tryFindSucceededCondition(one.conditions) ?? {};
      return { type: 'task-retry', reason, message, attempt: this.#reportedRetries + index + 2 };
    });
    this.#reportedRetries = attempts.length;
    const hold = pendingTaskRunReason(tryFindSucceededCondition(status?.conditions));
    if (!hold || hold.message === this.#lastHoldMessage) return retries;
    this.#lastHoldMessage = hold.message;
    return [...retries, { type: 'task-held', ...hold }];
  }

  /** Returns events for new reasons why steps wait for sidecars. */
  ofSidecars(messages: readonly string[]): readonly TaskNotice[] {
    const unreported = messages.filter((message) => !this.#reportedSidecars.has(message));
    for (const message of unreported) this.#reportedSidecars.add(message);
    return unreported.map((message) => ({ type: 'task-held', reason: 'SidecarNotReady', message }));
  }
}
