/** Watches that are not read, and what a selector makes of a change. */

import { expect, test } from '@jest/globals';
import { BUILT_IN } from '../../src/api/builtin.js';
import { Catalog } from '../../src/api/catalog.js';
import type { KubeObject } from '../../src/api/json.js';
import { seenAs, watchObjects } from '../../src/api/watch.js';
import type { World } from '../../src/api/world.js';
import { Store } from '../../src/storage/store.js';

const object = (n: number, label = 'a'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'x',
    namespace: 'default',
    uid: 'x',
    resourceVersion: '',
    creationTimestamp: '',
    labels: { label },
  },
  data: { n },
});

function watching(store: Store): ReadableStream<Uint8Array> {
  const world: World = {
    store,
    catalog: new Catalog(BUILT_IN),
    admission: [],
    caPem: () => '',
    now: () => new Date(0),
  };
  const type = BUILT_IN.find(({ plural }) => plural === 'configmaps')!;
  const query = new URLSearchParams({ resourceVersion: String(store.revision) });
  return watchObjects(world, { type, namespace: 'default', query, signal: new AbortController().signal }).frames();
}

test('a watcher that does not read is cut off; one that reads goes on', async () => {
  const store = new Store(1);
  const idle = watching(store).getReader();
  const reader = watching(store).getReader();
  for (let n = 0; n < 5000; n += 1) {
    store.put('/configmaps', object(n));
    const { value } = await reader.read();
    expect(Buffer.from(value!).toString()).toContain(`"data":{"n":${n}}`);
  }
  await expect(idle.read()).rejects.toThrow('this watcher does not read; its watch has been ended');
});

test.each([
  ['begins to match', 'MODIFIED', 'b', 'a', 'ADDED'],
  ['matches as before', 'MODIFIED', 'a', 'a', 'MODIFIED'],
  ['no longer matches', 'MODIFIED', 'a', 'b', 'DELETED'],
  ['never matched', 'MODIFIED', 'b', 'b', undefined],
  ['matched when it was deleted', 'DELETED', 'a', 'a', 'DELETED'],
  ['did not match when it was deleted', 'DELETED', 'b', 'b', undefined],
] as const)('an object that %s is seen so', (_what, type, before, after, want) => {
  const change = { type, revision: 2, object: object(1, after), previous: object(0, before) };
  expect(seenAs(change, ({ metadata }) => metadata.labels?.['label'] === 'a')).toBe(want);
});
