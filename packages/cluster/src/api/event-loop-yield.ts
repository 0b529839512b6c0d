/**
 * Yields to the event loop between requests of callers in the same process.
 *
 * Whoever asks the server in this process goes on with its answer before the event loop turns, so a controller that makes thousands
 * of objects would keep it from turning for as long: no signal is heard, no timer rings and no ended process is noticed. After some
 * milliseconds without a turn, requests therefore wait for one.
 */

import type { Clock } from '../platform/clock.js';

/** Milliseconds that requests may keep the loop from turning. */
const LONGEST = 10;

/** Knows for how long one server's requests have kept the loop from turning. */
export class EventLoopYield {
  readonly #clock: Clock;
  /** When the loop's turn began, as far as anybody asked. */
  #since: number | undefined;
  /** What requests wait for that came too late in the turn. */
  #next: Promise<void> | undefined;
  #begin: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be awaited before a request is answered, in whose order they go on; undefined as long as there is time. */
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
