/**
 * The committed objects of one resource, and their recent changes.
 *
 * Stored objects are immutable, so a past state is the current one with the newer changes reverted; nothing is copied.
 * Only the store writes to a collection.
 */

import type { KubeObject } from '../../model/json.js';
import { History, type Change } from './history.js';
import type { ObjectSizes } from './object-size.js';

/** Receives changes in the order of revisions. */
export type Listener = (change: Change, groupResource: string) => void;

/** The objects of one resource at one revision. */
export interface Objects {
  /** Returns an object by name. Cluster-wide objects are in namespace `''`. */
  get(namespace: string, name: string): KubeObject | undefined;
  /** Returns the oldest object of a namespace. */
  first(namespace: string): KubeObject | undefined;
  /** Returns the objects of one or all namespaces, ordered by namespace and name. */
  list(namespace?: string): readonly KubeObject[];
}

/** The committed objects of one resource, and their recent changes. */
export class Collection implements Objects {
  readonly groupResource: string;
  readonly #byNamespace = new Map<string, Map<string, KubeObject>>();
  readonly #sorted = new Map<string, readonly KubeObject[]>();
  readonly #sizes: ObjectSizes;
  readonly #history: History;
  readonly #listeners = new Set<Listener>();
  readonly #ends = new Set<() => void>();
  #size = 0;
  #bytes = 0;

  /** @param floor the revision from which on all changes are known */
  constructor(groupResource: string, floor: number, sizes: ObjectSizes) {
    this.groupResource = groupResource;
    this.#sizes = sizes;
    this.#history = new History(floor);
  }

  /** The number of objects. */
  get size(): number {
    return this.#size;
  }

  /** The approximate size of all objects as JSON. */
  get bytes(): number {
    return this.#bytes;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  first(namespace: string): KubeObject | undefined {
    const [object] = this.#byNamespace.get(namespace)?.values() ?? [];
    return object;
  }

  list(namespace?: string): readonly KubeObject[] {
    if (namespace === undefined) return [...this.#byNamespace.keys()].sort().flatMap((each) => this.list(each));
    const known = this.#sorted.get(namespace);
    if (known) return known;
    const objects = [...(this.#byNamespace.get(namespace)?.values() ?? [])];
    objects.sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
    this.#sorted.set(namespace, objects);
    return objects;
  }

  /** Returns all objects, in no particular order; cheaper than a list. */
  values(): KubeObject[] {
    return [...this.#byNamespace.values()].flatMap((objects) => [...objects.values()]);
  }

  /** Returns the changes after a revision, oldest first; undefined if some of them were dropped. */
  since(revision: number): readonly Change[] | undefined {
    return this.#history.since(revision);
  }

  /** Returns the objects as of a revision; undefined if the history does not reach back that far. */
  listAsOf(revision: number, namespace?: string): readonly KubeObject[] | undefined {
    const newer = this.since(revision);
    if (newer === undefined) return undefined;
    if (newer.length === 0) return this.list(namespace);
    const state = new Map(this.list(namespace).map((object) => [sortKey(object), object]));
    for (const { object, previous } of [...newer].reverse()) {
      if (namespace !== undefined && (object.metadata.namespace ?? '') !== namespace) continue;
      if (previous) state.set(sortKey(object), previous);
      else state.delete(sortKey(object));
    }
    return [...state.values()].sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
  }

  /** Calls `listener` for each later change, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` when the resource stops being served, until the returned function is called. */
  onEnd(listener: () => void): () => void {
    this.#ends.add(listener);
    return () => this.#ends.delete(listener);
  }

  /** Ends all watches because the resource is no longer served. */
  end(): void {
    for (const listener of [...this.#ends]) listener();
  }

  /** Drops the history up to now, so that watches from an earlier revision fail with 410 Gone. */
  compact(revision: number): void {
    this.#history.compact(revision);
  }

  /** Applies a change and adds it to the history. Only the store calls this. */
  take(change: Change): void {
    this.settle(change);
    this.#history.push(change, this.#sizes.of(change.object));
  }

  /** Applies a change without adding it to the history. Only the store calls this. */
  settle(change: Pick<Change, 'type' | 'object'>): void {
    const { namespace = '', name } = change.object.metadata;
    const objects = this.#byNamespace.get(namespace) ?? new Map<string, KubeObject>();
    this.#byNamespace.set(namespace, objects);
    const before = objects.size;
    const replaced = objects.get(name);
    if (replaced) this.#bytes -= this.#sizes.of(replaced);
    if (change.type === 'DELETED') objects.delete(name);
    else {
      objects.set(name, change.object);
      this.#bytes += this.#sizes.of(change.object);
    }
    this.#size += objects.size - before;
    this.#sorted.delete(namespace);
    if (objects.size === 0) this.#byNamespace.delete(namespace);
  }

  /** The watchers of this resource. Only the store calls them, after all listeners. */
  watchers(): readonly Listener[] {
    return [...this.#listeners];
  }
}

/** Returns a key that sorts by namespace and name: NUL sorts before every character of either. */
export const sortKey = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}\0${metadata.name}`;
