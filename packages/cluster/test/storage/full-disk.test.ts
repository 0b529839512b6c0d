/** A full or failing disk: writes are rejected without side effects, reads succeed, and writes resume automatically. */

import { expect, test } from '@jest/globals';
import { diskError, MemoryDisk, yieldToEventLoop } from '../support/memory-disk.js';
import { configMap, numbers, openOn, GROUP_RESOURCE, put } from '../support/stored-objects.js';

const FULL =
  "cannot write to the data directory /data: the disk is full (ENOSPC: injected, '/data/log-00000001.ndjson')";

const sizeOf = (disk: MemoryDisk): number => disk.names().reduce((sum, name) => sum + disk.content(name).length, 0);

test('closing on a full disk needs no space and loses nothing', async () => {
  const disk = new MemoryDisk();
  const { store, close, notices } = await openOn(disk);
  for (let n = 0; n < 20; n += 1) await put(store, `object${n}`, n);
  disk.capacity = sizeOf(disk);
  await close();
  expect(notices).toEqual([]);
  const reopened = await openOn(disk);
  expect(numbers(reopened.store)).toEqual(numbers(store));
  expect(Object.keys(numbers(reopened.store))).toHaveLength(20);
});

test('writes to a full disk are rejected, reported once, and leave the directory readable; with space they succeed again', async () => {
  const disk = new MemoryDisk();
  const { store, close, notices } = await openOn(disk);
  await put(store, 'a', 1);
  disk.capacity = sizeOf(disk) + 100; // room for part of a record
  for (let n = 0; n < 5; n += 1) await expect(put(store, 'a', 2, n * 40)).rejects.toThrow(FULL);
  expect(numbers(store)).toEqual({ a: 1 });
  expect(notices).toEqual([`${FULL}; writes are rejected until this is repaired`]);
  disk.capacity = Number.POSITIVE_INFINITY;
  await put(store, 'b', 3);
  expect(notices.at(-1)).toBe('/data can be written again');
  await close();
  expect(numbers((await openOn(disk)).store)).toEqual({ a: 1, b: 3 });
});

test.each([
  ['write', 'ENOSPC'],
  ['write', 'EIO'],
  ['datasync', 'EIO'],
] as const)('a write whose %s fails with %s does not exist after a crash either', async (kind, code) => {
  for (const file of ['log-00000001.ndjson', 'committed']) {
    const disk = new MemoryDisk();
    const { store } = await openOn(disk);
    await put(store, 'a', 1);
    let failures = 1;
    disk.beforeOperation = (operation) => {
      if (operation.kind === kind && operation.name.startsWith(file) && failures-- > 0) throw diskError(code, file);
    };
    await expect(put(store, 'b', 2)).rejects.toThrow(code);
    expect(numbers((await openOn(disk.afterCrash(() => 2))).store)).toEqual({ a: 1 });
    expect(await put(store, 'c', 3)).toBe(3); // the failed write used revision 2
    expect(numbers((await openOn(disk.afterCrash(() => 0))).store)).toEqual({ a: 1, c: 3 });
  }
});

test('all writes that are computed on a failed one are rejected with it, and their revisions are not used again', async () => {
  const disk = new MemoryDisk();
  const { store } = await openOn(disk);
  await put(store, 'a', 1);
  disk.beforeOperation = ({ kind }) => {
    if (kind === 'datasync') throw diskError('EIO', 'log');
  };
  const writes = [put(store, 'a', 2), put(store, 'a', 3), put(store, 'b', 1)];
  expect(store.latest(GROUP_RESOURCE).get('default', 'a')?.metadata.resourceVersion).toBe('3');
  for (const write of writes) await expect(write).rejects.toThrow('EIO');
  expect([numbers(store), store.revision]).toEqual([{ a: 1 }, 1]);
  expect(store.latest(GROUP_RESOURCE)).toBe(store.collection(GROUP_RESOURCE));
  disk.beforeOperation = () => undefined;
  expect(await put(store, 'a', 4)).toBe(5);
});

test('an object that cannot be serialized has no effect', async () => {
  const disk = new MemoryDisk();
  const { store } = await openOn(disk);
  await put(store, 'a', 1);
  expect(() => store.put(GROUP_RESOURCE, { ...configMap('a', 2), big: 1n })).toThrow('BigInt');
  expect(store.settled()).toBeUndefined();
  expect(store.latest(GROUP_RESOURCE).get('default', 'a')?.metadata.resourceVersion).toBe('1');
  expect(await put(store, 'a', 3)).toBe(2);
});

test('closing reports what could not be saved, and releases the directory', async () => {
  const disk = new MemoryDisk();
  const { store, close } = await openOn(disk);
  await put(store, 'a', 1);
  disk.capacity = sizeOf(disk);
  store.put(GROUP_RESOURCE, configMap('b', 2));
  await expect(close()).rejects.toMatchObject({
    code: 'DATA_DIR_NOT_SAVED',
    message: `not everything could be saved: ${FULL}`,
    hint: 'free space on the disk',
  });
  expect(numbers((await openOn(disk)).store)).toEqual({ a: 1 });
});

test('a write after closing is rejected', async () => {
  const { store, close } = await openOn(new MemoryDisk());
  await close();
  await expect(put(store, 'a', 1)).rejects.toThrow('the cluster has been closed');
});

test('a read-only directory is rejected at the start', async () => {
  const disk = new MemoryDisk();
  disk.capacity = 100;
  await expect(openOn(disk)).rejects.toMatchObject({
    code: 'DATA_DIR_UNUSABLE',
    message: "cannot use the data directory /data: the disk is full (ENOSPC: injected, '/data/log-00000001.ndjson')",
    hint: 'free space on the disk',
  });
});

test('listeners whose writes no client repeats are called some time after a failure', async () => {
  const disk = new MemoryDisk();
  const blockedWrites: (() => void)[] = [];
  const clock = {
    date: () => new Date(0),
    now: () => 0,
    defer: () => undefined,
    after: (ms: number, run: () => void) => {
      expect(ms).toBe(1000);
      blockedWrites.push(run);
      return () => undefined;
    },
  };
  const { store } = await openOn(disk, { clock });
  store.onRetry(() => store.put(GROUP_RESOURCE, configMap('mine', 1)));
  disk.capacity = sizeOf(disk);
  for (let n = 0; n < 3; n += 1) await put(store, 'a', n).catch(() => undefined);
  expect(blockedWrites).toHaveLength(1);
  blockedWrites.shift()?.(); // still full
  await yieldToEventLoop();
  expect([blockedWrites.length, numbers(store)]).toEqual([1, {}]);
  disk.capacity = Number.POSITIVE_INFINITY;
  blockedWrites.shift()?.();
  await yieldToEventLoop();
  expect([blockedWrites.length, numbers(store)]).toEqual([0, { mine: 1 }]);
});
