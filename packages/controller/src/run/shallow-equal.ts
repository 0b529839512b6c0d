/**
 * Are these the facts of before? Cheap, so that it may be asked at each look at a run.
 *
 * Compares what the edge gathered anew by what it is made of: objects of the caches, which stay the same until they change. Two
 * that are equal but not identical count as different, which costs time and nothing else. Pure.
 */

type Properties = Readonly<Record<string, unknown>>;

/** Whether each field is the same thing, or has the same things in it (a map: the same entries). */
export function shallowEqual(one: object, other: object): boolean {
  const [a, b] = [one as Properties, other as Properties]; // any object is read by its fields here
  return haveSameKeys(Object.keys(a), Object.keys(b)) && Object.keys(a).every((key) => valueEqual(a[key], b[key]));
}

function valueEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size) return false;
    for (const [key, value] of a as ReadonlyMap<unknown, unknown>)
      if (!b.has(key) || !propertiesEqual(value, (b as ReadonlyMap<unknown, unknown>).get(key))) return false;
    return true;
  }
  return propertiesEqual(a, b);
}

function propertiesEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [one, other] = [a as Properties, b as Properties]; // neither is null
  return haveSameKeys(Object.keys(one), Object.keys(other)) && Object.keys(one).every((key) => one[key] === other[key]);
}

const haveSameKeys = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key) => b.includes(key));
