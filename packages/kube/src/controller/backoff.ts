/** Exponential backoff with jitter. */

/** Delays from `initialMs`, doubled for each failure up to a maximum, reduced at random by up to half. */
export class Backoff {
  readonly #initialMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(initialMs: number, random: () => number) {
    this.#initialMs = initialMs;
    this.#random = random;
  }

  /** Returns the milliseconds until the next attempt. */
  next(maxMs: number): number {
    const delayMs = this.#initialMs * 2 ** this.#failures;
    if (delayMs < maxMs) this.#failures++; // not beyond: `maxMs` can differ between calls
    return Math.min(maxMs, delayMs) * (1 - this.#random() / 2);
  }

  /** Resets the delay after a success. */
  reset(): void {
    this.#failures = 0;
  }
}
