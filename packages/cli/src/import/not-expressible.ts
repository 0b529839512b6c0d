/**
 * The reason why an object cannot be written with a construct. Thrown inside the importer and caught per object: the
 * object is carried over unchanged, with the reason in a comment above it.
 */

/** Signals that an object has no equivalent construct. The message completes "carried over unchanged: ". */
export class NotExpressible extends Error {
  override readonly name = 'NotExpressible';
}

/** Throws `NotExpressible` if an object has a field that is not in `known`. */
export function requireOnlyFields(value: object, known: readonly string[], what: string): void {
  const unsupported = Object.entries(value).filter(([key, it]) => it !== null && !known.includes(key));
  const [first] = unsupported;
  if (first) throw new NotExpressible(`\`${first[0]}\` of ${what} is not translated`);
}

/**
 * Returns the list, or an empty one if it is absent. Throws `NotExpressible` if it is present but empty, which
 * constructs do not write.
 */
export function nonEmptyList<T>(value: readonly T[] | null | undefined, what: string): readonly T[] {
  if (Array.isArray(value) && value.length === 0) throw new NotExpressible(`${what} is an empty list`);
  return value ?? [];
}

/** Returns list entries keyed by name. Throws `NotExpressible` for names that a record would reorder or drop. */
export function byName<T extends { readonly name: string }>(
  entries: readonly T[],
  what: string,
): readonly (readonly [string, T])[] {
  const names = entries.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new NotExpressible(`${what}: duplicate name`);
  const unusable = names.find((name) => /^\d+$/.test(name) || name === '__proto__' || name === '');
  if (unusable !== undefined)
    throw new NotExpressible(`${what}: a record cannot preserve the position of the name "${unusable}"`);
  return entries.map((entry) => [entry.name, entry] as const);
}
