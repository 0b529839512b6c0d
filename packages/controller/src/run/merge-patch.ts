/**
 * Computes the JSON merge patch (RFC 7386) between two objects, so that a status write contains only what changed.
 */

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reports whether two JSON values are equal, independent of the order of keys. A key with the value undefined counts as absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => sameJson(value, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  for (const key of Object.keys(a)) if (!sameJson(a[key], b[key])) return false;
  for (const key of Object.keys(b)) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
}

/** Returns the patch, or undefined if the objects are equal. */
export function mergePatch(before: object, after: object): Json | undefined {
  const from = before as Json; // any object is read by its keys here
  const to = after as Json; // likewise
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [old, next] = [from[key], to[key]];
    if (sameJson(old, next)) continue;
    if (next === undefined) patch[key] = null;
    else patch[key] = isObject(old) && isObject(next) ? mergePatch(old, next) : next;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
