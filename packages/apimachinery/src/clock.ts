/**
 * Time and later turns of the event loop, injected into everything that reads a clock or waits.
 *
 * Separate so that a test or a simulation decides when each callback runs: only this file and edges (sockets, processes) use the
 * platform's timers. Durations are measured on a monotonic clock; dates for other readers come from the wall clock.
 */

/** Reads time and runs callbacks later. */
export interface Clock {
  /** Returns the date and time, for timestamps that others read. */
  date(): Date;
  /** Returns milliseconds of a monotonic clock; only differences are meaningful. */
  now(): number;
  /**
   * Calls `run` once after `ms` milliseconds, unless the returned function is called before.
   *
   * @param background whether the process may exit before. @default false
   */
  after(ms: number, run: () => void, background?: boolean): () => void;
  /** Calls `run` in a later turn of the event loop, after timers, I/O and signals that are due. */
  defer(run: () => void): void;
}

/** The longest delay of `setTimeout`, which fires at once for longer ones. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function after(ms: number, run: () => void, background = false): () => void {
  let cancel = (): void => clearTimeout(timer);
  const next = ms <= MAX_TIMER_MS ? run : (): void => void (cancel = after(ms - MAX_TIMER_MS, run, background));
  const timer = setTimeout(next, Math.min(ms, MAX_TIMER_MS));
  if (background) timer.unref();
  return () => cancel();
}

/** Returns the system's clock; its dates come from `date` if given. */
export const createSystemClock = (date: () => Date = () => new Date()): Clock => ({
  date,
  now: () => performance.now(),
  after,
  defer: (run) => void setImmediate(run),
});

/** The system's clock. */
export const systemClock: Clock = createSystemClock();

/** Calls `run` every `ms` milliseconds until the returned function is called. Does not keep the process alive. */
export function every(clock: Clock, ms: number, run: () => void): () => void {
  let cancel = (): void => undefined;
  const schedule = (): void => {
    cancel = clock.after(
      ms,
      () => {
        schedule();
        run();
      },
      true,
    );
  };
  schedule();
  return () => cancel();
}

/** Settles in a later turn of the event loop. */
export const laterTurn = (clock: Clock): Promise<void> => new Promise((resolve) => clock.defer(resolve));

/** Settles after `ms` milliseconds, or when the signal is aborted. Never rejects. @param background as for {@link Clock.after} */
export const sleep = (
  clock: Pick<Clock, 'after'>,
  ms: number,
  signal?: AbortSignal,
  background = false,
): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end, background);
    signal?.addEventListener('abort', end, { once: true });
  });
