/**
 * Repeats a request until the API server accepts or rejects it.
 *
 * A server with a full disk answers writes with 500 until there is space again, and what the node reports (the end of a pod, for example)
 * must not be lost meanwhile. Rejections are final: they would not change.
 */

import { ApiStatusError } from './node-api.js';
import { isAborted } from '../platform/pod-clock.js';
import type { NodeContext } from './node-context.js';

/** The delay in milliseconds before the first repetition, doubled each time, and its maximum. */
const RETRY_DELAY_MS = { first: 200, most: 5000 } as const;

/** Whether a repeated request may succeed. */
export const isTransient = (error: unknown): boolean =>
  !(error instanceof ApiStatusError) || error.status >= 500 || error.status === 429;

/** Returns the delay in milliseconds after a number of failures. */
export const pauseAfter = (failures: number): number =>
  Math.min(RETRY_DELAY_MS.first * 2 ** (failures - 1), RETRY_DELAY_MS.most);

/**
 * Sends a request until it succeeds, is rejected, or the signal is aborted.
 *
 * @param description describes the request's purpose, for the log
 * @returns undefined if it was rejected or aborted
 */
export async function retryRequest<T>(
  { clock, log }: Pick<NodeContext, 'clock' | 'log'>,
  description: string,
  signal: AbortSignal,
  send: () => Promise<T>,
): Promise<T | undefined> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return await send();
    } catch (error) {
      if (isAborted(signal) || isGone(error)) return undefined;
      const again = isTransient(error);
      if (failures === 1 || !again) log(`${description}${again ? ' yet' : ''}: ${String(error)}`);
      if (!again) return undefined;
      await clock.sleep(pauseAfter(failures), signal);
    }
  }
  return undefined;
}

/** Whether the pod is gone, or another pod has its name. */
const isGone = (error: unknown): boolean =>
  error instanceof ApiStatusError && (error.status === 404 || error.status === 409);
