/**
 * Why an object cannot be written with a construct. Thrown inside the importer, and caught for each object: such an object
 * is carried over as it is, with this reason above it.
 */

/** The reason, as the end of "carried over as it is: ". */
export class NotExpressible extends Error {
  override readonly name = 'NotExpressible';
}

/** Refuses when an object has a field beside those known. */
export function onlyFields(value: object, known: readonly string[], what: string): void {
  const others = Object.entries(value).filter(([key, it]) => it !== null && !known.includes(key));
  const [first] = others;
  if (first) throw new NotExpressible(`\`${first[0]}\` of ${what} is not translated`);
}

/** A list without empty ones, which constructs do not write. */
export function listIn<T>(value: readonly T[] | null | undefined, what: string): readonly T[] {
  if (Array.isArray(value) && value.length === 0) throw new NotExpressible(`${what} is an empty list`);
  return value ?? [];
}

/** Entries of a list as a record's keys: refuses names that a record would bring into another order or lose. */
export function byName<T extends { readonly name: string }>(
  entries: readonly T[],
  what: string,
): readonly (readonly [string, T])[] {
  const names = entries.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new NotExpressible(`a name stands twice in ${what}`);
  const odd = names.find((name) => /^\d+$/.test(name) || name === '__proto__' || name === '');
  if (odd !== undefined) throw new NotExpressible(`${what} has the name "${odd}", which no record keeps in its place`);
  return entries.map((entry) => [entry.name, entry] as const);
}
