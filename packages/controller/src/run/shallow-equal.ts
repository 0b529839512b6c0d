/**
 * Shallow equality of the inputs that a reconciler collects.
 *
 * Compares values by identity, one level into objects and maps, so it is cheap enough for every reconcile. Equal but not identical
 * values count as different, which costs time but never correctness.
 */

type Properties = Readonly<Record<string, unknown>>;

/** Reports whether all fields are identical, or contain identical values (for a map: identical entries). */
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
