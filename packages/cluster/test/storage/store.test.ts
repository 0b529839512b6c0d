/** The store: a single revision counter, limited history, and past states without copies. */

import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/model/json.js';
import { HISTORY } from '../../src/storage/memory/history.js';
import { Store } from '../../src/storage/memory/store.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { openOn, GROUP_RESOURCE, put } from '../support/stored-objects.js';

const object = (name: string, n = 0): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid: name, resourceVersion: '', creationTimestamp: '' },
  data: { n },
});

const names = (objects: readonly KubeObject[] | undefined): string[] | undefined =>
  objects?.map(({ metadata }) => metadata.name);

test('every change of any resource has a revision, in order', () => {
  const store = new Store(40);
  const [one, other] = [store.put('/a', object('x')), store.put('/b', object('x'))];
  expect([one.metadata.resourceVersion, other.metadata.resourceVersion, store.revision]).toEqual(['41', '42', 42]);
});

test('a past state is computed from the present one and the newer changes', () => {
  const store = new Store();
  store.put('/a', object('b'));
  const before = store.revision;
  store.put('/a', object('c'));
  store.put('/a', object('a'));
  store.remove('/a', store.collection('/a').get('default', 'b')!);
  expect(names(store.collection('/a').listAsOf(before, 'default'))).toEqual(['b']);
  expect(names(store.collection('/a').list())).toEqual(['a', 'c']);
});

test('the size of all objects is the sum of all collections after any changes', () => {
  const store = new Store();
  const sum = (): number => store.collections().reduce((total, { bytes }) => total + bytes, 0);
  store.restore('/a', object('restored'));
  store.restore('/b', object('gone'));
  store.restoreDeletion('/b', 'default', 'gone');
  store.put('/a', object('x'));
  store.put('/a', { ...object('x'), text: 'longer' });
  store.put('/b', object('y'));
  store.remove('/b', store.collection('/b').get('default', 'y')!);
  expect([store.bytes > 0, store.bytes]).toEqual([true, sum()]);
});

test('a revision outside of the history is reported as such', () => {
  const store = new Store();
  for (let n = 0; n < HISTORY * 2; n += 1) store.put('/a', object('x', n));
  expect(store.collection('/a').since(1)).toBeUndefined();
  expect(store.collection('/a').listAsOf(1)).toBeUndefined();
  expect(store.collection('/a').since(store.revision - HISTORY)).toHaveLength(HISTORY);
  store.collection('/a').compact(store.revision);
  expect(store.collection('/a').since(store.revision - 1)).toBeUndefined();
  expect(store.collection('/a').since(store.revision)).toEqual([]);
});

test('old versions of large objects are dropped by size, however few they are', () => {
  const store = new Store();
  for (let n = 0; n < 100; n += 1) store.put('/a', { ...object('x', n), text: 'x'.repeat(1_000_000) });
  expect(store.collection('/a').since(store.revision - 40)).toBeUndefined();
  expect(store.collection('/a').since(store.revision - 10)).toHaveLength(10);
  store.put('/a', { ...object('x'), text: 'x'.repeat(50_000_000) });
  expect(store.collection('/a').since(store.revision - 1)).toHaveLength(1);
});

test('a restarted store has no history', () => {
  const store = new Store(7);
  store.restore('/a', object('x'));
  expect([store.collection('/a').since(6), store.collection('/a').since(7), store.revision]).toEqual([
    undefined,
    [],
    7,
  ]);
});

test('the log and snapshots keep no texts of objects in memory', async () => {
  const { store, close } = await openOn(new MemoryDisk(), { limits: { segmentBytes: 4000, chunkBytes: 500 } });
  for (let n = 0; n < 100; n += 1) await put(store, `object${n % 7}`, n);
  await close();
  const objects = store.collection(GROUP_RESOURCE).list();
  expect([objects.length, objects.filter((stored) => store.texts.cached(stored) !== undefined)]).toEqual([7, []]);
});
