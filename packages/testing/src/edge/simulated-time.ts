/**
 * Time in a simulation: it stands still while anything can be done, and jumps to the next alarm when nothing can.
 *
 *     controller ── after ──┐
 *     node ──────── sleep ──┼──▶ alarms ──▶ the next one, once the process has come to rest
 *     steps ─────── sleep ──┘
 *
 * So hours pass in milliseconds, in the right order, and dates are the same in every run. What waits for less than a second
 * (a request that is tried again) waits really: it is part of the work, not of the pipeline's time.
 */

import type { PodClock } from '@pipewright/cluster';
import { sleep, type Clock } from '@pipewright/kube';

/** When every simulation begins. */
export const BEGINNING = Date.UTC(2026, 0, 1);

/** Milliseconds. */
const BRIEF = 1000;
/** Idle turns of the event loop before time passes: more than an event takes from a write to its watchers. */
const TURNS = 25;
/** How often to wait a millisecond for disk reads of this process; other code may read without end. */
const PATIENCE = 100;

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** One simulation's time. */
export class SimulatedTime {
  #elapsed = 0;
  #busy = 0;
  #begun = 0;
  readonly #alarms = new Set<Alarm>();

  /** The controller's. */
  readonly clock: Clock = {
    now: () => this.#elapsed + performance.now(),
    date: () => this.date(),
    after: (milliseconds, run) => (milliseconds < BRIEF ? this.#soon(milliseconds, run) : this.#at(milliseconds, run)),
    defer: (run) => void setImmediate(run),
  };

  /** The node's. */
  readonly nodeClock: PodClock = {
    now: () => this.date(),
    sleep: (milliseconds, signal) => sleep(this.clock, milliseconds, signal),
  };

  date(): Date {
    return new Date(BEGINNING + this.#elapsed);
  }

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** Settles when so many milliseconds have passed, or at once when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return sleep({ after: (ms, run) => this.#at(ms, run) }, milliseconds, signal);
  }

  /** Stops time until the returned function is called. */
  begin(): () => void {
    this.#busy++;
    this.#begun++;
    return () => {
      this.#busy--;
      this.#begun++;
    };
  }

  /** Lets time pass until the signal is aborted. */
  async pass(until: AbortSignal): Promise<void> {
    while (await this.#atRest(until)) {
      const next = Math.min(...[...this.#alarms].map(({ at }) => at));
      if (next === Infinity) {
        await realMillisecond();
        continue;
      }
      this.#elapsed = Math.max(this.#elapsed, next);
      for (const alarm of [...this.#alarms].filter(({ at }) => at === next)) {
        this.#alarms.delete(alarm);
        alarm.ring();
      }
    }
  }

  #at(milliseconds: number, ring: () => void): () => void {
    const alarm = { at: this.#elapsed + milliseconds, ring };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  #soon(milliseconds: number, ring: () => void): () => void {
    let done: (() => void) | undefined = this.begin();
    const end = (): void => {
      done?.();
      done = undefined;
    };
    const timer = setTimeout(() => {
      end();
      ring();
    }, milliseconds);
    return () => {
      clearTimeout(timer);
      end();
    };
  }

  /** @returns true once nothing is under way, false when the signal was aborted before */
  async #atRest(until: AbortSignal): Promise<boolean> {
    let [calm, waited, begun] = [0, 0, this.#begun];
    while (!until.aborted && calm < TURNS) {
      const calmSoFar = this.#busy === 0 && begun === this.#begun;
      begun = this.#begun;
      calm = calmSoFar ? calm + 1 : 0;
      if (this.#busy > 0) await realMillisecond();
      else await new Promise((resolve) => setImmediate(resolve));
      if (calm < TURNS || waited >= PATIENCE || !readsFromDisk()) continue;
      await realMillisecond();
      [calm, waited] = [0, waited + 1];
    }
    return !until.aborted;
  }
}

const readsFromDisk = (): boolean => process.getActiveResourcesInfo().some((it) => it.startsWith('FSReq'));
const realMillisecond = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
