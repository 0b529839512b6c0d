/**
 * The newest state of one resource, including writes that are accepted but not yet durable.
 *
 * Used only by writes: conflicts, quotas and changes are computed on the newest state, while readers and watchers see
 * durable objects. Exists only while writes are pending.
 */

import type { KubeObject } from '../../model/json.js';
import { sortKey, type Objects } from './collection.js';
import type { Change } from './history.js';

const keyOf = (namespace: string, name: string): string => `${namespace}\0${name}`;

/** Pending changes on top of the committed objects of one resource. */
export class PendingObjects implements Objects {
  readonly #committed: Objects;
  /** The newest pending change by namespace and name. */
  readonly #changes = new Map<string, Change>();

  constructor(committed: Objects) {
    this.#committed = committed;
  }

  /** Whether no change is pending. */
  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  /** Adds a pending change. */
  add(change: Change): void {
    this.#changes.set(sortKey(change.object), change);
  }

  /** Removes a committed change, unless a newer one of the same object is pending. */
  settle(change: Change): void {
    const key = sortKey(change.object);
    if (this.#changes.get(key) === change) this.#changes.delete(key);
  }

  get(namespace: string, name: string): KubeObject | undefined {
    const change = this.#changes.get(keyOf(namespace, name));
    if (change) return change.type === 'DELETED' ? undefined : change.object;
    return this.#committed.get(namespace, name);
  }

  first(namespace: string): KubeObject | undefined {
    const first = this.#committed.first(namespace);
    const found = first && this.get(namespace, first.metadata.name);
    return found ?? this.list(namespace)[0];
  }

  list(namespace?: string): readonly KubeObject[] {
    const changes = [...this.#changes.values()].filter(
      ({ object }) => namespace === undefined || (object.metadata.namespace ?? '') === namespace,
    );
    const committed = this.#committed.list(namespace);
    if (changes.length === 0) return committed;
    const objects = committed.filter((object) => !this.#changes.has(sortKey(object)));
    for (const { type, object } of changes) if (type !== 'DELETED') objects.push(object);
    return objects.sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
  }
}
