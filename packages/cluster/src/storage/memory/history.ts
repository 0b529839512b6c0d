/**
 * The recent changes of one resource, for watches from a past revision and for paged lists.
 *
 * Bounded by count and by bytes, since old versions of large objects would fill the memory. Older changes are dropped,
 * and requests for them fail with 410 Gone.
 */

import type { KubeObject } from '../../model/json.js';

/** A change of an object. For a deletion, `object` is the last state under a new revision. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

/** The maximum number of changes kept per resource; fewer if they exceed `HISTORY_BYTES`. */
export const HISTORY = 4096;

/** The maximum size of the changed objects kept per resource, as JSON; up to twice as much between clean-ups. */
export const HISTORY_BYTES = 16 * 1024 * 1024;

/** The recent changes of one resource, oldest first. */
export class History {
  readonly #changes: Change[] = [];
  readonly #sizes: number[] = [];
  #floor: number;
  #bytes = 0;

  /** @param floor the revision from which on all changes are known */
  constructor(floor: number) {
    this.#floor = floor;
  }

  /** Adds the newest change; `bytes` is the size of its object. */
  push(change: Change, bytes: number): void {
    this.#changes.push(change);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    if (this.#changes.length >= HISTORY * 2 || this.#bytes > HISTORY_BYTES * 2) this.#drop();
  }

  /** Returns the changes after a revision, oldest first; undefined if some of them were dropped. */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.#floor) return undefined;
    let first = this.#changes.length;
    while (first > 0 && (this.#changes[first - 1]?.revision ?? 0) > revision) first -= 1;
    return this.#changes.slice(first);
  }

  /** Drops all changes up to the newest revision. */
  compact(revision: number): void {
    this.#changes.length = 0;
    this.#sizes.length = 0;
    this.#bytes = 0;
    this.#floor = revision;
  }

  /** Drops the oldest changes until both limits are met. The newest change is kept regardless of its size. */
  #drop(): void {
    const excess = this.#changes.length - HISTORY;
    let count = 0;
    while (count < this.#changes.length - 1 && (count < excess || this.#bytes > HISTORY_BYTES)) {
      this.#bytes -= this.#sizes[count] ?? 0;
      count += 1;
    }
    const dropped = this.#changes.splice(0, count);
    this.#sizes.splice(0, count);
    this.#floor = dropped.at(-1)?.revision ?? this.#floor;
  }
}
