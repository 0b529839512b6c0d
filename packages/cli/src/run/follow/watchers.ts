/**
 * Promises that are re-evaluated when one of their subjects changes.
 *
 * Each promise declares its subjects: evaluating all promises on each change would take time quadratic in the number of
 * tasks.
 */

/** Evaluates waiting promises by subject. */
export class Watchers {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #changed = new Set<string>();
  #stopped = false;

  /** Marks a subject as changed. Changes in the same turn cause one evaluation. */
  changed(subject: string): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#wake());
    this.#changed.add(subject);
  }

  /** Resolves with the first defined result of `found`, or with undefined after `stop`. */
  until<T>(subjects: readonly string[], found: () => T | undefined): Promise<T | undefined> {
    return new Promise((resolve) => {
      const look = (): void => {
        const value = found();
        if (value === undefined && !this.#stopped) return;
        for (const subject of subjects) this.#leave(subject, look);
        resolve(value);
      };
      for (const subject of subjects) this.#enter(subject, look);
      look();
    });
  }

  /** Evaluates all waiting promises one last time; later ones are evaluated once. */
  stop(): void {
    this.#stopped = true;
    for (const looks of [...this.#waiting.values()]) for (const look of [...looks]) look();
  }

  #wake(): void {
    const looks = new Set([...this.#changed].flatMap((each) => [...(this.#waiting.get(each) ?? [])]));
    this.#changed.clear();
    for (const look of looks) look();
  }

  #enter(subject: string, look: () => void): void {
    const looks = this.#waiting.get(subject) ?? new Set();
    this.#waiting.set(subject, looks.add(look));
  }

  #leave(subject: string, look: () => void): void {
    const looks = this.#waiting.get(subject);
    looks?.delete(look);
    if (looks?.size === 0) this.#waiting.delete(subject);
  }
}
