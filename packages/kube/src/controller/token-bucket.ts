/** A token bucket: so many at once, then so many a second. Kept apart because retries and events are limited alike. */

import type { Clock } from '../clock.js';

/** Starts full. */
export class TokenBucket {
  readonly #size: number;
  readonly #perSecond: number;
  readonly #clock: Clock;
  #tokens: number;
  #refilledAt: number;

  constructor(size: number, perSecond: number, clock: Clock) {
    this.#size = size;
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#tokens = size;
    this.#refilledAt = clock.now();
  }

  /** Takes a token if there is one. */
  tryTake(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Takes a token that may be filled in later only, and says in how many milliseconds. */
  reserve(): number {
    this.#refill();
    this.#tokens--;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1000;
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#size, this.#tokens + ((now - this.#refilledAt) / 1000) * this.#perSecond);
    this.#refilledAt = now;
  }
}
