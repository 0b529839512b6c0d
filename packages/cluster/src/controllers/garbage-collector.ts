/**
 * Garbage collection: deletes objects whose owners are gone, and the contents of namespaces that are being deleted.
 *
 * It maintains an index of dependents by owner uid from the store's changes, so nothing is searched, and works off a queue outside the
 * write that caused the work. The cost is proportional to the number of deleted objects.
 */

import { arrayAt, deepEqual, type KubeObject, type OwnerReference } from '../model/json.js';
import { FOREGROUND, ORPHAN, deleteObject, type DeleteOptions } from '../api/verbs/delete.js';
import { groupResourceOf, type ResourceType } from '../api/kinds/resource-type.js';
import type { ApiContext } from '../api/api-context.js';
import type { Change } from '../storage/memory/history.js';

interface ObjectKey {
  readonly groupResource: string;
  readonly namespace: string;
  readonly name: string;
}

const PLAIN: DeleteOptions = { dryRun: false, graceSeconds: undefined, propagation: 'Background' };
const NAMESPACES = '/namespaces';
const idOf = ({ groupResource, namespace, name }: ObjectKey): string => `${groupResource}\0${namespace}\0${name}`;

/** Deletes objects whose owners are gone, and the contents of namespaces that are being deleted. */
export class GarbageCollector {
  readonly #api: ApiContext;
  /** Dependents by the owner's uid. */
  readonly #dependents = new Map<string, Map<string, ObjectKey>>();
  readonly #uids = new Set<string>();
  /** Owners that wait for their dependents, by uid. */
  readonly #waiting = new Map<string, ObjectKey>();
  /** Pending work by key, so that several changes of one object are reconciled once. */
  readonly #queue = new Map<string, () => void>();
  #scheduled = false;
  #closed = false;

