/** How large an object is as JSON, without making the text: what histories and watch backlogs are bounded by. */

import { knownTextOf } from '../api/json.js';

const sizes = new WeakMap<object, number>();

/** Returns the approximate size of a stored object's JSON in bytes; computed once per object. */
export function sizeOf(object: object): number {
  const known = sizes.get(object);
  if (known !== undefined) return known;
  const size = knownTextOf(object)?.length ?? estimate(object);
  sizes.set(object, size);
  return size;
}

function estimate(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  let sum = 2;
  if (Array.isArray(value)) {
    for (const item of value) sum += estimate(item) + 1;
    return sum;
  }
  const fields = value as Record<string, unknown>; // neither a list nor null
  for (const field of Object.keys(fields)) sum += field.length + 4 + estimate(fields[field]);
  return sum;
}
