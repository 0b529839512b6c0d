/**
 * Objects by key, and by whatever else someone looks them up by.
 *
 * Holds the server's JSON as it came (without managedFields, which is most of it). Never change an object from the store:
 * it is everybody's. Lookups by index cost what they return, not what the store holds.
 */

import { keyOf, type KubeObject } from '../client/resource.js';

/** What an object is to be found by; an object may have several values or none. */
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

/** What became of a key. Both are there when an object was changed; a new uid comes as a removal and an addition. */
export interface Change<T> {
  readonly before?: T;
  readonly after?: T;
}

/** A cache of one kind. */
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

  /** @throws RangeError for an index that the store was not made with: a mistake in the program */
  byIndex(index: string, value: string): T[] {
    const values = this.#indexes.get(index);
    if (!values)
      throw new RangeError(`no index "${index}": there are ${[...this.#indexes.keys()].join(', ') || 'none'}`);
    return [...(values.get(value) ?? [])].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Puts an object in, and says what that changed: nothing if it is the one that is there. */
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

  /** Takes an object out, if it is there; `last` is what the server said last of it. */
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

/** The object without what nobody reads: `managedFields`, and the copy that `kubectl apply` keeps in an annotation. */
export function dropUnusedMetadata<T extends KubeObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata as KubeObject['metadata'] & { managedFields?: unknown }; // wire
  const { 'kubectl.kubernetes.io/last-applied-configuration': applied, ...annotations } = metadata.annotations ?? {};
  if (managedFields === undefined && applied === undefined) return object;
  return { ...object, metadata: { ...metadata, ...(metadata.annotations ? { annotations } : {}) } };
}
