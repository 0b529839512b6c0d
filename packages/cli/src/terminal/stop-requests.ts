/**
 * Counts Ctrl-C and similar signals.
 *
 * The first one requests a graceful stop, the second an immediate stop, and the third exits the process. A closed
 * standard output counts as one, through a custom event: with a listener for SIGPIPE, every write to an exited child
 * process would count as well.
 */

import type { EventEmitter } from 'node:events';

/** Emitted on the process when standard output is closed. */
export const OUTPUT_CLOSED = 'pipewright:output-closed';

/** The signals that end a command, and the corresponding exit statuses of shells. */
export const STATUS_OF: Readonly<Record<string, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  [OUTPUT_CLOSED]: 141,
};

/** The abort signals of stop requests. */
export interface StopRequests {
  /** Aborted by the first request; its reason is the name of the signal. */
  readonly stop: AbortSignal;
  /** Aborted by the second request. */
  readonly kill: AbortSignal;
  /** Stops listening. */
  readonly release: () => void;
}

/** Starts listening. `source`: the process, or a replacement in tests. */
export function listenForStop(source: EventEmitter = process): StopRequests {
  const stop = new AbortController();
  const kill = new AbortController();
  const onSignal = (signal: string): void => {
    if (kill.signal.aborted && source === process) process.exit(STATUS_OF[signal]);
    if (stop.signal.aborted) kill.abort(signal);
    else stop.abort(signal);
  };
  const listeners = Object.keys(STATUS_OF).map((signal) => [signal, () => onSignal(signal)] as const);
  for (const [signal, listener] of listeners) source.on(signal, listener);
  return {
    stop: stop.signal,
    kill: kill.signal,
    release: () => {
      for (const [signal, listener] of listeners) source.off(signal, listener);
    },
  };
}

/** Resolves when a signal is aborted, with its reason. */
export const whenAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(String(signal.reason));
    else signal.addEventListener('abort', () => resolve(String(signal.reason)), { once: true });
  });
