/**
 * Resolved manifests by request, for all runs of a controller.
 *
 * Pure except for its own entries: the time is an argument. Failures are not cached, so that a corrected definition is found by the next run.
 */

import type { ResolutionRequest, ResolvedManifest } from './resolution.js';
import type { ResolverParams } from './params.js';

/** The maximum number of entries, and the milliseconds for which an entry is used, as in Tekton. */
const MAX_ENTRIES = 1000;
const TTL_MS = 5 * 60_000;

/** When a resolver's result is cached: the param `cache`. */
export type CacheMode = 'always' | 'never' | 'auto';

/** Returns the mode that a request sets; undefined if its value is invalid. */
export function cacheModeOf({ params }: ResolutionRequest): CacheMode | undefined {
  const value = params.find(({ name }) => name === 'cache')?.value ?? 'auto';
  return value === 'always' || value === 'never' || value === 'auto' ? value : undefined;
}

/** Whether to cache the result: in mode `auto` only one that cannot change, such as an image with a digest. */
export function isCached(mode: CacheMode, params: ResolverParams): boolean {
  if (mode !== 'auto') return mode === 'always';
  if (params.kind === 'git') return /^[0-9a-f]{40}$/.test(params.revision);
  return params.kind === 'bundles'
    ? params.bundle.includes('@sha256:')
    : params.kind === 'http' && params.sha256 !== undefined;
}

/** The key of a request. Credentials come from the run's namespace, so requests of different namespaces do not share a result. */
export const cacheKeyOf = ({ resolver, params, namespace }: ResolutionRequest): string =>
  JSON.stringify([resolver, namespace, params.map(({ name, value }) => [name, value]).toSorted()]);

/** The cache. */
export class ResolutionCache {
  readonly #entries = new Map<string, { readonly result: ResolvedManifest; readonly expiresAt: number }>();

  /** Returns the result of an earlier request. `now`: milliseconds of a monotonic clock. */
  get(key: string, now: number): ResolvedManifest | undefined {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    if (!entry || entry.expiresAt <= now) return undefined;
    this.#entries.set(key, entry); // most recently used
    return entry.result;
  }

  /** Records a result, in place of the least recently used one if the cache is full. */
  set(key: string, result: ResolvedManifest, now: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { result, expiresAt: now + TTL_MS });
    const [oldest] = this.#entries.size > MAX_ENTRIES ? this.#entries.keys() : [];
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
