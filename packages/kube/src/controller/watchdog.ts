/** Notices silence: a half-open connection delivers nothing and reports nothing. */

import type { Clock } from '../clock.js';

/** Fires its signal when it is not fed for a while, or told to bark. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #ms: number;
  #cancel: () => void;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
    this.#cancel = this.#startTimer();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** All is well until `ms` milliseconds from now. */
  reset(): void {
    this.#cancel();
    this.#cancel = this.#startTimer();
  }

  expire(): void {
    this.#cancel();
    this.#controller.abort();
  }

  /** Lets it sleep for good. */
  stop(): void {
    this.#cancel();
  }

  #startTimer(): () => void {
    return this.#clock.after(this.#ms, () => this.expire());
  }
}
