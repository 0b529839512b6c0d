/** How long to wait before trying again: twice as long each time, spread so that many do not come back at once. */

/** From `first` milliseconds, doubled each time up to `most`, less up to half of it at random. */
export class Backoff {
  readonly #initialMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(initialMs: number, random: () => number) {
    this.#initialMs = initialMs;
    this.#random = random;
  }

  /** Milliseconds until the next attempt. */
  next(maxMs: number): number {
    const delayMs = this.#initialMs * 2 ** this.#failures;
    if (delayMs < maxMs) this.#failures++; // no further: `maxMs` may differ from call to call
    return Math.min(maxMs, delayMs) * (1 - this.#random() / 2);
  }

  /** It works again. */
  reset(): void {
    this.#failures = 0;
  }
}
