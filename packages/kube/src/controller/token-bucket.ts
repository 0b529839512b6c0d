/** A token bucket: a burst, then a rate. Retries and events share it. */

import type { Clock } from '@pipewright/apimachinery';

/** A bucket that is full at first. */
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

  /** Takes a token if one is available. */
  tryTake(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Takes a token, possibly of the future. Returns the milliseconds until it is available. */
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
