/** A clock that tests advance, so that no test waits. */

import type { Clock } from '@pipewright/apimachinery';

/** Starts at noon. */
export class FakeClock implements Clock {
  #now = 0;
  /** The offset of the date from the monotonic time. */
  #shift = 0;
  #timers: { readonly due: number; readonly run: () => void }[] = [];
  #waiters: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(Date.UTC(2026, 0, 1, 12) + this.#now + this.#shift);
  }

  /** Sets the date forward or back, as NTP does. Durations are not affected. */
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

  /** Milliseconds until each pending timer, earliest first. */
  get pending(): number[] {
    return this.#timers.map(({ due }) => due - this.#now).sort((a, b) => a - b);
  }

  /** Advances by `ms` milliseconds, runs due timers in order, and settles after each. */
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

  /** Resolves with the delay of the first pending timer between `least` and `most` milliseconds. */
  async pendingTimer(least: number, most: number): Promise<number> {
    for (;;) {
      const found = this.pending.find((ms) => ms >= least && ms <= most);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }
}

/** Runs pending promises, and streams in the same process. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