  constructor(api: ApiContext) {
    this.#api = api;
    api.store.onChange((change, groupResource) => this.#observe(change, groupResource));
    api.store.onRetry(() => this.#enqueueAll());
  }

  /** Indexes the existing objects, and enqueues all of them. */
  start(): void {
    const all = this.#api.store
      .collections()
      .flatMap((collection) => collection.list().map((object) => ({ object, place: collection.groupResource })));
    for (const { object } of all) this.#uids.add(object.metadata.uid);
    for (const { object, place: groupResource } of all) this.#addToIndex(object, groupResource);
    this.#enqueueAll();
  }

  /** Stops collecting. */
  close(): void {
    this.#closed = true;
  }

  /** Enqueues all objects: at the start, and after writes of the collector were rolled back. */
  #enqueueAll(): void {
    for (const collection of this.#api.store.collections())
      for (const object of collection.values()) this.#enqueue(keyOf(object, collection.groupResource));
  }

  #observe({ type, object, previous }: Change, groupResource: string): void {
    const { uid, ownerReferences = [] } = object.metadata;
    if (type === 'DELETED') this.#uids.delete(uid);
    else this.#uids.add(uid);
    if (type === 'MODIFIED' && previous && keepsOwnership(previous, object)) return;
    if (previous?.metadata.ownerReferences) this.#removeFromIndex(previous, groupResource);
    if (type !== 'DELETED') this.#addToIndex(object, groupResource);
    const key = keyOf(object, groupResource);
    if (type === 'DELETED') this.#waiting.delete(uid);
    else if (object.metadata.finalizers?.includes(FOREGROUND)) this.#waiting.set(uid, key);
    if (type === 'DELETED') this.#afterDeletion(object, previous ?? object);
    else if (ownerReferences.length > 0 || object.metadata.deletionTimestamp !== undefined) this.#enqueue(key);
  }

  #addToIndex(object: KubeObject, groupResource: string): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const known = this.#dependents.get(uid) ?? new Map<string, ObjectKey>();
      this.#dependents.set(uid, known);
      const key = keyOf(object, groupResource);
      known.set(idOf(key), key);
    }
  }

  #removeFromIndex(object: KubeObject, groupResource: string): void {
    const id = idOf(keyOf(object, groupResource));
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const known = this.#dependents.get(uid);
      known?.delete(id);
      if (known?.size === 0) this.#dependents.delete(uid);
    }
  }

  #afterDeletion(object: KubeObject, last: KubeObject): void {
    for (const each of this.#dependents.get(object.metadata.uid)?.values() ?? []) this.#enqueue(each);
    for (const { uid } of last.metadata.ownerReferences ?? [])
      this.#enqueueWork(`owner ${uid}`, () => this.#reconcileOwner(uid));
    const { namespace } = object.metadata;
    if (namespace !== undefined && this.#isTerminatingNamespace(namespace))
      this.#enqueueWork(`namespace ${namespace}`, () => this.#reconcileNamespace(namespace));
  }

  #enqueue(key: ObjectKey): void {
    this.#enqueueWork(idOf(key), () => this.#reconcile(key));
  }

  /** Reconciles one object with its owners and finalizers. */
  #reconcile(key: ObjectKey): void {
    const found = this.#find(key);
    if (!found) return;
    const { object, type } = found;
    if (key.groupResource === NAMESPACES) this.#emptyNamespace(object.metadata.name);
    if (object.metadata.deletionTimestamp !== undefined) this.#reconcileTerminating(object, type);
    else this.#reconcileOwned(object, type);
  }

  #reconcileTerminating(object: KubeObject, type: ResourceType): void {
    const finalizers = object.metadata.finalizers ?? [];
    const dependents = this.#dependentsOf(object);
    if (finalizers.includes(ORPHAN)) {
      for (const each of dependents)
        this.#removeOwnerReferences(each.object, each.type, new Set([object.metadata.uid]));
      this.#removeFinalizer(object, type, ORPHAN);
      return;
    }
    if (!finalizers.includes(FOREGROUND)) return;
    const blocking = dependents.filter((each) => ownerOf(each.object, object)?.blockOwnerDeletion === true);
    for (const each of dependents) {
      if (
        each.object.metadata.deletionTimestamp !== undefined ||
        this.#otherOwners(each.object, object.metadata.uid).length > 0
      )
        continue;
      deleteObject(this.#api, each.type, each.object, {
        ...PLAIN,
        propagation: this.#dependentsOf(each.object).length > 0 ? 'Foreground' : 'Background',
      });
    }
    if (blocking.length === 0) this.#removeFinalizer(object, type, FOREGROUND);
    else if (this.#dependentsOf(object).every((each) => ownerOf(each.object, object)?.blockOwnerDeletion !== true))
      this.#removeFinalizer(object, type, FOREGROUND);
  }

  /** Deletes an object without living owners; otherwise removes references to owners that are gone. */
  #reconcileOwned(object: KubeObject, type: ResourceType): void {
    const references = object.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const missing = references.filter((reference) => !this.#uids.has(reference.uid) && this.#isKindServed(reference));
    if (missing.length === 0) return;
    if (missing.length === references.length) deleteObject(this.#api, type, object, PLAIN);
    else this.#removeOwnerReferences(object, type, new Set(missing.map(({ uid }) => uid)));
  }

  /**
   * Reconciles an owner that waits for its dependents. It does nothing while a dependent is still being deleted: otherwise the deletion of
   * n dependents would take n² steps.
   */
  #reconcileOwner(uid: string): void {
    const key = this.#waiting.get(uid);
    const owner = key && this.#find(key);
    if (!owner) return;
    for (const groupResource of this.#dependents.get(uid)?.values() ?? []) {
      const { object } = this.#find(groupResource) ?? {};
      if (!object || ownerOf(object, owner.object)?.blockOwnerDeletion !== true) continue;
      if (object.metadata.deletionTimestamp === undefined) break;
      return;
    }
    this.#reconcileTerminating(owner.object, owner.type);
  }

  /** Whether an owner's kind is served. Otherwise the owner's existence is unknown. */
  #isKindServed({ apiVersion, kind }: OwnerReference): boolean {
    return this.#api.catalog.findKind(apiVersion, kind) !== undefined;
  }

  #otherOwners(object: KubeObject, except: string): readonly OwnerReference[] {
    return (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== except && this.#uids.has(uid));
  }

  #dependentsOf(object: KubeObject): readonly { object: KubeObject; type: ResourceType }[] {
    const keys = [...(this.#dependents.get(object.metadata.uid)?.values() ?? [])];
    return keys.flatMap((each) => this.#find(each) ?? []);
  }

  #removeOwnerReferences(object: KubeObject, type: ResourceType, uids: ReadonlySet<string>): void {
    const remaining = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
    const metadata = { ...object.metadata, ownerReferences: remaining };
    this.#api.store.put(groupResourceOf(type), { ...object, metadata });
  }

  /** Removes a finalizer of the collector; deletes the object if nothing else holds it. */
  #removeFinalizer(object: KubeObject, type: ResourceType, finalizer: string): void {
    const found = this.#find(keyOf(object, groupResourceOf(type)));
    if (!found) return;
    const finalizers = (found.object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
    const changed = { ...found.object, metadata: { ...found.object.metadata, finalizers } };
    const held = finalizers.length > 0 || (object.metadata.deletionGracePeriodSeconds ?? 0) > 0;
    if (held) this.#api.store.put(groupResourceOf(type), changed);
    else this.#api.store.remove(groupResourceOf(type), changed);
  }

  #isTerminatingNamespace(name: string): boolean {
    return this.#api.store.latest(NAMESPACES).get('', name)?.metadata.deletionTimestamp !== undefined;
  }

  /** Reconciles a namespace that is being deleted, unless an object in it is still being deleted, whose end triggers another reconcile. */
  #reconcileNamespace(name: string): void {
    const held = this.#api.catalog.types.some(
      (type) =>
        type.namespaced &&
        this.#api.store.latest(groupResourceOf(type)).first(name)?.metadata.deletionTimestamp !== undefined,
    );
    if (!held) this.#emptyNamespace(name);
  }

  /** Deletes the contents of a namespace that is being deleted, and then the namespace. */
  #emptyNamespace(name: string): void {
    const groupResource = NAMESPACES;
    const found = this.#find({ groupResource, namespace: '', name });
    if (found?.object.metadata.deletionTimestamp === undefined) return;
    let remaining = 0;
    for (const type of this.#api.catalog.types) {
      if (!type.namespaced) continue;
      for (const object of this.#api.store.latest(groupResourceOf(type)).list(name)) {
        const { isDeleted } = deleteObject(this.#api, type, object, PLAIN);
        if (!isDeleted) remaining += 1;
      }
    }
    if (remaining > 0) return;
    const { object } = this.#find({ groupResource, namespace: '', name }) ?? found;
    const emptied = { ...object, spec: {} };
    if (arrayAt(object, 'metadata', 'finalizers').length > 0) this.#api.store.put(groupResource, emptied);
    else this.#api.store.remove(groupResource, emptied);
  }

  #find({ groupResource, namespace, name }: ObjectKey): { object: KubeObject; type: ResourceType } | undefined {
    const object = this.#api.store.latest(groupResource).get(namespace, name);
    const [type] = this.#api.catalog.byGroupResource(groupResource);
    return object && type ? { object, type } : undefined;
  }

  #enqueueWork(key: string, work: () => void): void {
    if (!this.#queue.has(key)) this.#queue.set(key, work);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#api.clock.defer(() => this.#processQueue());
  }

  /** Processes the queue; yields to requests during a long cascade. */
  #processQueue(): void {
    const { clock } = this.#api;
    const startedAt = clock.now();
    for (const [key, work] of this.#queue) {
      if (this.#closed || clock.now() - startedAt > 20) break;
      this.#queue.delete(key);
      work();
    }
    this.#scheduled = this.#queue.size > 0 && !this.#closed;
    if (this.#scheduled) this.#api.clock.defer(() => this.#processQueue());
  }
}

/** Whether a change affects neither owners nor deletion, as most changes. */
const keepsOwnership = ({ metadata: before }: KubeObject, { metadata: after }: KubeObject): boolean =>
  after.deletionTimestamp === undefined && deepEqual(before.ownerReferences, after.ownerReferences);

const keyOf = ({ metadata }: KubeObject, groupResource: string): ObjectKey => ({
  groupResource,
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

const ownerOf = (object: KubeObject, owner: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find(({ uid }) => uid === owner.metadata.uid);
