/** Violations of the oracles' rules. */

/** One violation. */
export interface Violation {
  /** The rule that was broken. */
  readonly oracle: string;
  readonly message: string;
}

/** Collects violations. The first one counts; the others may follow from it. */
export class Violations {
  readonly #found: Violation[] = [];

  /** Records a violation. */
  add(oracle: string, message: string): void {
    if (this.#found.length < 20) this.#found.push({ oracle, message });
  }

  get found(): readonly Violation[] {
    return this.#found;
  }

  get any(): boolean {
    return this.#found.length > 0;
  }
}
