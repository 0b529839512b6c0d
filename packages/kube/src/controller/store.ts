/**
 * Stores objects by key and in indexes.
 *
 * Holds the server's JSON without managedFields, which is most of it. Never change an object from the store, because all readers share it.
 * The cost of a lookup in an index depends on its result, not on the size of the store.
 */

import { keyOf, type KubeObject } from '../client/resource.js';

/** Returns the values under which an index has an object. */
export type Indexer<T> = (object: T) => readonly string[];

/** Finds objects by the uid of any of their owners. */
export const byOwner: Indexer<KubeObject> = ({ metadata }) => metadata.ownerReferences?.map(({ uid }) => uid) ?? [];

/** Finds objects by the value of a label. */
export const byLabel =
  (label: string): Indexer<KubeObject> =>
  ({ metadata }) => {
    const value = metadata.labels?.[label];
    return value === undefined ? [] : [value];
  };

/** The change of a key. Has both states if an object was updated; a new uid is a removal and an addition. */
export interface Change<T> {
  readonly before?: T;
  readonly after?: T;
}

/** The objects of one kind. */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexers: Readonly<Record<string, Indexer<T>>>;
  readonly #indexes = new Map<string, Map<string, Set<string>>>();

  constructor(indexers: Readonly<Record<string, Indexer<T>>> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indexes.set(name, new Map());
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Returns the objects of an index. Throws RangeError if the store has no such index. */
  byIndex(index: string, value: string): T[] {
    const values = this.#indexes.get(index);
    if (!values)
      throw new RangeError(`no index "${index}"; the indexes are ${[...this.#indexes.keys()].join(', ') || 'none'}`);
    return [...(values.get(value) ?? [])].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Stores an object. Returns the changes: none if the version is already stored. */
  put(object: T): readonly Change<T>[] {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before && sameVersion(before, object)) return [];
    if (before) this.#unindex(key, before);
    this.#objects.set(key, object);
    this.#index(key, object);
    if (!before) return [{ after: object }];
    if (before.metadata.uid === object.metadata.uid) return [{ before, after: object }];
    return [{ before }, { after: object }];
  }

  /** Removes an object if it exists; `last` is its last state. */
  remove(key: string, last?: T): readonly Change<T>[] {
    const before = this.#objects.get(key);
    if (!before) return [];
    if (last && last.metadata.uid !== before.metadata.uid) return []; // an earlier one of that name
    this.#unindex(key, before);
    this.#objects.delete(key);
    return [{ before: last ?? before }];
  }

  #index(key: string, object: T): void {
    for (const [index, valuesOf] of Object.entries(this.#indexers)) {
      const values = this.#indexes.get(index);
      for (const value of valuesOf(object)) values?.set(value, (values.get(value) ?? new Set()).add(key));
    }
  }

  #unindex(key: string, object: T): void {
    for (const [index, valuesOf] of Object.entries(this.#indexers)) {
      const values = this.#indexes.get(index);
      for (const value of valuesOf(object)) {
        const keys = values?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) values?.delete(value);
      }
    }
  }
}

const sameVersion = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.uid === b.metadata.uid &&
  a.metadata.resourceVersion !== undefined &&
  a.metadata.resourceVersion === b.metadata.resourceVersion;

/** Returns the object without unused metadata: `managedFields`, and the annotation of `kubectl apply`. */
export function dropUnusedMetadata<T extends KubeObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata as KubeObject['metadata'] & { managedFields?: unknown }; // wire
  const { 'kubectl.kubernetes.io/last-applied-configuration': applied, ...annotations } = metadata.annotations ?? {};
  if (managedFields === undefined && applied === undefined) return object;
  return { ...object, metadata: { ...metadata, ...(metadata.annotations ? { annotations } : {}) } };
}
