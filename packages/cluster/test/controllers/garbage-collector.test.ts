/** The cost of garbage collection. The contract tests its behavior. */

import { describe, expect, test } from '@jest/globals';
import { BUILT_IN } from '../../src/api/kinds/builtin.js';
import { GarbageCollector } from '../../src/controllers/garbage-collector.js';
import type { KubeObject, OwnerReference } from '../../src/model/json.js';
import { deleteObject, type DeleteOptions } from '../../src/api/verbs/delete.js';
import type { Collection } from '../../src/storage/memory/collection.js';
import { Store } from '../../src/storage/memory/store.js';
import { testApiContext } from '../support/api-context.js';

/** Counts the lookups of the collector, and the objects returned. */
class CountingStore extends Store {
  lookups = 0;

  override collection(groupResource: string): Collection {
    this.lookups += 1;
    const collection = super.collection(groupResource);
    const list = (namespace?: string): readonly KubeObject[] => {
      const objects = collection.list(namespace);
      this.lookups += objects.length;
      return objects;
    };
    return new Proxy(collection, {
      get: (target, name) => {
        if (name === 'list') return list;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
}

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: meta('ci'), spec: { finalizers: ['kubernetes'] } };
const OWNER = { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('owner', 'ci') };
const REFERENCE = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'uid-owner', blockOwnerDeletion: true };
const DELETION: DeleteOptions = { dryRun: false, graceSeconds: undefined, propagation: 'Background' };

function meta(name: string, namespace?: string, fields: Partial<KubeObject['metadata']> = {}): KubeObject['metadata'] {
  const identity = { name, uid: `uid-${name}`, resourceVersion: '', creationTimestamp: '' };
  return { ...identity, ...(namespace !== undefined && { namespace }), ...fields };
}

const typeOf = (kind: string) => BUILT_IN.find((type) => type.kind === kind)!;

/** Returns a context with a namespace, an owner in it, and objects that a finalizer keeps from being deleted. */
function apiContextWith(count: number, ownerReferences?: readonly OwnerReference[]) {
  const store = new CountingStore(1);
  const api = testApiContext(store);
  new GarbageCollector(api).start();
  store.put('/namespaces', NAMESPACE);
  store.put('/configmaps', OWNER);
  for (let index = 0; index < count; index += 1) {
    const metadata = meta(`object-${index}`, 'ci', {
      finalizers: ['example.com/held'],
      ...(ownerReferences && { ownerReferences: [...ownerReferences] }),
    });
    store.put('/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }
  return { store, api };
}

/** Resolves when the collector is idle. */
async function waitUntilIdle(store: CountingStore): Promise<void> {
  for (let lookupsBefore = -1; lookupsBefore !== store.lookups;) {
    lookupsBefore = store.lookups;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Counts lookups while the finalizers are removed one by one. `begin` starts the deletion. */
async function countLookups(
  { store, api }: ReturnType<typeof apiContextWith>,
  startDeletion: () => void,
): Promise<number> {
  await waitUntilIdle(store);
  startDeletion();
  await waitUntilIdle(store);
  const objects = store.collection('/configmaps').list('ci');
  store.lookups = 0;
  for (const object of objects) {
    if (object.metadata.finalizers?.includes('example.com/held') !== true) continue;
    expect(object.metadata.deletionTimestamp).toBeDefined();
    const { finalizers, ...metadata } = object.metadata;
    api.store.remove('/configmaps', { ...object, metadata });
    await waitUntilIdle(store);
  }
  return store.lookups;
}

describe('deletions one by one have linear cost', () => {
  test('in a namespace that is deleted with its last object', async () => {
    const lookupsFor = async (objectCount: number): Promise<number> => {
      const context = apiContextWith(objectCount);
      const lookups = await countLookups(context, () =>
        deleteObject(context.api, typeOf('Namespace'), NAMESPACE, DELETION),
      );
      expect(context.store.collection('/namespaces').get('', 'ci')).toBeUndefined();
      return lookups;
    };
    expect(await lookupsFor(200)).toBeLessThan(5 * (await lookupsFor(50)));
  });

  test('below an owner that is deleted after its last dependent', async () => {
    const lookupsFor = async (objectCount: number): Promise<number> => {
      const context = apiContextWith(objectCount, [REFERENCE]);
      const options = { ...DELETION, propagation: 'Foreground' } as const;
      const lookups = await countLookups(context, () => deleteObject(context.api, typeOf('ConfigMap'), OWNER, options));
      expect(context.store.collection('/configmaps').get('ci', 'owner')).toBeUndefined();
      return lookups;
    };
    expect(await lookupsFor(200)).toBeLessThan(5 * (await lookupsFor(50)));
  });
});
