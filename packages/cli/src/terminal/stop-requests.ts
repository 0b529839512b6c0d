/**
 * Ctrl-C and its relatives, counted.
 *
 * The first asks to stop in order, the second to stop at once, the third ends the process there and then. A closed standard output counts as one, by an event of our own:
 * listening for SIGPIPE would make every write to an ended child process look like it.
 */

import type { EventEmitter } from 'node:events';

/** Emitted on the process when standard output is closed. */
export const OUTPUT_CLOSED = 'pipewright:output-closed';

/** The signals that end a command, and the exit statuses shells expect for them. */
export const STATUS_OF: Readonly<Record<string, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  [OUTPUT_CLOSED]: 141,
};

/** Signals for stop requests. */
export interface StopRequests {
  /** Fires at the first request; its reason is the signal's name. */
  readonly stop: AbortSignal;
  /** Fires at the second. */
  readonly kill: AbortSignal;
  /** No longer listens. */
  readonly release: () => void;
}

/** Listens. `source`: the process, or a stand-in for it. */
export function listenForStop(source: EventEmitter = process): StopRequests {
  const stop = new AbortController();
  const kill = new AbortController();
  const heard = (signal: string): void => {
    if (kill.signal.aborted && source === process) process.exit(STATUS_OF[signal]);
    if (stop.signal.aborted) kill.abort(signal);
    else stop.abort(signal);
  };
  const listeners = Object.keys(STATUS_OF).map((signal) => [signal, () => heard(signal)] as const);
  for (const [signal, listener] of listeners) source.on(signal, listener);
  return {
    stop: stop.signal,
    kill: kill.signal,
    release: () => {
      for (const [signal, listener] of listeners) source.off(signal, listener);
    },
  };
}

/** Resolves when a signal fires, with its reason. */
export const whenAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(String(signal.reason));
    else signal.addEventListener('abort', () => resolve(String(signal.reason)), { once: true });
  });
