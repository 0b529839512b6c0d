/**
 * The time of pods: durations of containers, probes, grace periods and backoff.
 *
 * Separate from the clock of the node's requests, because tests advance the time of pods by hand while requests go on.
 */

import { sleep, laterTurn, systemClock, type Clock } from '@pipewright/apimachinery';

/** A clock for pods. */
export interface PodClock {
  now(): Date;
  /** Settles after a number of milliseconds, or when the signal is aborted. Never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Whether it follows the machine's time. @default false */
  readonly ofMachine?: boolean;
}

/** Whether a signal is aborted; a function, because the compiler would narrow the property. */
export const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** Returns a clock in the time of requests. Its timers do not keep the process alive. */
export function podClock(clock: Clock): PodClock {
  return {
    now: () => clock.date(),
    ofMachine: true,
    sleep: (milliseconds, signal) => sleep(clock, milliseconds, signal, true),
  };
}

/** A virtual clock. */
export interface VirtualClock extends PodClock {
  /** Advances the time, and wakes each sleeper at its time. */
  advance(milliseconds: number): Promise<void>;
}

/**
 * Returns a clock that is advanced by its owner. If `automatic`, it advances to the next sleeper whenever the event loop is idle: hours
 * pass in milliseconds, in order.
 */
export function virtualClock(start: Date, { automatic = false }: { automatic?: boolean } = {}): VirtualClock {
  let time = start.getTime();
  let sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  let jumping = false;

  const wakeNext = (until: number): boolean => {
    const [next] = [...sleepers].sort((a, b) => a.at - b.at);
    if (next === undefined || next.at > until) return false;
    sleepers = sleepers.filter((it) => it !== next);
    time = Math.max(time, next.at);
    next.wake();
    return true;
  };
  const untilIdle = async (): Promise<void> => {
    for (let turn = 0; turn < QUIET_TURNS; turn++) await laterTurn(systemClock);
  };
  const jump = async (): Promise<void> => {
    if (jumping) return;
    jumping = true;
    do await untilIdle();
    while (wakeNext(Number.POSITIVE_INFINITY));
    jumping = false;
  };
  return {
    now: () => new Date(time),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = (): void => {
          signal?.removeEventListener('abort', leave);
          resolve();
        };
        const sleeper = { at: time + milliseconds, wake };
        const leave = (): void => {
          sleepers = sleepers.filter((it) => it !== sleeper);
          resolve();
        };
        signal?.addEventListener('abort', leave, { once: true });
        sleepers = [...sleepers, sleeper];
        if (automatic) void jump();
      }),
    advance: async (milliseconds) => {
      const until = time + milliseconds;
      do await untilIdle();
      while (wakeNext(until));
      time = until;
    },
  };
}

/** Enough turns for a request to an API server in this process and for its watchers. */
const QUIET_TURNS = 8;
