/**
 * Memoization by object identity, and by key with a bounded number of entries.
 *
 * A PipelineRun is reconciled several times per task; reading and checking the same Pipeline each time would cost the square of the
 * number of tasks. Use it for pure functions of objects that never change, such as those of an informer's cache.
 */

import type { VersionedSpec } from '@pipewright/tekton';

/** Returns `compute` with its result cached for each object. */
export function memoize<K extends object, V>(compute: (input: K) => V): (from: K) => V {
  const results = new WeakMap<K, { readonly result: V }>();
  return (from) => {
    const found = results.get(from) ?? { result: compute(from) };
    results.set(from, found);
    return found.result;
  };
}

/** Returns `compute` with its result cached for each spec: objects that differ only in metadata and status share it. */
export function memoizeSpec<V>(compute: (of: VersionedSpec) => V): (of: VersionedSpec) => V {
  const results = new WeakMap<object, { readonly result: V }>();
  return (of) => {
    const found = results.get(of.spec) ?? { result: compute(of) };
    results.set(of.spec, found);
    return found.result;
  };
}

/** The entry that {@link memoizeLru} keeps for a key. */
interface MemoizedResult<F, V> {
  readonly input: F;
  readonly result: V;
}

/**
 * Returns a function that caches the last result for each key and computes it again when `isSame` reports a different input.
 * Keeps the 64 most recently used keys.
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
