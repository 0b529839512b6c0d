/**
 * A controller: sources of changes, a work queue and a reconciler.
 *
 *     source ──▶ key of the object, or of its owner ──▶ work queue ──▶ reconcile(key)
 *
 * Declared as with controller-runtime's builder: `for` the kind that is reconciled, `owns` kinds that it creates, `watches` anything
 * else. Sources only select keys; `reconcile` reads the state and decides.
 */

import { keyOf, type KubeObject } from '../client/resource.js';
import type { ChangeListener } from './change-listeners.js';
import type { Change } from './store.js';
import { PRIORITY, WorkQueue, type WorkQueueOptions } from './work-queue.js';

/** A cache of one kind that reports changes: an informer, or a cache laid over one. Several controllers can share it. */
export interface Source<T extends KubeObject> {
  /** Resolves with true after the first list, with false if stopped before. */
  readonly synced: Promise<boolean>;
  /** Starts it unless it is running. */
  start(): unknown;
  stop(): Promise<void>;
  /** Adds a listener. Add all before `start`. */
  subscribe(listener: ChangeListener<T>): void;
}

/** A key to reconcile. */
export interface ReconcileRequest {
  readonly key: string;
  /** Milliseconds until it is added to the queue; of several the earliest counts. By default 0. */
  readonly afterMs?: number;
}

/** Options of {@link Controller.owns}. */
interface OwnsOptions {
  /**
   * Milliseconds by which a watched change of a child delays the reconcile of its owner, so that several changes cause one.
   * Deletions and the first list are not delayed. By default 0.
   */
  readonly updateDelayMs?: number;
}

/** The key of the controlling owner if it is of this kind. */
export function ownerKey({ metadata }: KubeObject, kind: string): string | undefined {
  const owner = metadata.ownerReferences?.find((one) => one.controller === true && one.kind === kind);
  return owner && keyOf({ metadata: { name: owner.name, namespace: metadata.namespace ?? '' } });
}

/** Reports whether `child` is controlled by the object with this uid, not by another one of the same name. */
export const isControlledBy = (child: KubeObject, uid: string | undefined): boolean =>
  uid !== undefined &&
  child.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid) === true;

const priorityOf = (listed: boolean): number => (listed ? PRIORITY.listed : PRIORITY.change);

/** Reconciles keys when the objects of its sources change. */
export class Controller {
  readonly #queue: WorkQueue;
  readonly #sources: Pick<Source<KubeObject>, 'start' | 'synced'>[] = [];

  constructor(options: WorkQueueOptions) {
    this.#queue = new WorkQueue(options);
  }

  /** Reconciles each object of a source that is added or changed. */
  for<T extends KubeObject>(source: Source<T>): this {
    return this.#subscribe(source, (key, { after }, listed) => {
      if (after) this.#queue.add(key, priorityOf(listed));
    });
  }

  /** Reconciles the controlling owner, if it is of kind `ownerKind`, of each object that is added, changed or deleted. */
  owns<T extends KubeObject>(source: Source<T>, ownerKind: string, { updateDelayMs = 0 }: OwnsOptions = {}): this {
    return this.#subscribe(source, (_key, { before, after }, listed) => {
      const object = after ?? before;
      const owner = object && ownerKey(object, ownerKind);
      if (owner === undefined) return;
      if (updateDelayMs > 0 && after && !listed) this.#queue.addAfter(owner, updateDelayMs);
      else this.#queue.add(owner, priorityOf(listed));
    });
  }

  /** Reconciles the keys that `map` returns for a change. */
  watches<T extends KubeObject>(source: Source<T>, map: (change: Change<T>) => readonly ReconcileRequest[]): this {
    return this.#subscribe(source, (_key, change, listed) => {
      for (const { key, afterMs = 0 } of map(change)) {
        if (afterMs > 0) this.#queue.addAfter(key, afterMs);
        else this.#queue.add(key, priorityOf(listed));
      }
    });
  }

  /** Starts these caches too, and waits for them: `reconcile` reads them, but their changes do not trigger it. */
  reads(...caches: readonly Pick<Source<KubeObject>, 'start' | 'synced'>[]): this {
    this.#sources.push(...caches);
    return this;
  }

  /**
   * Reconciles a key after a delay; of several delays the earliest counts. For changes that no source reports, such as the
   * controller's own writes.
   */
  enqueueAfter(key: string, ms: number): void {
    this.#queue.addAfter(key, ms);
  }

  /** Starts the sources, waits for their first lists and starts the workers. Resolves with false if a source was stopped first. */
  async start(): Promise<boolean> {
    for (const source of this.#sources) source.start();
    const synced = (await Promise.all(this.#sources.map((source) => source.synced))).every(Boolean);
    if (synced) this.#queue.start();
    return synced;
  }

  /** Accepts no more keys; resolves when no reconcile is running. Sources are stopped by their owner, who may share them. */
  stop(): Promise<void> {
    return this.#queue.stop();
  }

  #subscribe<T extends KubeObject>(source: Source<T>, listener: ChangeListener<T>): this {
    source.subscribe(listener);
    this.#sources.push(source);
    return this;
  }
}
