/**
 * Yields to the event loop between requests of callers in the same process.
 *
 * A caller in this process continues with its answer in the same turn of the event loop, so a controller that creates thousands of
 * objects would block timers, signals and exit events of processes. After some milliseconds in one turn, requests wait for the next.
 */

import type { Clock } from '@pipewright/apimachinery';

/** The most milliseconds that requests may take in one turn of the event loop. */
const LONGEST = 10;

/** Measures how long one server's requests have occupied the current turn of the event loop. */
export class EventLoopYield {
  readonly #clock: Clock;
  /** When the first request of the current turn arrived. */
  #since: number | undefined;
  /** Resolves in the next turn; requests that arrive after the limit wait for it. */
  #next: Promise<void> | undefined;
  #begin: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns a promise to await before answering a request; undefined while the limit is not reached. Requests continue in order. */
  yieldIfDue(): Promise<void> | undefined {
    if (this.#since === undefined) {
      this.#since = this.#clock.now();
      this.#clock.defer(() => {
        [this.#since, this.#next] = [undefined, undefined];
        this.#begin();
      });
      return undefined;
    }
    if (!this.#next && this.#clock.now() - this.#since >= LONGEST)
      this.#next = new Promise((resolve) => (this.#begin = resolve));
    return this.#next;
  }
}
