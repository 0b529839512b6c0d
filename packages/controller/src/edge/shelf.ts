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

interface Laid<T> {
  readonly object: T;
  readonly until: number;
}

/** One kind of objects. */
export class Shelf<T extends KubeObject> {
  readonly reflector: Reflector<T>;
  readonly #clock: Clock;
  readonly #laid = new Map<string, Laid<T>>();

  constructor(client: KubeClient, resource: Resource, clock: Clock, options: ReflectorOptions<T>) {
    this.#clock = clock;
    this.reflector = new Reflector<T>(client, resource, {
      clock,
      ...options,
      onChange: (key, change, listed) => {
        const seen = this.#settle(key, change);
        // A list may have skipped changes of others that the answer to our write had in it.
        if (listed || !seen) options.onChange?.(key, change, listed);
      },
    });
  }

  /** The newest state known. Never change it. */
  get(key: string): T | undefined {
    const laid = this.#laid.get(key);
    if (laid && laid.until < this.#clock.now()) this.#laid.delete(key);
    return this.#laid.get(key)?.object ?? this.reflector.get(key);
  }

  /** Notes what the server answered to a write or a live read. */
  note(object: T): T {
    const known = this.reflector.get(keyOf(object));
    if (!known || !isOlder(object, known)) this.#laid.set(keyOf(object), { object, until: this.#clock.now() + FORGET });
    return object;
  }

  /** Notes that the server has no such object. */
  forget(key: string): void {
    this.#laid.delete(key);
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

/** Versions count upwards at every server there is; where they are no numbers, what arrives later is newer. */
function isOlder({ metadata: a }: KubeObject, { metadata: b }: KubeObject): boolean {
  const [left = '', right = ''] = [a.resourceVersion, b.resourceVersion];
  if (!/^[1-9]\d*$/.test(left) || !/^[1-9]\d*$/.test(right)) return false;
  return left.length === right.length ? left < right : left.length < right.length;
}
