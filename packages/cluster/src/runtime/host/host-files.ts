/**
 * What lies where on the machine, asked once for many containers.
 *
 * A container on the host's root needs some hundred answers of the file system, nearly all of them about places that no
 * container can write to and that were asked about a moment ago. An answer is good for a second: a program that is
 * installed meanwhile is there for whoever comes later. What containers write is never asked here.
 */

import { lstatSync, type Stats } from 'node:fs';

/** How long an answer may be used, in milliseconds. */
const GOOD_FOR = 1000;

/** Answers as lstat(2) would, for places that nothing we start can change. */
export class HostFileCache {
  readonly #answers = new Map<string, Stats | undefined>();
  readonly #now: () => number;
  #since = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds of a clock that never goes back. By default the process's own */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Forgets what may no longer be so. Once for each container, so that all of it is planned by one state. */
  begin(): void {
    const now = this.#now();
    if (now - this.#since < GOOD_FOR) return;
    this.#since = now;
    this.#answers.clear();
  }

  /** @returns undefined when nothing is there, or nothing that we may see: both mean that a container cannot use it */
  lstat(path: string): Stats | undefined {
    const known = this.#answers.get(path);
    if (known !== undefined || this.#answers.has(path)) return known;
    const stats = tryLstat(path);
    this.#answers.set(path, stats);
    return stats;
  }
}

/** As lstat(2) answers now. */
export function tryLstat(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // not ours to see
  }
}
