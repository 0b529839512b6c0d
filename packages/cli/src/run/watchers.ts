/** Promises that look again whenever anything has changed. */

/** Wakes those who wait. */
export class Watchers {
  readonly #waiting = new Set<() => void>();
  #announced = false;

  /** Something changed. Those who wait look once for any number of changes that come together. */
  changed(): void {
    if (this.#announced) return;
    this.#announced = true;
    queueMicrotask(() => {
      this.#announced = false;
      for (const look of this.#waiting) look();
    });
  }

  /** Resolves with what `found` gives, once it gives something; with undefined when the signal fires. */
  until<T>(found: () => T | undefined, signal: AbortSignal): Promise<T | undefined> {
    return new Promise((resolve) => {
      const look = (): void => {
        const value = found();
        if (value === undefined && !signal.aborted) return;
        this.#waiting.delete(look);
        resolve(value);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
