/**
 * Simulated time: it stands still while the process has work, and advances to the next timer when the process is idle.
 *
 *     controller ── after ──┐
 *     node ──────── sleep ──┼──▶ timers ──▶ the next one fires when the process is idle
 *     steps ─────── sleep ──┘
 *
 * Hours pass in milliseconds, in the right order, and dates are the same in every run. Delays of less than a second (a retried
 * request) use real time: they belong to the process, not to the pipeline.
 */

import type { PodClock } from '@pipewright/cluster';
import { sleep, type Clock } from '@pipewright/apimachinery';

/** The start of every simulation, in milliseconds since the epoch. */
const START_MS = Date.UTC(2026, 0, 1);

/** Shorter delays use real time. */
const MIN_SIMULATED_MS = 1000;
/** The number of idle turns of the event loop before time advances: more than an event takes from a write to its watchers. */
const IDLE_TURNS = 25;
/** The maximum wait for disk reads of this process, in milliseconds; other code may read without end. */
const MAX_DISK_WAIT_MS = 100;

interface Timer {
  /** When it fires, in milliseconds after the start. */
  readonly at: number;
  readonly run: () => void;
}

/** The time of one simulation. */
export class SimulatedTime {
  #elapsed = 0;
  /** The number of operations in progress. */
  #operations = 0;
  /** The number of starts and ends of operations, which shows whether any happened. */
  #changes = 0;
  readonly #timers = new Set<Timer>();

  /** The clock of the controller. */
  readonly clock: Clock = {
    now: () => this.#elapsed + performance.now(),
    date: () => this.date(),
    after: (milliseconds, run) =>
      milliseconds < MIN_SIMULATED_MS ? this.#afterReal(milliseconds, run) : this.#afterSimulated(milliseconds, run),
    defer: (run) => void setImmediate(run),
  };

  /** The clock of the node. */
  readonly nodeClock: PodClock = {
    now: () => this.date(),
    sleep: (milliseconds, signal) => sleep(this.clock, milliseconds, signal),
  };

  date(): Date {
    return new Date(START_MS + this.#elapsed);
  }

  /** Milliseconds after the start. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** Settles after `milliseconds` of simulated time, or when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return sleep({ after: (ms, run) => this.#afterSimulated(ms, run) }, milliseconds, signal);
  }

  /** Begins an operation; time stands still until the returned function is called. */
  begin(): () => void {
    this.#operations++;
    this.#changes++;
    return () => {
      this.#operations--;
      this.#changes++;
    };
  }

  /** Advances to the next timer whenever the process is idle, until the signal is aborted. */
  async advance(signal: AbortSignal): Promise<void> {
    while (await this.#untilIdle(signal)) {
      const next = Math.min(...[...this.#timers].map(({ at }) => at));
      if (next === Infinity) {
        await realMillisecond();
        continue;
      }
      this.#elapsed = Math.max(this.#elapsed, next);
      for (const timer of [...this.#timers].filter(({ at }) => at === next)) {
        this.#timers.delete(timer);
        timer.run();
      }
    }
  }

  #afterSimulated(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#elapsed + milliseconds, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  #afterReal(milliseconds: number, run: () => void): () => void {
    let endOperation: (() => void) | undefined = this.begin();
    const end = (): void => {
      endOperation?.();
      endOperation = undefined;
    };
    const timer = setTimeout(() => {
      end();
      run();
    }, milliseconds);
    return () => {
      clearTimeout(timer);
      end();
    };
  }

  /** Waits until the process is idle. @returns false if the signal was aborted first */
  async #untilIdle(signal: AbortSignal): Promise<boolean> {
    let [idleTurns, waitedMs, changes] = [0, 0, this.#changes];
    while (!signal.aborted && idleTurns < IDLE_TURNS) {
      const isIdle = this.#operations === 0 && changes === this.#changes;
      changes = this.#changes;
      idleTurns = isIdle ? idleTurns + 1 : 0;
      if (this.#operations > 0) await realMillisecond();
      else await new Promise((resolve) => setImmediate(resolve));
      if (idleTurns < IDLE_TURNS || waitedMs >= MAX_DISK_WAIT_MS || !readsFromDisk()) continue;
      await realMillisecond();
      [idleTurns, waitedMs] = [0, waitedMs + 1];
    }
    return !signal.aborted;
  }
}

const readsFromDisk = (): boolean => process.getActiveResourcesInfo().some((it) => it.startsWith('FSReq'));
const realMillisecond = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
