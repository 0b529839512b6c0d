/**
 * A cache of one kind that also knows what this process has just written.
 *
 * A reflector learns of our own writes a moment later; acting on what it knew before would repeat them (the source of
 * doubled pods in other controllers). So the answer to each write is laid over the cache until the watch has caught up.
 */

import {
  keyOf,
  Reflector,
  type Change,
  type Clock,
  type KubeClient,
  type KubeObject,
  type ReflectorOptions,
  type Resource,
} from '@pipewright/kube';

/** After this long (milliseconds) a write that no watch has confirmed is forgotten: the object came and went. */
const FORGET = 60_000;
/** So many deleted objects are remembered that no watch has shown to be deleted. */
const MOST_GONE = 4096;

interface Laid<T> {
  readonly object: T;
  readonly until: number;
}

/** One kind of objects. */
export class Shelf<T extends KubeObject> {
  readonly reflector: Reflector<T>;
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #laid = new Map<string, Laid<T>>();
  /** Uids of deleted objects, until the watch has shown their deletion. */
  readonly #gone = new Set<string>();
  /** The newest state of each object, by its owner's uid and its own name. */
  readonly #owned = new Map<string, Map<string, T>>();
  /** The owner that an object is to be found under, by its key. */
  readonly #owners = new Map<string, string>();

  constructor(client: KubeClient, resource: Resource, clock: Clock, options: ReflectorOptions<T>) {
    this.#clock = clock;
    this.reflector = new Reflector<T>(client, resource, {
      clock,
      ...options,
      onChange: (key, change, listed) => {
        const seen = this.#settle(key, change);
        if (!change.after && change.before?.metadata.uid !== undefined) this.#gone.delete(change.before.metadata.uid);
        this.#file(key);
        // A list may have skipped changes of others that the answer to our write had in it.
        if (listed || !seen) options.onChange?.(key, change, listed);
      },
    });
  }

  /** The newest state known. Never change it. */
  get(key: string): T | undefined {
    this.#expire();
    return this.#newest(key);
  }

  /** The newest state known of all objects: what {@link get} gives for each, noted ones included. Never change them. */
  list(): readonly T[] {
    this.#expire();
    const listed = this.reflector.list();
    if (this.#laid.size === 0 && this.#gone.size === 0) return listed;
    const keys = new Set([...listed.map(keyOf), ...this.#laid.keys()]);
    return [...keys].flatMap((key) => this.#newest(key) ?? []);
  }

  /** The newest state known of all that an owner controls, by name. It changes as that does. Never change it. */
  ownedBy(uid: string): ReadonlyMap<string, T> {
    this.#expire();
    return this.#owned.get(uid) ?? NONE;
  }

  /** Notes what the server answered to a write or a live read. */
  note(object: T): T {
    const key = keyOf(object);
    const known = this.reflector.get(key);
    if (!known || !isOlder(object, known)) {
      this.#laid.delete(key);
      this.#laid.set(key, { object, until: this.#clock.now() + FORGET });
      this.#file(key);
    }
    return object;
  }

  /** Forgets what was noted of an object: the watch is right. */
  forget(key: string): void {
    this.#laid.delete(key);
    this.#file(key);
  }

  /** Notes that the server does not have the object of this uid any more, of which a late watch knows nothing yet. */
  gone(key: string, uid: string): void {
    if (this.#laid.get(key)?.object.metadata.uid === uid) this.#laid.delete(key);
    this.#gone.add(uid);
    const [oldest] = this.#gone;
    if (this.#gone.size > MOST_GONE && oldest !== undefined) this.#gone.delete(oldest);
    this.#file(key);
  }

  #newest(key: string): T | undefined {
    const laid = this.#laid.get(key)?.object;
    if (laid) return laid;
    const known = this.reflector.get(key);
    return known?.metadata.uid !== undefined && this.#gone.has(known.metadata.uid) ? undefined : known;
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [key, { until }] of this.#laid) {
      if (until >= now) return;
      this.#laid.delete(key);
      this.#file(key);
    }
  }

  /** Has an object found under its owner. */
  #file(key: string): void {
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

  /** @returns whether the change is what was noted, so that whoever wrote it has seen it already */
  #settle(key: string, { before, after }: Change<T>): boolean {
    const laid = this.#laid.get(key)?.object;
    if (!laid) return false;
    const seen = after ?? before;
    const another = seen?.metadata.uid !== laid.metadata.uid;
    if (after ? another || !isOlder(after, laid) : !another) this.#laid.delete(key);
    return !another && after?.metadata.resourceVersion === laid.metadata.resourceVersion;
  }
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** Versions count upwards at every server there is; where they are no numbers, what arrives later is newer. */
function isOlder({ metadata: a }: KubeObject, { metadata: b }: KubeObject): boolean {
  const [left = '', right = ''] = [a.resourceVersion, b.resourceVersion];
  if (!/^[1-9]\d*$/.test(left) || !/^[1-9]\d*$/.test(right)) return false;
  return left.length === right.length ? left < right : left.length < right.length;
}
