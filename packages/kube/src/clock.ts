/**
 * Time, as something that is handed over: backoff, leases and queues are tested without waiting.
 *
 * Durations are measured on a clock that never jumps; dates, which others read, come from the wall.
 */

/** Reads and waits. */
export interface Clock {
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  now(): number;
  /** The date and time, for timestamps that others read. */
  date(): Date;
  /** Calls `run` once after `ms` milliseconds. Returns what calls it off. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` in a later turn of the event loop, after timers, I/O and signals that are due. */
  defer(run: () => void): void;
}

/** The longest that `setTimeout` waits: what is to wait longer fires at once there. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function after(ms: number, run: () => void): () => void {
  let cancel = (): void => clearTimeout(timer);
  const next = ms <= MAX_TIMER_MS ? run : (): void => void (cancel = after(ms - MAX_TIMER_MS, run));
  const timer = setTimeout(next, Math.min(ms, MAX_TIMER_MS));
  return () => cancel();
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after,
  defer: (run) => void setImmediate(run),
};

/** Waits. Ends early, without an error, when `signal` fires. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
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
