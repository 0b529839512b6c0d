/** A simulated process: the owner of every step that runs on its behalf. */

import type { Clock } from '@pipewright/apimachinery';
import { LATER_TURN, type Owner, type Scheduler } from './scheduler.js';

/** One process, from its start to its end. A restart creates a new one. */
export class SimProcess implements Owner {
  readonly name: string;
  readonly clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #exits: (() => void)[] = [];
  #alive = true;

  constructor(scheduler: Scheduler, name: string) {
    this.name = name;
    this.#scheduler = scheduler;
    this.clock = scheduler.clockOf(this);
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /** Calls `run` when the process ends, as a kernel then closes its connections. */
  onExit(run: () => void): void {
    this.#exits.push(run);
  }

  /** Ends the process without notice: none of its steps runs again. */
  end(how: string): void {
    if (!this.#alive) return;
    this.#scheduler.note(this.name, how);
    this.#alive = false;
    for (const exit of this.#exits.splice(0)) exit();
  }

  /**
   * Runs the callbacks that the process has deferred, as an event loop does before a process exits; then passes on the timers and callbacks
   * that would still keep the process from ending.
   */
  drain(done: (pending: readonly string[]) => void, turns = 3): void {
    const pending = this.#scheduler.pendingOf(this);
    if (turns === 0 || !pending.includes(LATER_TURN)) done(pending);
    else this.#scheduler.schedule(this, 0, 'drain', () => this.drain(done, turns - 1), `${this.name} turns`);
  }

  /** Runs something as a step of this process. */
  run(what: string, work: () => void): void {
    this.#scheduler.schedule(this, 0, what, work);
  }
}
