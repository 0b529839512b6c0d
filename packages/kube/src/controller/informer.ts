/**
 * Keeps a local copy of a kind's objects equal to the server's, across all failures of the connection.
 *
 *     list ──▶ watch from its version ──▶ ended, or silent for long ──▶ watch from the last version received
 *      ▲            │
 *      └─ 410 ──────┤ the version has expired: list again and compare
 *                   └ other errors: wait (0.8 s, doubled), then continue the watch
 *
 * Listeners get the key of a changed object, with its states before and after so that they can select related keys (a pod's owner). They
 * add keys to queues and decide nothing. By design, intermediate states can be skipped.
 */

import { isExpired, ConnectionError } from '../client/api-error.js';
import { Backoff } from './backoff.js';
import type { KubeClient } from '../client/client.js';
import { sleep, systemClock, type Clock } from '@pipewright/apimachinery';
import { systemRandom } from '../random.js';
import { keyOf, type KubeObject, type Resource } from '../client/resource.js';
import { ChangeListeners, type ChangeListener } from './change-listeners.js';
import type { Source } from './controller.js';
import { dropUnusedMetadata, Store, type Change, type Indexer } from './store.js';
import type { WatchEvent } from '../client/watch.js';
import { Watchdog } from './watchdog.js';

/** Options of an informer. */
export interface InformerOptions<T extends KubeObject> {
  /** By default all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** By name; see `byOwner` and `byLabel`. */
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
  /** Reduces an object before it is stored, after managedFields was removed. By default it is stored whole. */
  readonly transform?: (object: T) => T;
  /** Called after the store has changed. `listed`: a list found the change, as opposed to a watch. */
  readonly onChange?: ChangeListener<T>;
  /** Called with the version of a list after all its changes are in the store. */
  readonly onList?: (resourceVersion: string) => void;
  /** Called with an error and the milliseconds until the next attempt. Stopping is not an error. */
  readonly onError?: (error: unknown, retryIn: number) => void;
  readonly clock?: Clock;
  /** From 0 to 1; spreads reconnects. By default random. */
  readonly random?: () => number;
  /** Seconds after which the server ends a watch. By default 290. */
  readonly watchSeconds?: number;
  /**
   * Milliseconds of silence after which the watch is considered broken and restarted from the last version. No event is lost if it was
   * not. By default 40,000.
   */
  readonly silenceTimeoutMs?: number;
  /** Objects per page of the list. By default 500. */
  readonly pageSize?: number;
}

/** The end of a watch that lasted this long is normal and resets the backoff. */
const STABLE_WATCH_MS = 5000;
const INITIAL_RETRY_DELAY_MS = 800;
/** Retries after a rejection are slower, to reduce the load on the server; an unreachable server has no load. */
const MAX_RETRY_DELAY_MS = { rejected: 30_000, unreachable: 5000 } as const;

/** The objects of one kind, kept up to date. */
export class Informer<T extends KubeObject = KubeObject> implements Source<T> {
  readonly resource: Resource;
  /** Resolves with true once the first list is in the store, with false if stopped before. */
  readonly synced: Promise<boolean>;
  readonly #client: KubeClient;
  readonly #options: InformerOptions<T>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #store: Store<T>;
  readonly #backoff: Backoff;
  readonly #listeners: ChangeListeners<T>;
  readonly #stop = new AbortController();
  #version: string | undefined;
  #running: Promise<void> | undefined;
  #resolveSynced: (synced: boolean) => void = () => undefined;
  #lastContact: number | undefined;
  #watchdog: Watchdog | undefined;

