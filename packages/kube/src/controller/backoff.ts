/** How long to wait before trying again: twice as long each time, spread so that many do not come back at once. */

/** From `first` milliseconds, doubled each time up to `most`, less up to half of it at random. */
export class Backoff {
  readonly #first: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(first: number, random: () => number) {
    this.#first = first;
    this.#random = random;
  }

  /** Milliseconds until the next attempt. */
  next(most: number): number {
    const full = this.#first * 2 ** this.#failures;
    if (full < most) this.#failures++; // no further: `most` may differ from call to call
    return Math.min(most, full) * (1 - this.#random() / 2);
  }

  /** It works again. */
  reset(): void {
    this.#failures = 0;
  }
}
