/**
 * The newest state of one resource, with the writes that are accepted and not yet durable.
 *
 * Only the write path looks at it: conflicts, quotas and changes must be computed on the newest state, while readers and watchers
 * may see only what is durable. Exists only while something is pending.
 */

import type { KubeObject } from '../../model/json.js';
import { sortKey, type Objects } from './collection.js';
import type { Change } from './history.js';

const keyOf = (namespace: string, name: string): string => `${namespace}\0${name}`;

/** Pending changes laid over the committed objects of one resource. */
export class PendingObjects implements Objects {
  readonly #committed: Objects;
  /** By namespace and name: the newest pending change. */
  readonly #changes = new Map<string, Change>();

  constructor(committed: Objects) {
    this.#committed = committed;
  }

  /** Whether nothing is pending any more. */
  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  /** Lays one more change over the committed state. */
  add(change: Change): void {
    this.#changes.set(sortKey(change.object), change);
  }

  /** Takes away a change that is committed now, unless a newer one of the same object is pending. */
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
