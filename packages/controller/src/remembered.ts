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
