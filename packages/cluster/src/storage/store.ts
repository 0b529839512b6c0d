/**
 * All objects, in memory, with the history that watches and paged lists need.
 *
 * One counter numbers every change of every object (the resourceVersion). Stored objects are never changed in place, so a
 * past state is today's with the newer changes taken back; nothing is copied for it. Durability is someone else's
 * (`journal.ts`), who is told of each change before anyone else.
 */

import type { KubeObject } from '../api/json.js';

/** One change of one object. `object` of a deletion is its last state under a new revision. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

/** Who wants to know of changes; called in the order of revisions, and may not throw. */
export type Listener = (change: Change, place: string) => void;

/** How many changes of one resource are remembered. Asking for older ones is answered with 410. */
export const HISTORY = 4096;

/** The objects of one resource, and their recent changes. */
export class Collection {
  readonly place: string;
  readonly #byNamespace = new Map<string, Map<string, KubeObject>>();
  readonly #sorted = new Map<string, readonly KubeObject[]>();
  readonly #history: Change[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #ends = new Set<() => void>();
  #floor: number;
  #size = 0;

  constructor(place: string, floor: number) {
    this.place = place;
    this.#floor = floor;
  }

  /** How many objects there are. */
  get size(): number {
    return this.#size;
  }

  /** The object of that name, if there is one. Cluster-wide objects live in namespace `''`. */
  get(namespace: string, name: string): KubeObject | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  /** Some object of a namespace, if there is one: the one that has been there for longest. */
  first(namespace: string): KubeObject | undefined {
    const [object] = this.#byNamespace.get(namespace)?.values() ?? [];
    return object;
  }

  /** The objects of one namespace, or of all, in the order of namespace and name. */
  list(namespace?: string): readonly KubeObject[] {
    if (namespace === undefined) return [...this.#byNamespace.keys()].sort().flatMap((each) => this.list(each));
    const known = this.#sorted.get(namespace);
    if (known) return known;
    const objects = [...(this.#byNamespace.get(namespace)?.values() ?? [])];
    objects.sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
    this.#sorted.set(namespace, objects);
    return objects;
  }

  /** Changes after a revision, oldest first; undefined when not all of them are remembered. */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.#floor) return undefined;
    let first = this.#history.length;
    while (first > 0 && (this.#history[first - 1]?.revision ?? 0) > revision) first -= 1;
    return this.#history.slice(first);
  }

  /** The objects as they were at a revision; undefined when that is too long ago. */
  listAsOf(revision: number, namespace?: string): readonly KubeObject[] | undefined {
    const newer = this.since(revision);
    if (newer === undefined) return undefined;
    if (newer.length === 0) return this.list(namespace);
    const state = new Map(this.list(namespace).map((object) => [keyOf(object), object]));
    for (const { object, previous } of [...newer].reverse()) {
      if (namespace !== undefined && (object.metadata.namespace ?? '') !== namespace) continue;
      if (previous) state.set(keyOf(object), previous);
      else state.delete(keyOf(object));
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

  /** Ends all watches: the resource is no longer served. */
  end(): void {
    for (const listener of [...this.#ends]) listener();
  }

  /** Forgets the history up to now, so that watches from before are answered with 410. */
  compact(revision: number): void {
    this.#history.length = 0;
    this.#floor = revision;
  }

  /** Takes in a change. Only the store calls this. */
  take(change: Change): void {
    this.settle(change);
    this.#history.push(change);
    if (this.#history.length < HISTORY * 2) return;
    const dropped = this.#history.splice(0, this.#history.length - HISTORY);
    this.#floor = dropped.at(-1)?.revision ?? this.#floor;
  }

  /** Brings the objects up to date without remembering how. Only the store calls this. */
  settle(change: Pick<Change, 'type' | 'object'>): void {
    const { namespace = '', name } = change.object.metadata;
    const objects = this.#byNamespace.get(namespace) ?? new Map<string, KubeObject>();
    this.#byNamespace.set(namespace, objects);
    const before = objects.size;
    if (change.type === 'DELETED') objects.delete(name);
    else objects.set(name, change.object);
    this.#size += objects.size - before;
    this.#sorted.delete(namespace);
    if (objects.size === 0) this.#byNamespace.delete(namespace);
  }

  /** Tells the watchers. Only the store calls this, after everything else has been brought up to date. */
  announce(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change, this.place);
  }
}

/** All collections, and the one counter. */
export class Store {
  readonly #collections = new Map<string, Collection>();
  readonly #listeners: Listener[] = [];
  readonly #start: number;
  #revision: number;

  /** @param revision the last one given out, when continuing after a restart: what was before is not remembered */
  constructor(revision = 0) {
    this.#start = revision;
    this.#revision = revision;
  }

  /** The revision of the last change. */
  get revision(): number {
    return this.#revision;
  }

  /** The collection of a place (`group/plural`), made when first asked for. */
  collection(place: string): Collection {
    const known = this.#collections.get(place);
    if (known) return known;
    const made = new Collection(place, this.#start);
    this.#collections.set(place, made);
    return made;
  }

  /** All collections there are. */
  collections(): readonly Collection[] {
    return [...this.#collections.values()];
  }

  /** Calls `listener` for every change of every resource, before any watcher hears of it. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Stores an object, new or changed, under the next revision; returns what was stored. */
  put(place: string, object: KubeObject): KubeObject {
    const collection = this.collection(place);
    const previous = collection.get(object.metadata.namespace ?? '', object.metadata.name);
    return this.#commit(collection, previous ? 'MODIFIED' : 'ADDED', object, previous);
  }

  /** Removes an object; returns its last state under the deletion's revision. */
  remove(place: string, object: KubeObject): KubeObject {
    return this.#commit(this.collection(place), 'DELETED', object, object);
  }

  /** Puts an object back as it was before a restart, telling nobody. */
  restore(place: string, object: KubeObject): void {
    this.collection(place).settle({ type: 'ADDED', object });
  }

  #commit(
    collection: Collection,
    type: Change['type'],
    object: KubeObject,
    previous: KubeObject | undefined,
  ): KubeObject {
    this.#revision += 1;
    const stored = frozen({ ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } });
    const change: Change = { type, revision: this.#revision, object: stored, previous };
    collection.take(change);
    for (const listener of this.#listeners) listener(change, collection.place);
    collection.announce(change);
    return stored;
  }
}

/** Makes a change in place an error where it is made: watchers and clients in this process hold the very same object. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const field of Object.keys(value)) frozen((value as Record<string, unknown>)[field]); // any object has fields
  return Object.freeze(value);
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Sorts by namespace, then name: NUL is below every character of either. */
export const sortKey = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}\0${metadata.name}`;
