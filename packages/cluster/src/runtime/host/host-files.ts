/**
 * Caches lstat results of the machine's files for many containers.
 *
 * A container on the host's root needs about a hundred lookups, nearly all of paths that no container can write to and that were looked
 * up before. Results are valid for a second, so newly installed programs are found. Files that containers write are never cached.
 */

import { lstatSync, type Stats } from 'node:fs';

/** The lifetime of a cached result, in milliseconds. */
const MAX_AGE_MS = 1000;

/** Cached lstat(2) for paths that containers cannot change. */
export class HostFileCache {
  readonly #answers = new Map<string, Stats | undefined>();
  readonly #now: () => number;
  #since = Number.NEGATIVE_INFINITY;

  /** @param now monotonic milliseconds. @default the process's clock */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Drops outdated results. Called once per container, so that its plan is based on one state. */
  begin(): void {
    const now = this.#now();
    if (now - this.#since < MAX_AGE_MS) return;
    this.#since = now;
    this.#answers.clear();
  }

  /** @returns undefined if the file does not exist or is not accessible: a container cannot use it either way */
  lstat(path: string): Stats | undefined {
    const known = this.#answers.get(path);
    if (known !== undefined || this.#answers.has(path)) return known;
    const stats = tryLstat(path);
    this.#answers.set(path, stats);
    return stats;
  }
}

/** Returns the current result of lstat(2). */
export function tryLstat(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // not accessible
  }
}
