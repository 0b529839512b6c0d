/**
 * Remembers what a function makes of an object, for as long as the object lives.
 *
 * A run is looked at several times a task, and each look would read and check the same Pipeline and Tasks again: the square of
 * their number in all. Only for pure functions, and for objects that nobody changes, as those of the caches are.
 */

/** `make`, once for each object. */
export function memoize<K extends object, V>(compute: (input: K) => V): (from: K) => V {
  const results = new WeakMap<K, { readonly made: V }>();
  return (from) => {
    const found = results.get(from) ?? { made: compute(from) };
    results.set(from, found);
    return found.made;
  };
}

/** What a {@link memoizeLru} keeps of each key. */
interface MemoizedResult<F, V> {
  readonly input: F;
  readonly result: V;
}

/**
 * What was made last for each key, made anew only when it would be made of something else (`same` says so). For what is
 * looked at again and again with equal but not identical facts; keeps the 64 keys that were asked for last.
 */
export function memoizeLru<F, V>(isSame: (a: F, b: F) => boolean): (key: string, input: F, compute: () => V) => V {
  const results = new Map<string, MemoizedResult<F, V>>();
  return (key, input, compute) => {
    const found = results.get(key);
    const entry = found && isSame(found.input, input) ? found : { input, result: compute() };
    results.delete(key);
    results.set(key, entry);
    const [oldest] = results.size > 64 ? results.keys() : [];
    if (oldest !== undefined) results.delete(oldest);
    return entry.result;
  };
}
