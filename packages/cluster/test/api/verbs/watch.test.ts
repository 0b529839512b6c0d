/** Watches with clients that do not read, and watches with selectors. */

import { expect, test } from '@jest/globals';
import { BUILT_IN } from '../../../src/api/kinds/builtin.js';
import type { KubeObject } from '../../../src/model/json.js';
import { visibleEvent, watchObjects } from '../../../src/api/verbs/watch.js';
import { Store } from '../../../src/storage/memory/store.js';
import { testApiContext } from '../../support/api-context.js';

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

const watch = (store: Store, resourceVersion: string): ReturnType<typeof watchObjects> => {
  const api = testApiContext(store);
  const type = BUILT_IN.find(({ plural }) => plural === 'configmaps')!;
  const query = new URLSearchParams({ resourceVersion });
  return watchObjects(api, { type, namespace: 'default', name: '', query, signal: new AbortController().signal });
};

const openWatch = (store: Store): ReadableStream<Uint8Array> => watch(store, String(store.revision)).frames();

test('a watch without a reader is ended; others continue', async () => {
  const store = new Store(1);
  const idleReader = openWatch(store).getReader();
  const reader = openWatch(store).getReader();
  for (let n = 0; n < 5000; n += 1) {
    store.put('/configmaps', object(n));
    const { value } = await reader.read();
    expect(Buffer.from(value!).toString()).toContain(`"data":{"n":${n}}`);
  }
  await expect(idleReader.read()).rejects.toThrow('the watch was ended because its client does not read');
});

/** Returns an object with a million characters. */
const largeObject = (n: number): KubeObject => ({ ...object(n), text: 'x'.repeat(1_000_000) });

test.each(['frames', 'events'] as const)('a watch with 16 MiB of unread %s is ended', async (form) => {
  const store = new Store(1);
  const content = watch(store, '1');
  const unreadContent = form === 'frames' ? content.frames().getReader() : content.events()[Symbol.asyncIterator]();
  const read = (): Promise<unknown> => ('read' in unreadContent ? unreadContent.read() : unreadContent.next());
  const firstRead = read();
  for (let n = 0; n < 15; n += 1) store.put('/configmaps', largeObject(n));
  await firstRead;
  for (let n = 0; n < 20; n += 1) store.put('/configmaps', largeObject(n));
  const readRest = async (): Promise<void> => {
    for (let n = 0; n < 40; n += 1) await read();
  };
  await expect(readRest()).rejects.toThrow('the watch was ended because its client does not read');
});

test('initial events may exceed the limit', async () => {
  const store = new Store(1);
  for (let n = 0; n < 40; n += 1)
    store.put('/configmaps', { ...largeObject(n), metadata: { ...object(n).metadata, name: `x${n}` } });
  const reader = watch(store, '0').frames().getReader();
  let bytes = 0;
  for (let n = 0; n < 40; n += 1) bytes += (await reader.read()).value!.byteLength;
  expect(bytes).toBeGreaterThan(40_000_000);
});

test.each([
  ['from now on', '2', [3]],
  ['from the current state', '0', [2, 3]],
])('a watch %s includes changes before its content is read', async (_what, from, expectedEvents) => {
  const store = new Store(1);
  store.put('/configmaps', object(2));
  const content = watch(store, from);
  store.put('/configmaps', object(3));
  const reader = content.frames().getReader();
  for (const n of expectedEvents)
    expect(Buffer.from((await reader.read()).value!).toString()).toContain(`"data":{"n":${n}}`);
});

test.each([
  ['begins to match', 'MODIFIED', 'b', 'a', 'ADDED'],
  ['matches as before', 'MODIFIED', 'a', 'a', 'MODIFIED'],
  ['no longer matches', 'MODIFIED', 'a', 'b', 'DELETED'],
  ['never matched', 'MODIFIED', 'b', 'b', undefined],
  ['matched when it was deleted', 'DELETED', 'a', 'a', 'DELETED'],
  ['did not match when it was deleted', 'DELETED', 'b', 'b', undefined],
] as const)('an object that %s causes the expected event', (_what, type, before, after, expected) => {
  const change = { type, revision: 2, object: object(1, after), previous: object(0, before) };
  expect(visibleEvent(change, ({ metadata }) => metadata.labels?.['label'] === 'a')).toBe(expected);
});
