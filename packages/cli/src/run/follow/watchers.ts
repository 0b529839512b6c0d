/**
 * Promises that are re-evaluated when one of their subjects changes.
 *
 * Each promise declares its subjects: evaluating all promises on each change would take time quadratic in the number of
 * tasks.
 */

/** Evaluates waiting promises by subject. */
export class Watchers {
  readonly #evaluations = new Map<string, Set<() => void>>();
  readonly #changed = new Set<string>();
  #stopped = false;

  /** Marks a subject as changed. Changes in the same turn cause one evaluation. */
  changed(subject: string): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#evaluateChanged());
    this.#changed.add(subject);
  }

  /** Resolves with the first defined result of `found`, or with undefined after `stop`. */
  until<T>(subjects: readonly string[], condition: () => T | undefined): Promise<T | undefined> {
    return new Promise((resolve) => {
      const evaluate = (): void => {
        const value = condition();
        if (value === undefined && !this.#stopped) return;
        for (const subject of subjects) this.#remove(subject, evaluate);
        resolve(value);
      };
      for (const subject of subjects) this.#add(subject, evaluate);
      evaluate();
    });
  }

  /** Evaluates all waiting promises one last time; later ones are evaluated once. */
  stop(): void {
    this.#stopped = true;
    for (const looks of [...this.#evaluations.values()]) for (const look of [...looks]) look();
  }

  #evaluateChanged(): void {
    const looks = new Set([...this.#changed].flatMap((each) => [...(this.#evaluations.get(each) ?? [])]));
    this.#changed.clear();
    for (const look of looks) look();
  }

  #add(subject: string, look: () => void): void {
    const looks = this.#evaluations.get(subject) ?? new Set();
    this.#evaluations.set(subject, looks.add(look));
  }

  #remove(subject: string, look: () => void): void {
    const looks = this.#evaluations.get(subject);
    looks?.delete(look);
    if (looks?.size === 0) this.#evaluations.delete(subject);
  }
}
