/**
 * A cache of one kind that includes this process's own writes.
 *
 * An informer receives own writes with a delay, and acting on its older state would repeat them. The response to each write is therefore
 * overlaid on the informer's cache until the watch has caught up. An object that was created and deleted between two lists is in neither:
 * listeners receive a change without a new state if a list as new as the object lacks it, or if a write stays unconfirmed for a minute. In
 * the second case the object may still exist, so they have to read it.
 */

import {
  keyOf,
  ChangeListeners,
  Informer,
  type Change,
  type ChangeListener,
  type KubeClient,
  type KubeObject,
  type InformerOptions,
  type Resource,
  type Source,
} from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';

/** Milliseconds after which a write that the watch has not confirmed is dropped. */
const OVERLAY_TTL_MS = 60_000;
/** The maximum number of deleted objects tracked until a watch confirms their deletion. */
const MAX_DELETED_UIDS = 4096;

interface OverlayEntry<T> {
  readonly object: T;
  readonly until: number;
}

/** The objects of one kind. */
export class MutationCache<T extends KubeObject> implements Source<T> {
  readonly informer: Informer<T>;
  readonly #clock: Clock;
  readonly #listeners: ChangeListeners<T>;
  /** Oldest first. */
  readonly #overlay = new Map<string, OverlayEntry<T>>();
  /** Uids of deleted objects, until the watch has shown their deletion. */
  readonly #deletedUids = new Set<string>();
  /** The newest state of each object, by its owner's uid and its name. */
  readonly #owned = new Map<string, Map<string, T>>();
  /** The uid of the owner that an object is indexed under, by the object's key. */
  readonly #owners = new Map<string, string>();

  constructor(
    client: KubeClient,
    resource: Resource,
    clock: Clock,
    options: Omit<InformerOptions<T>, 'onChange' | 'onList'>,
  ) {
    this.#clock = clock;
    this.#listeners = new ChangeListeners((error) => options.onError?.(error, 0));
    this.informer = new Informer<T>(client, resource, {
      clock,
      ...options,
      onChange: (key, change, listed) => {
        const isOwnWrite = this.#reconcile(key, change);
        if (!change.after && change.before?.metadata.uid !== undefined)
          this.#deletedUids.delete(change.before.metadata.uid);
        this.#index(key);
        // The response to an own write may contain changes of other clients that a list has skipped.
        if (listed || !isOwnWrite) this.#listeners.notify(key, change, listed);
      },
      onList: (version) => {
        for (const [key, { object }] of this.#overlay)
          if (!this.informer.get(key) && isAtMost(object.metadata.resourceVersion, version)) this.#drop(key, object);
      },
    });
  }

  /** Adds a listener for changes that are not own writes. */
  subscribe(listener: ChangeListener<T>): void {
    this.#listeners.add(listener);
  }

  get synced(): Promise<boolean> {
    return this.informer.synced;
  }

  start(): void {
    this.informer.start();
  }

  stop(): Promise<void> {
    return this.informer.stop();
  }

  /** How many objects the informer has. */
  get size(): number {
    return this.informer.size;
  }

  /** Returns the newest known state. Never change it. */
  get(key: string): T | undefined {
    this.#expire();
    return this.#newest(key);
  }

  /** Returns the newest known state of all objects, recorded ones included. Never change them. */
  list(): readonly T[] {
    this.#expire();
    const listed = this.informer.list();
    if (this.#overlay.size === 0 && this.#deletedUids.size === 0) return listed;
    const keys = new Set([...listed.map(keyOf), ...this.#overlay.keys()]);
    return [...keys].flatMap((key) => this.#newest(key) ?? []);
  }

  /** Returns the newest known state of all objects that an owner controls, by name. The map is live. Never change it. */
  ownedBy(uid: string): ReadonlyMap<string, T> {
    this.#expire();
    return this.#owned.get(uid) ?? EMPTY;
  }

  /** Records the server's response to a write or a live read. */
  record(object: T): T {
    const key = keyOf(object);
    const known = this.informer.get(key);
    if (!known || !isOlder(object, known)) {
      this.#overlay.delete(key);
      this.#overlay.set(key, { object, until: this.#clock.now() + OVERLAY_TTL_MS });
      this.#index(key);
    }
    return object;
  }

  /** Drops the recorded state of an object in favor of the watch. */
  forget(key: string): void {
    this.#overlay.delete(key);
    this.#index(key);
  }

  /** Records that the object with this uid no longer exists, before the watch shows it. */
  recordDeleted(key: string, uid: string): void {
    if (this.#overlay.get(key)?.object.metadata.uid === uid) this.#overlay.delete(key);
    this.#deletedUids.add(uid);
    const [oldest] = this.#deletedUids;
    if (this.#deletedUids.size > MAX_DELETED_UIDS && oldest !== undefined) this.#deletedUids.delete(oldest);
    this.#index(key);
  }

  #newest(key: string): T | undefined {
    const recorded = this.#overlay.get(key)?.object;
    if (recorded) return recorded;
    const known = this.informer.get(key);
    return known?.metadata.uid !== undefined && this.#deletedUids.has(known.metadata.uid) ? undefined : known;
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [key, { object, until }] of this.#overlay) {
      if (until >= now) return;
      this.#drop(key, object);
    }
  }

  /** Drops an own write. If the informer has no state of the object, no other change would wake its owner. */
  #drop(key: string, recorded: T): void {
    this.#overlay.delete(key);
    this.#index(key);
    if (!this.informer.get(key)) this.#listeners.notify(key, { before: recorded }, true);
  }

  /** Indexes an object under its owner. */
  #index(key: string): void {
    const object = this.#newest(key);
    const uid = object?.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    const before = this.#owners.get(key);
    const name = key.slice(key.indexOf('/') + 1);
    if (before !== undefined && before !== uid) {
      const others = this.#owned.get(before);
      others?.delete(name);
      if (others?.size === 0) this.#owned.delete(before);
      this.#owners.delete(key);
    }
    if (object === undefined || uid === undefined) return;
    const all = this.#owned.get(uid) ?? new Map<string, T>();
    this.#owned.set(uid, all.set(name, object));
    this.#owners.set(key, uid);
  }

  /** Returns whether the change is the recorded write, which this process has already seen. */
  #reconcile(key: string, { before, after }: Change<T>): boolean {
    const recorded = this.#overlay.get(key)?.object;
    if (!recorded) return false;
    const observed = after ?? before;
    const isOther = observed?.metadata.uid !== recorded.metadata.uid;
    if (after ? isOther || !isOlder(after, recorded) : !isOther) this.#overlay.delete(key);
    return !isOther && after?.metadata.resourceVersion === recorded.metadata.resourceVersion;
  }
}

const EMPTY: ReadonlyMap<string, never> = new Map<string, never>();

/** All known servers use increasing numbers as versions; if they are not numbers, the later object is the newer one. */
function isOlder({ metadata: a }: KubeObject, { metadata: b }: KubeObject): boolean {
  return !isAtMost(b.resourceVersion, a.resourceVersion) && isAtMost(a.resourceVersion, b.resourceVersion);
}

/** Whether a version is another one or an earlier one. False if one of them is not a number. */
function isAtMost(version = '', other = ''): boolean {
  if (!/^[1-9]\d*$/.test(version) || !/^[1-9]\d*$/.test(other)) return false;
  return version.length === other.length ? version <= other : version.length < other.length;
}
