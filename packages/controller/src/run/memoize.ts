/**
 * Remembers what a function makes of an object, for as long as the object lives.
 *
 * A run is looked at several times a task, and each look would read and check the same Pipeline and Tasks again: the square of
 * their number in all. Only for pure functions, and for objects that nobody changes, as those of the caches are.
 */

/** `make`, once for each object. */
export function remembered<K extends object, V>(make: (from: K) => V): (from: K) => V {
  const known = new WeakMap<K, { readonly made: V }>();
  return (from) => {
    const found = known.get(from) ?? { made: make(from) };
    known.set(from, found);
    return found.made;
  };
}

/** What a {@link latest} keeps of each key. */
interface Made<F, V> {
  readonly from: F;
  readonly made: V;
}

/**
 * What was made last for each key, made anew only when it would be made of something else (`same` says so). For what is
 * looked at again and again with equal but not identical facts; keeps the 64 keys that were asked for last.
 */
export function latest<F, V>(same: (a: F, b: F) => boolean): (key: string, from: F, make: () => V) => V {
  const known = new Map<string, Made<F, V>>();
  return (key, from, make) => {
    const found = known.get(key);
    const kept = found && same(found.from, from) ? found : { from, made: make() };
    known.delete(key);
    known.set(key, kept);
    const [oldest] = known.size > 64 ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    return kept.made;
  };
}
