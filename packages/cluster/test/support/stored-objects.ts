/** A storage on an in-memory disk, and helpers to write and read objects. */

import type { KubeObject } from '../../src/model/json.js';
import { openStorageOn, type Storage, type StorageOptions } from '../../src/storage/open.js';
import type { ClusterSecrets } from '../../src/storage/secrets.js';
import type { Store } from '../../src/storage/memory/store.js';
import type { MemoryDisk } from './memory-disk.js';

/** The resource that tests write to. */
export const GROUP_RESOURCE = '/configmaps';

/** Placeholder secrets, which need no key generation. */
export const SECRETS: ClusterSecrets = {
  authority: { certPem: '', keyPem: '' },
  tokenKey: Buffer.alloc(32),
  adminToken: '',
};

/** Returns a ConfigMap that contains a number. */
export const configMap = (name: string, n = 0, padding = 0): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid: name, resourceVersion: '', creationTimestamp: '' },
  data: { n, ...(padding > 0 && { padding: 'x'.repeat(padding) }) },
});

/** Opens a storage with small segments, and collects its notices. */
export async function openOn(
  disk: MemoryDisk,
  options: StorageOptions = {},
): Promise<Storage & { readonly notices: readonly string[] }> {
  const notices: string[] = [];
  const log = (line: string): void => void notices.push(line);
  return { ...(await openStorageOn(disk, { secrets: SECRETS, log, ...options })), notices };
}

/** Stores an object. Resolves with its revision when it is durable. */
export async function put(store: Store, name: string, n: number, padding = 0): Promise<number> {
  const stored = store.put(GROUP_RESOURCE, configMap(name, n, padding));
  await store.settled();
  return Number(stored.metadata.resourceVersion);
}

/** Deletes an object. Resolves with the revision of the deletion when it is durable. */
export async function remove(store: Store, name: string): Promise<number> {
  const object = store.latest(GROUP_RESOURCE).get('default', name);
  if (!object) return store.revision;
  const removed = store.remove(GROUP_RESOURCE, object);
  await store.settled();
  return Number(removed.metadata.resourceVersion);
}

/** Returns the numbers of the committed objects, by name. */
export const numbers = (store: Store): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    store
      .collection(GROUP_RESOURCE)
      .list()
      .map((object) => [object.metadata.name, (object['data'] as { readonly n: number }).n]),
  );
