/**
 * Repeats a request until the API server has decided about it.
 *
 * A server whose disk is full answers writes with 500 until there is room again, and what the node has to say (a pod's end, for example)
 * must not be lost meanwhile. Refusals are final: they would be the same next time.
 */

import { ApiStatusError } from './node-api.js';
import { isAborted } from './pod-clock.js';
import type { NodeContext } from './node-context.js';

/** Milliseconds before the first repetition, doubled each time, and at most. */
const PAUSE = { first: 200, most: 5000 } as const;

/** Whether the server may decide otherwise when it is asked again. */
export const isTransient = (error: unknown): boolean =>
  !(error instanceof ApiStatusError) || error.status >= 500 || error.status === 429;

/** Milliseconds to wait before a repetition, after so many failures. */
export const pauseAfter = (failures: number): number => Math.min(PAUSE.first * 2 ** (failures - 1), PAUSE.most);

/**
 * Sends a request until it succeeds, is refused, or the signal is aborted.
 *
 * @param what what has not happened as long as it fails, for the log
 * @returns undefined when it was refused or aborted
 */
export async function retryRequest<T>(
  { clock, log }: Pick<NodeContext, 'clock' | 'log'>,
  what: string,
  signal: AbortSignal,
  send: () => Promise<T>,
): Promise<T | undefined> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return await send();
    } catch (error) {
      if (isAborted(signal) || isGone(error)) return undefined;
      const again = isTransient(error);
      if (failures === 1 || !again) log(`${what}${again ? ' yet' : ''}: ${String(error)}`);
      if (!again) return undefined;
      await clock.sleep(pauseAfter(failures), signal);
    }
  }
  return undefined;
}

/** The pod is gone, or another one has its name: there is nothing to say about it any more. */
const isGone = (error: unknown): boolean =>
  error instanceof ApiStatusError && (error.status === 404 || error.status === 409);