  constructor(client: KubeClient, resource: Resource, options: InformerOptions<T> = {}) {
    this.#client = client;
    this.resource = resource;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#listeners = new ChangeListeners((error) => this.#report(error, 0));
    if (options.onChange) this.#listeners.add(options.onChange);
    this.#store = new Store(options.indexers);
    this.#backoff = new Backoff(INITIAL_RETRY_DELAY_MS, this.#random);
    this.synced = new Promise((resolve) => (this.#resolveSynced = resolve));
  }

  /** Starts listing and watching. Never throws and never gives up; errors go to `onError`. */
  start(): this {
    this.#running ??= this.#run();
    return this;
  }

  /** Stops without an error. The store keeps its objects. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#watchdog?.expire();
    this.#resolveSynced(false);
    await this.#running;
  }

  subscribe(listener: ChangeListener<T>): void {
    this.#listeners.add(listener);
  }

  /** Returns an object by key: `namespace/name`, or `name` for a kind without namespaces. */
  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  list(): T[] {
    return [...this.#store.values()];
  }

  keys(): string[] {
    return [...this.#store.keys()];
  }

  /** Returns objects by one of the `indexers`. */
  byIndex(index: string, value: string): T[] {
    return this.#store.byIndex(index, value);
  }

  get size(): number {
    return this.#store.size;
  }

  /** Milliseconds since the last data from the server, for liveness checks. Undefined before the first response. */
  get silentForMs(): number | undefined {
    return this.#lastContact === undefined ? undefined : this.#clock.now() - this.#lastContact;
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped()) {
      try {
        if (this.#version === undefined) await this.#relist();
        await this.#watchOnce();
      } catch (error) {
        if (this.#isStopped()) return;
        if (isExpired(error)) this.#version = undefined;
        const retryIn = this.#backoff.next(
          error instanceof ConnectionError ? MAX_RETRY_DELAY_MS.unreachable : MAX_RETRY_DELAY_MS.rejected,
        );
        if (!isExpired(error)) this.#report(error, retryIn);
        await sleep(this.#clock, retryIn, this.#stop.signal);
      }
    }
  }

  async #relist(): Promise<void> {
    const { namespace, labelSelector, fieldSelector, pageSize } = this.#options;
    const query = { namespace, labelSelector, fieldSelector, pageSize, signal: this.#stop.signal };
    const { items, resourceVersion } = await this.#client.list<T>(this.resource, query);
    this.#recordContact();
    const missing = new Set(this.#store.keys());
    for (const item of items) {
      missing.delete(keyOf(item));
      this.#put(item, true);
    }
    for (const key of missing) this.#notify(key, this.#store.remove(key), true);
    this.#version = resourceVersion;
    this.#resolveSynced(true);
    this.#options.onList?.(resourceVersion);
  }

  /** Runs one watch until it ends. */
  async #watchOnce(): Promise<void> {
    const { namespace, labelSelector, fieldSelector, watchSeconds = 290, silenceTimeoutMs = 40_000 } = this.#options;
    const startedAt = this.#clock.now();
    const watchdog = new Watchdog(this.#clock, silenceTimeoutMs);
    this.#watchdog = watchdog;
    const events = this.#client.watch<T>(this.resource, {
      namespace,
      labelSelector,
      fieldSelector,
      resourceVersion: this.#version,
      bookmarks: true,
      timeoutSeconds: Math.round(watchSeconds * (1 - this.#random() / 10)),
      signal: watchdog.signal,
    });
    try {
      for await (const event of events) {
        watchdog.reset();
        this.#recordContact();
        this.#apply(event);
      }
    } finally {
      watchdog.stop();
      if (this.#clock.now() - startedAt >= STABLE_WATCH_MS) this.#backoff.reset();
    }
    // Prevents a busy loop with a server that ends watches at once.
    const durationMs = Math.round(this.#clock.now() - startedAt);
    if (!this.#isStopped() && durationMs < STABLE_WATCH_MS) {
      throw new ConnectionError(`the watch of ${this.resource.plural} was ended by the server after ${durationMs} ms`);
    }
  }

  #apply({ type, object }: WatchEvent<T>): void {
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
        this.#put(object, false);
        break;
      case 'DELETED':
        this.#notify(keyOf(object), this.#store.remove(keyOf(object), this.#transform(object)), false);
        break;
      case 'BOOKMARK':
        break;
    }
    this.#version = object.metadata.resourceVersion ?? this.#version;
  }

  #put(object: T, listed: boolean): void {
    this.#notify(keyOf(object), this.#store.put(this.#transform(object)), listed);
  }

  #transform(object: T): T {
    const reduced = dropUnusedMetadata(object);
    return this.#options.transform?.(reduced) ?? reduced;
  }

  #notify(key: string, changes: readonly Change<T>[], listed: boolean): void {
    for (const change of changes) this.#listeners.notify(key, change, listed);
  }

  #report(error: unknown, retryIn: number): void {
    try {
      this.#options.onError?.(error, retryIn);
    } catch {
      // a failing logger must not stop the informer
    }
  }

  #recordContact(): void {
    this.#lastContact = this.#clock.now();
  }
}
