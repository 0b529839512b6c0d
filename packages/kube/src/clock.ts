/**
 * An injected clock, so that tests of backoff, leases and queues do not wait.
 *
 * Durations are measured on a monotonic clock; dates for other readers come from the wall clock.
 */

/** The current time, and timers. */
export interface Clock {
  /** Milliseconds on a monotonic clock; only differences are meaningful. */
  now(): number;
  /** The date and time, for timestamps that others read. */
  date(): Date;
  /** Calls `run` once after `ms` milliseconds. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` in a later turn of the event loop, after timers, I/O and signals that are due. */
  defer(run: () => void): void;
}

/** The longest delay of `setTimeout`, which fires at once for longer ones. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function after(ms: number, run: () => void): () => void {
  let cancel = (): void => clearTimeout(timer);
  const next = ms <= MAX_TIMER_MS ? run : (): void => void (cancel = after(ms - MAX_TIMER_MS, run));
  const timer = setTimeout(next, Math.min(ms, MAX_TIMER_MS));
  return () => cancel();
}

/** The system clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after,
  defer: (run) => void setImmediate(run),
};

/** Resolves after `ms` milliseconds, or when `signal` fires. */
export function sleep(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}
