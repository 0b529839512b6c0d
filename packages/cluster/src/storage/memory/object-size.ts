/**
 * Estimates the JSON size of stored objects without serialization, to limit histories, watch backlogs and the store.
 *
 * An object is measured while it is frozen, which visits all of its fields anyway.
 */

/** The sizes of one store's objects. */
export class ObjectSizes {
  readonly #sizes = new WeakMap<object, number>();

  /** Returns the approximate size of an object's JSON in bytes; computed once per object. */
  of(object: object): number {
    const known = this.#sizes.get(object);
    if (known !== undefined) return known;
    const size = measure(object, false);
    this.#sizes.set(object, size);
    return size;
  }

  /**
   * Freezes an object and records its size in the same pass. Watchers and clients in this process share the object, so
   * mutations must throw.
   */
  freeze<T extends object>(object: T): T {
    this.#sizes.set(object, measure(object, true));
    return object;
  }
}

function measure(value: unknown, isFreezing: boolean): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  const isOpen = isFreezing && !Object.isFrozen(value);
  let sum = 2;
  if (Array.isArray(value)) {
    for (const item of value) sum += measure(item, isOpen) + 1;
  } else {
    const fields = value as Record<string, unknown>; // neither a list nor null
    for (const field of Object.keys(fields)) sum += field.length + 4 + measure(fields[field], isOpen);
  }
  if (isOpen) Object.freeze(value);
  return sum;
}
