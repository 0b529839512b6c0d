/**
 * Promises that look again whenever what they look at has changed.
 *
 * Everybody says beforehand what that is. Were all woken by each change, n tasks of a run would be looked at for each of the n
 * that goes on, the square of them.
 */

/** Wakes those who wait. */
export class Watchers {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #changed = new Set<string>();
  #stopped = false;

  /** Something changed. Those who wait for it look once for any number of changes that come together. */
  changed(subject: string): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#wake());
    this.#changed.add(subject);
  }

  /** Resolves with what `found` gives, once it gives something; with undefined when nobody waits any more. */
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

  /** All who wait look a last time, and so does who comes later. */
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
