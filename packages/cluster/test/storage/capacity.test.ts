/** The capacity of a cluster depends on the heap. Writes beyond it are rejected, as by etcd without space. */

import { expect, test } from '@jest/globals';
import { startClusterOn, type Cluster } from '../../src/cluster.js';
import { heapCapacity } from '../../src/storage/memory/capacity.js';
import { openStorage, openStorageOn, type Storage } from '../../src/storage/open.js';
import { SECRETS } from '../support/stored-objects.js';
import { MemoryDisk } from '../support/memory-disk.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const SPACE_EXCEEDED = [500, 'etcdserver: mvcc: database space exceeded'];

async function call(
  cluster: Cluster,
  method: string,
  path: string,
  body?: object,
): Promise<readonly [number, string?]> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const init = body ? { body: JSON.stringify(body), headers: { 'content-type': type } } : {};
  const response = await cluster.send(new Request(`http://kubernetes${path}`, { method, ...init }));
  const { message } = (await response.json()) as { readonly message?: string };
  return message === undefined ? [response.status] : [response.status, message];
}

const configMapOfSize = (name: string, bytes: number): object => ({
  metadata: { name },
  data: { padding: 'x'.repeat(bytes) },
});

/** Creates ConfigMaps until one is rejected. Returns their number. */
async function fill(cluster: Cluster): Promise<number> {
  for (let n = 0; ; n += 1) {
    const response = await call(cluster, 'POST', CONFIG_MAPS, configMapOfSize(`full-${n}`, 10_000));
    if (response[0] === 201) continue;
    expect(response).toEqual(SPACE_EXCEEDED);
    return n;
  }
}

const limits = { capacityBytes: 200_000 };

test.each<[string, () => Promise<Storage>]>([
  ['in memory', () => openStorage(undefined, { secrets: SECRETS, limits })],
  ['in a directory', () => openStorageOn(new MemoryDisk(), { secrets: SECRETS, limits })],
])('%s: objects beyond the capacity are rejected; reads, smaller changes and deletions work', async (_where, open) => {
  const storage = await open();
  const cluster = await startClusterOn(storage, {});
  const count = await fill(cluster);
  expect([count > 10, storage.store.bytes <= limits.capacityBytes]).toEqual([true, true]);
  expect(await call(cluster, 'PATCH', `${CONFIG_MAPS}/full-0`, configMapOfSize('full-0', 30_000))).toEqual(
    SPACE_EXCEEDED,
  );
  expect(await call(cluster, 'GET', `${CONFIG_MAPS}/full-0`)).toEqual([200]);
  expect(await call(cluster, 'PATCH', `${CONFIG_MAPS}/full-0`, configMapOfSize('full-0', 9_000))).toEqual([200]);
  expect((await call(cluster, 'DELETE', `${CONFIG_MAPS}/full-1`))[0]).toBe(200);
  expect(await call(cluster, 'POST', CONFIG_MAPS, configMapOfSize('again', 10_000))).toEqual([201]);
  await cluster.close();
});

test('a full directory can be opened again; one that is too large for the process is an error with a remedy', async () => {
  const disk = new MemoryDisk();
  const first = await startClusterOn(await openStorageOn(disk, { secrets: SECRETS, limits }), {});
  const count = await fill(first);
  await first.close();
  const storage = await openStorageOn(disk, { secrets: SECRETS, limits });
  expect(storage.store.collection('/configmaps').size).toBeGreaterThanOrEqual(count);
  await storage.close();
  await expect(openStorageOn(disk, { secrets: SECRETS, limits: { capacityBytes: 100_000 } })).rejects.toMatchObject({
    code: 'DATA_DIR_TOO_LARGE',
    message: 'the data directory /data holds more than 0 MiB of objects, too many for the memory of this process',
    hint: 'give it more memory, twice as much for example: NODE_OPTIONS=--max-old-space-size=193',
  });
  await (await openStorageOn(disk, { secrets: SECRETS })).close();
});

test.each([
  [4144, 1976],
  [2096, 952],
  [248, 28],
  [64, 8],
])('with a heap of %d MiB, objects can take %d MiB', (heap, objects) => {
  expect(heapCapacity(heap * 1024 * 1024) / 1024 / 1024).toBe(objects);
});
