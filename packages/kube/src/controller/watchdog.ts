/** Detects silence: a half-open connection delivers no data and no error. */

import type { Clock } from '@pipewright/apimachinery';

/** Fires its signal unless it is reset in time. */
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

  /** Restarts the timer. */
  reset(): void {
    this.#cancel();
    this.#cancel = this.#startTimer();
  }

  expire(): void {
    this.#cancel();
    this.#controller.abort();
  }

  /** Stops the timer for good. */
  stop(): void {
    this.#cancel();
  }

  #startTimer(): () => void {
    return this.#clock.after(this.#ms, () => this.expire());
  }
}
