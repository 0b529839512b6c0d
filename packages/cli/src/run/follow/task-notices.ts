/**
 * Derives events of a running task from its status: why it is pending, and each retry.
 *
 * Returns each event once, even if the same status is read again.
 */

import type { TaskRunStatus } from '@pipewright/tekton';
import { pendingReason, succeededCondition } from './observed.js';

/** An event derived from a status. */
export type TaskNotice =
  | { readonly type: 'task-held'; readonly reason: string; readonly message: string }
  | { readonly type: 'task-retry'; readonly reason: string; readonly message: string; readonly attempt: number };

/** The events of one task. */
export class TaskNotices {
  #held = '';
  #tries = 0;
  readonly #sidecars = new Set<string>();

  /** Returns the events that are new in this status. */
  of(status: TaskRunStatus | undefined): readonly TaskNotice[] {
    const before = status?.retriesStatus ?? [];
    const retries = before.slice(this.#tries).map((one, index): TaskNotice => {
      const { reason = '', message = '' } = succeededCondition(one.conditions) ?? {};
      return { type: 'task-retry', reason, message, attempt: this.#tries + index + 2 };
    });
    this.#tries = before.length;
    const hold = pendingReason(succeededCondition(status?.conditions));
    if (!hold || hold.message === this.#held) return retries;
    this.#held = hold.message;
    return [...retries, { type: 'task-held', ...hold }];
  }

  /** Returns events for new reasons why steps wait for sidecars. */
  ofSidecars(messages: readonly string[]): readonly TaskNotice[] {
    const fresh = messages.filter((message) => !this.#sidecars.has(message));
    for (const message of fresh) this.#sidecars.add(message);
    return fresh.map((message) => ({ type: 'task-held', reason: 'SidecarNotReady', message }));
  }
}
