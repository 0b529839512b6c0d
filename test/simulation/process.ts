/** A simulated process: the owner of every step that runs on its behalf. */

import type { Clock } from '@pipewright/cluster';
import type { Owner, Scheduler } from './scheduler.js';

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

  /** Runs something as a step of this process. */
  run(what: string, work: () => void): void {
    this.#scheduler.schedule(this, 0, what, work);
  }
}
