/**
 * Keeps a copy of a kind's objects true to the server's, whatever happens to the connection.
 *
 *     list ──▶ watch from there ──▶ ended, or silent for long ──▶ watch on from the last version seen
 *      ▲            │
 *      └─ 410 ──────┤ the version is forgotten: list again and compare
 *                   └ anything else: wait (0.8 s, doubled), then watch on
 *
 * It says which key changed, and hands over before and after only for telling which other key that concerns (a pod's owner).
 * A listener decides nothing: it adds keys to a queue. What happened in between two looks is not reported, by design.
 */

import { isExpired, NoAnswerError } from '../client/api-error.js';
import { Backoff } from './backoff.js';
import type { KubeClient } from '../client/client.js';
import { pause, systemClock, type Clock } from '../clock.js';
import { systemRandom } from '../random.js';
import { keyOf, type KubeObject, type Resource } from '../client/resource.js';
import { slim, Store, type Change, type Indexer } from './store.js';
import type { WatchEvent } from '../client/watch.js';
import { Watchdog } from './watchdog.js';

/** What to keep, and whom to tell. */
export interface ReflectorOptions<T extends KubeObject> {
  /** By default all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** By name; see `byOwner` and `byLabel`. */
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
  /** What to keep of an object, after managedFields is gone. By default all of it. */
  readonly keep?: (object: T) => T;
  /** Called after the store has changed. `listed`: it was found by a list, not seen to change. */
  readonly onChange?: (key: string, change: Change<T>, listed: boolean) => void;
  /** Told what went wrong and when it is tried again (milliseconds). Being stopped is no error. */
  readonly onError?: (error: unknown, retryIn: number) => void;
  readonly clock?: Clock;
  /** From 0 to 1; spreads reconnects. By default random. */
  readonly random?: () => number;
  /** Seconds after which the server ends a watch. By default 290. */
  readonly watchSeconds?: number;
  /**
   * Milliseconds of silence after which the watch is taken for dead and begun anew from the last version; a healthy one loses
   * nothing by it. By default 40,000.
   */
  readonly silence?: number;
  /** Objects a page of the list. By default 500. */
  readonly pageSize?: number;
}

/** After a watch has lived this long, an end is news and not a symptom. */
const STABLE = 5000;
const FIRST_WAIT = 800;
/** An answering server is spared; one that cannot be reached is tried more often, that costs it nothing. */
const MOST = { refused: 30_000, unreachable: 5000 } as const;

/** A live copy of a kind. */
export class Reflector<T extends KubeObject = KubeObject> {
  readonly resource: Resource;
  /** Resolves with true once the first list is in the store, with false if stopped before. */
  readonly synced: Promise<boolean>;
  readonly #client: KubeClient;
  readonly #options: ReflectorOptions<T>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #store: Store<T>;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  #version: string | undefined;
  #running: Promise<void> | undefined;
  #resolveSynced: (synced: boolean) => void = () => undefined;
  #lastHeard: number | undefined;
  #watchdog: Watchdog | undefined;

  constructor(client: KubeClient, resource: Resource, options: ReflectorOptions<T> = {}) {
    this.#client = client;
    this.resource = resource;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#store = new Store(options.indexers);
    this.#backoff = new Backoff(FIRST_WAIT, this.#random);
    this.synced = new Promise((resolve) => (this.#resolveSynced = resolve));
  }

  /** Begins. Never throws, never gives up; `onError` hears of trouble. */
  start(): this {
    this.#running ??= this.#run();
    return this;
  }

  /** Ends, silently. The store stays as it was. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#watchdog?.bark();
    this.#resolveSynced(false);
    await this.#running;
  }

  /** `namespace/name`, or `name` for what has no namespace. */
  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  list(): T[] {
    return [...this.#store.values()];
  }

  keys(): string[] {
    return [...this.#store.keys()];
  }

  /** Objects by one of the `indexers`. */
  by(index: string, value: string): T[] {
    return this.#store.by(index, value);
  }

  get size(): number {
    return this.#store.size;
  }

  /** Milliseconds since the server was last heard: for a liveness check. Undefined before the first answer. */
  get quietFor(): number | undefined {
    return this.#lastHeard === undefined ? undefined : this.#clock.now() - this.#lastHeard;
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#stopped()) {
      try {
        if (this.#version === undefined) await this.#relist();
        await this.#watchOnce();
      } catch (error) {
        if (this.#stopped()) return;
        if (isExpired(error)) this.#version = undefined;
        const retryIn = this.#backoff.next(error instanceof NoAnswerError ? MOST.unreachable : MOST.refused);
        if (!isExpired(error)) this.#report(error, retryIn);
        await pause(this.#clock, retryIn, this.#stop.signal);
      }
    }
  }

  async #relist(): Promise<void> {
    const { namespace, labelSelector, fieldSelector, pageSize } = this.#options;
    const query = { namespace, labelSelector, fieldSelector, pageSize, signal: this.#stop.signal };
    const { items, resourceVersion } = await this.#client.list<T>(this.resource, query);
    this.#heard();
    const gone = new Set(this.#store.keys());
    for (const item of items) {
      gone.delete(keyOf(item));
      this.#put(item, true);
    }
    for (const key of gone) this.#tell(key, this.#store.remove(key), true);
    this.#version = resourceVersion;
    this.#resolveSynced(true);
  }

  /** One watch, to its end. */
  async #watchOnce(): Promise<void> {
    const { namespace, labelSelector, fieldSelector, watchSeconds = 290, silence = 40_000 } = this.#options;
    const begun = this.#clock.now();
    const watchdog = new Watchdog(this.#clock, silence);
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
        watchdog.feed();
        this.#heard();
        this.#apply(event);
      }
    } finally {
      watchdog.stop();
      if (this.#clock.now() - begun >= STABLE) this.#backoff.reset();
    }
    // A server that ends watches as soon as they begin must not be asked in a circle.
    const lived = Math.round(this.#clock.now() - begun);
    if (!this.#stopped() && lived < STABLE) {
      throw new NoAnswerError(`the watch of ${this.resource.plural} was ended by the server after ${lived} ms`);
    }
  }

  #apply({ type, object }: WatchEvent<T>): void {
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
        this.#put(object, false);
        break;
      case 'DELETED':
        this.#tell(keyOf(object), this.#store.remove(keyOf(object), this.#kept(object)), false);
        break;
      case 'BOOKMARK':
        break;
    }
    this.#version = object.metadata.resourceVersion ?? this.#version;
  }

  #put(object: T, listed: boolean): void {
    this.#tell(keyOf(object), this.#store.put(this.#kept(object)), listed);
  }

  #kept(object: T): T {
    const slimmed = slim(object);
    return this.#options.keep?.(slimmed) ?? slimmed;
  }

  /** A listener that throws is the program's mistake; it must not cost us the watch or the event. */
  #tell(key: string, changes: readonly Change<T>[], listed: boolean): void {
    for (const change of changes) {
      try {
        this.#options.onChange?.(key, change, listed);
      } catch (error) {
        this.#report(error, 0);
      }
    }
  }

  #report(error: unknown, retryIn: number): void {
    try {
      this.#options.onError?.(error, retryIn);
    } catch {
      // a broken log must not stop the reflector
    }
  }

  #heard(): void {
    this.#lastHeard = this.#clock.now();
  }
}
