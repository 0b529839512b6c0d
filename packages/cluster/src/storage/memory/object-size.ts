/**
 * How large an object is as JSON, without making the text: what histories and watch backlogs are bounded by.
 *
 * Measured while an object is frozen, which visits every part of it anyway.
 */

const sizes = new WeakMap<object, number>();

/** Returns the approximate size of a stored object's JSON in bytes; computed once per object. */
export function sizeOf(object: object): number {
  const known = sizes.get(object);
  if (known !== undefined) return known;
  const size = estimate(object);
  sizes.set(object, size);
  return size;
}

/**
 * Makes a change in place an error where it is made, because watchers and clients in this process hold the very same object; notes the
 * object's size in the same pass.
 */
export function freeze<T extends object>(object: T): T {
  sizes.set(object, measure(object, true));
  return object;
}

const estimate = (value: object): number => measure(value, false);

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
