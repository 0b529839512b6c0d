/** The result of one seed. */

import type { Violation } from './violations.js';

/** The result of one simulation. */
export interface Outcome {
  readonly seed: number;
  /** The hash of the trace; equal for all runs of a seed. */
  readonly hash: string;
  readonly steps: number;
  /** Virtual milliseconds. */
  readonly time: number;
  readonly violations: readonly Violation[];
  /** How often each event happened, to check that the simulation reaches it. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Counts by name. */
export class Counts {
  readonly #counts: Record<string, number> = {};

  /** Adds one, or more. */
  add(name: string, by = 1): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + by;
  }

  get all(): Readonly<Record<string, number>> {
    return this.#counts;
  }
}
