/** A clock that is wound by hand: nothing in these tests waits for time to pass. */

import type { Clock } from '../../src/clock.js';

/** Starts at noon. */
export class FakeClock implements Clock {
  #now = 0;
  /** By how much the date was set forward or back. */
  #shift = 0;
  #timers: { readonly due: number; readonly run: () => void }[] = [];
  #waiters: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(Date.UTC(2026, 0, 1, 12) + this.#now + this.#shift);
  }

  /** Sets the date forward or back, as a person or NTP does: durations go on as they were. */
  shiftDate(ms: number): void {
    this.#shift += ms;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { due: this.#now + ms, run };
    this.#timers.push(timer);
    for (const wake of this.#waiters.splice(0)) wake();
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  defer(run: () => void): void {
    setImmediate(run);
  }

  /** What waits, as milliseconds from now, soonest first. */
  get pending(): number[] {
    return this.#timers.map(({ due }) => due - this.#now).sort((a, b) => a - b);
  }

  /** Lets `ms` milliseconds pass, timers in order, and what they set off settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = next.due;
      next.run();
    }
    this.#now = end;
    await settle();
  }

  /** Resolves when someone waits between `least` and `most` milliseconds; gives how long. */
  async pendingTimer(least: number, most: number): Promise<number> {
    for (;;) {
      const found = this.pending.find((ms) => ms >= least && ms <= most);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }
}

/** Lets everything that is ready run: promises, and streams in the same process. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
