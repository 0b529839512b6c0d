/**
 * All objects in memory, with the history for watches and paged lists.
 *
 * A single counter numbers all changes of all objects (the resourceVersion). With a change log, a write is first
 * *pending*: it is computed on the newest state, and becomes visible to readers, watchers and listeners once the log
 * has made it durable. Without a change log, writes are committed immediately.
 */

import type { KubeObject } from '../../model/json.js';
import { Collection, type Listener, type Objects } from './collection.js';
import type { Change } from './history.js';
import { ObjectSizes } from './object-size.js';
import { ObjectTexts } from './object-texts.js';
import { PendingObjects } from './pending-objects.js';

/** Makes changes durable, in the order of `add` calls. */
export interface ChangeLog {
  /** Serializes a change. Throws before any effect if that fails. */
  encode(change: Change, groupResource: string): string;
  /** Queues a change and its text. Later calls `Store.commit` for it, or `Store.rollBack` for all pending changes. */
  add(change: Change, groupResource: string, text: string): void;
  /** Resolves when all queued changes are committed, rejects if rolled back; undefined if no change is pending. */
  settled(): Promise<void> | undefined;
}

/** The collections and the revision counter. */
export class Store {
  /** The maximum size of all objects in bytes. The API server rejects writes that exceed it. */
  readonly capacityBytes: number;
  /** The sizes of the objects. */
  readonly sizes = new ObjectSizes();
  /** The recently used JSON texts of the objects. */
  readonly texts = new ObjectTexts();
  readonly #collections = new Map<string, Collection>();
  readonly #pending = new Map<string, PendingObjects>();
  readonly #listeners: Listener[] = [];
  readonly #retries: (() => void)[] = [];
  #start: number;
  #bytes = 0;
  readonly #onBug: (error: unknown) => void;
  #log: ChangeLog | undefined;
  #revision: number;
  #lastRevision: number;

  /**
   * @param revision the last revision, after a restart: earlier changes are not in the history
   * @param onBug receives errors of listeners, which must not affect the write
   * @param capacityBytes the maximum size of all objects in bytes
   */
  constructor(revision = 0, onBug: (error: unknown) => void = throwLater, capacityBytes = Number.POSITIVE_INFINITY) {
    this.capacityBytes = capacityBytes;
    this.#start = revision;
    this.#revision = revision;
    this.#lastRevision = revision;
    this.#onBug = onBug;
  }

  /** The revision of the last committed change. */
  get revision(): number {
    return this.#revision;
  }

  /** The approximate size of all committed objects as JSON. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns the committed objects of a resource (`group/plural`), creating the collection on first use. */
  collection(groupResource: string): Collection {
    const known = this.#collections.get(groupResource);
    if (known) return known;
    const created = new Collection(groupResource, this.#start, this.sizes);
    this.#collections.set(groupResource, created);
    return created;
  }

  /** Returns all collections. */
  collections(): readonly Collection[] {
    return [...this.#collections.values()];
  }

  /** Returns the newest objects of a resource including pending writes, on which writes are computed. */
  latest(groupResource: string): Objects {
    return this.#pending.get(groupResource) ?? this.collection(groupResource);
  }

  /** Calls `listener` for every committed change of every resource, before any watcher is called. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Calls `listener` some time after a rollback, to retry writes that no client repeats. */
  onRetry(listener: () => void): void {
    this.#retries.push(listener);
  }

  /** Stores a new or changed object under the next revision; returns it as stored. */
  put(groupResource: string, object: KubeObject): KubeObject {
    const previous = this.latest(groupResource).get(object.metadata.namespace ?? '', object.metadata.name);
    return this.#write(groupResource, previous ? 'MODIFIED' : 'ADDED', object, previous);
  }

  /** Removes an object; returns its last state under the deletion's revision. */
  remove(groupResource: string, object: KubeObject): KubeObject {
    return this.#write(groupResource, 'DELETED', object, object);
  }

  /**
   * Resolves when all writes so far are durable and visible, rejects with a `StorageWriteError` if they were rolled
   * back; undefined if no write is pending. Must be called in the same turn of the event loop as the write to wait for.
   */
  settled(): Promise<void> | undefined {
    return this.#log?.settled();
  }

  /** Makes later writes durable through a log before they are committed. */
  attach(log: ChangeLog): void {
    this.#log = log;
  }

  /** Makes a pending change visible. Only the change log calls this, in the order of revisions. */
  commit(change: Change, groupResource: string): void {
    const pending = this.#pending.get(groupResource);
    pending?.settle(change);
    if (pending?.isEmpty === true) this.#pending.delete(groupResource);
    this.#apply(this.collection(groupResource), change);
  }

  /** Drops all pending changes. Only the change log calls this. Their revisions are not reused. */
  rollBack(): void {
    this.#pending.clear();
  }

  /** Calls the retry listeners. Only the change log calls this. */
  retry(): void {
    for (const listener of this.#retries) {
      try {
        listener();
      } catch (error) {
        this.#onBug(error);
      }
    }
  }

  /** Restores an object after a restart, without notifying listeners. */
  restore(groupResource: string, object: KubeObject): void {
    this.#countChange(this.collection(groupResource), (collection) => collection.settle({ type: 'ADDED', object }));
  }

  /** Restores a deletion after a restart, without notifying listeners. */
  restoreDeletion(groupResource: string, namespace: string, name: string): void {
    const collection = this.collection(groupResource);
    const object = collection.get(namespace, name);
    if (object) this.#countChange(collection, () => collection.settle({ type: 'DELETED', object }));
  }

  /** Continues after a revision once all objects are restored. Earlier changes are not in the history. */
  resume(revision: number): void {
    this.#start = revision;
    this.#revision = revision;
    this.#lastRevision = revision;
    for (const collection of this.#collections.values()) collection.compact(revision);
  }

  #write(
    groupResource: string,
    type: Change['type'],
    object: KubeObject,
    previous: KubeObject | undefined,
  ): KubeObject {
    const revision = this.#lastRevision + 1;
    const stored = this.sizes.freeze({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(revision) },
    });
    const change: Change = { type, revision, object: stored, previous };
    const log = this.#log;
    const text = log?.encode(change, groupResource) ?? '';
    this.#lastRevision = revision; // set last, so that an error above has no effect
    if (!log) {
      this.#apply(this.collection(groupResource), change);
      return stored;
    }
    const pending = this.#pending.get(groupResource) ?? new PendingObjects(this.collection(groupResource));
    this.#pending.set(groupResource, pending);
    pending.add(change);
    log.add(change, groupResource, text);
    return stored;
  }

  #apply(collection: Collection, change: Change): void {
    this.#revision = change.revision;
    this.#countChange(collection, () => collection.take(change));
    const { groupResource } = collection;
    for (const listener of this.#listeners) this.#notify(listener, change, groupResource);
    for (const watcher of collection.watchers()) this.#notify(watcher, change, groupResource);
  }

  /** Changes a collection and updates the total size. */
  #countChange(collection: Collection, change: (collection: Collection) => void): void {
    const before = collection.bytes;
    change(collection);
    this.#bytes += collection.bytes - before;
  }

  #notify(listener: Listener, change: Change, groupResource: string): void {
    try {
      listener(change, groupResource);
    } catch (error) {
      this.#onBug(error);
    }
  }
}

const throwLater = (error: unknown): void =>
  queueMicrotask(() => {
    throw error;
  });
