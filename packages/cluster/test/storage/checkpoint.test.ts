/** Snapshots in the background: they do not block or fail writes, and keep the log short. */

import { expect, test } from '@jest/globals';
import { diskError, MemoryDisk, yieldToEventLoop } from '../support/memory-disk.js';
import { configMap, numbers, openOn, GROUP_RESOURCE, put } from '../support/stored-objects.js';

const LIMITS = { segmentBytes: 4000, chunkBytes: 500 };

const logBytes = (disk: MemoryDisk): number =>
  disk
    .names()
    .filter((name) => name.startsWith('log'))
    .reduce((sum, name) => sum + disk.content(name).length, 0);

test('under load no write fails, and the log stays short', async () => {
  const disk = new MemoryDisk();
  const { store, close, notices } = await openOn(disk, { limits: LIMITS });
  let longestLog = 0;
  const writer = async (writerIndex: number): Promise<void> => {
    for (let n = 0; n < 100; n += 1) {
      await put(store, `object${writerIndex}`, n);
      longestLog = Math.max(longestLog, logBytes(disk));
    }
  };
  await Promise.all(Array.from({ length: 10 }, (_, writerIndex) => writer(writerIndex)));
  expect(notices).toEqual([]);
  expect(longestLog).toBeLessThan(20_000); // of about 200,000 bytes written
  await close();
  expect(disk.names().map((name) => name.replace(/\d+/, 'N'))).toEqual([
    'committed',
    'log-N.ndjson',
    'snapshot-N.ndjson',
  ]);
  expect(numbers((await openOn(disk)).store)).toEqual(numbers(store));
});

test('writes continue while a snapshot is written', async () => {
  const disk = new MemoryDisk();
  let release: () => void = () => undefined;
  const blocked = new Promise<void>((resolve) => (release = resolve));
  disk.beforeOperation = ({ kind, name }) => (kind === 'write' && name === 'snapshot.tmp' ? blocked : undefined);
  const { store } = await openOn(disk, { limits: LIMITS });
  for (let n = 0; n < 100; n += 1) await put(store, `object${n % 7}`, n);
  expect(disk.names()).toEqual(['committed', 'log-00000001.ndjson', 'log-00000002.ndjson', 'snapshot.tmp']);
  const crashed = disk.copy();
  release();
  await yieldToEventLoop();
  await put(store, 'last', 100);
  await yieldToEventLoop();
  expect(disk.names()).not.toContain('log-00000001.ndjson');
  expect(numbers((await openOn(disk.copy())).store)).toEqual(numbers(store));
  expect(Object.keys(numbers((await openOn(crashed)).store))).toHaveLength(7);
  expect(crashed.names()).toEqual(['committed', 'log-00000001.ndjson', 'log-00000002.ndjson']);
});

test('a snapshot is synced in pieces, so that syncs of the log never wait for all of it', async () => {
  const disk = new MemoryDisk();
  const { store, close } = await openOn(disk, { limits: { segmentBytes: 100_000, chunkBytes: 500 } });
  let [unsynced, mostUnsynced, syncs] = [0, 0, 0];
  disk.beforeOperation = ({ kind, name }) => {
    if (name !== 'snapshot.tmp') return;
    if (kind === 'write') [unsynced, syncs] = [unsynced + 1, syncs + 1];
    else if (kind === 'datasync') unsynced = 0;
    mostUnsynced = Math.max(mostUnsynced, unsynced);
  };
  for (let n = 0; n < 400; n += 1) await put(store, `object${n}`, n, 200);
  await yieldToEventLoop();
  await close();
  expect([syncs > 100, mostUnsynced <= 32]).toEqual([true, true]);
});

test.each([
  ['has no room', 'write', 'ENOSPC', 'snapshot.tmp'],
  ['cannot be synced', 'datasync', 'EIO', 'snapshot.tmp'],
  ['cannot be renamed', 'rename', 'EIO', 'snapshot.tmp'],
  ['cannot begin a segment', 'create', 'ENOSPC', 'log-00000002.ndjson'],
] as const)(
  'a snapshot that %s fails no write, and is reported once, and again at the end',
  async (_what, kind, code, file) => {
    const disk = new MemoryDisk();
    disk.beforeOperation = (operation) => {
      if (operation.kind === kind && operation.name === file) throw diskError(code, file);
    };
    const { store, close, notices } = await openOn(disk, { limits: LIMITS });
    for (let n = 0; n < 100; n += 1) await put(store, `object${n % 7}`, n);
    await yieldToEventLoop();
    const reason =
      code === 'ENOSPC'
        ? `the disk is full (${code}: injected, '/data/${file}')`
        : `${code}: injected, '/data/${file}'`;
    const notice = `cannot write a snapshot to /data: ${reason}; nothing is lost: the log is complete`;
    expect(notices).toEqual([`${notice}, and only grows`]);
    await close();
    expect(notices.slice(1)).toEqual([notice]);
    expect(numbers((await openOn(disk)).store)).toEqual(numbers(store));
  },
);

test('a snapshot that differs when it is read back replaces nothing', async () => {
  const disk = new MemoryDisk();
  disk.beforeOperation = ({ kind, name }) => {
    if (kind !== 'open' || name !== 'snapshot.tmp') return;
    const content = Buffer.from(disk.content(name));
    content[content.length - 100]! ^= 1;
    disk.replace(name, content);
  };
  const { store, notices } = await openOn(disk, { limits: LIMITS });
  for (let n = 0; n < 30; n += 1) await put(store, `object${n % 7}`, n);
  await yieldToEventLoop();
  expect(notices[0]).toMatch(
    /^cannot write a snapshot to \/data: .*snapshot\.tmp is damaged: record \d+ at byte \d+ has a wrong/,
  );
  expect(disk.names()).toContain('log-00000001.ndjson');
});

test('closing aborts a snapshot in progress', async () => {
  const disk = new MemoryDisk();
  let release: () => void = () => undefined;
  const blocked = new Promise<void>((resolve) => (release = resolve));
  disk.beforeOperation = ({ kind, name }) => (kind === 'write' && name === 'snapshot.tmp' ? blocked : undefined);
  const { store, close, notices } = await openOn(disk, { limits: LIMITS });
  for (let n = 0; n < 30; n += 1) await put(store, `object${n}`, n);
  const closed = close();
  release();
  await closed;
  expect([disk.names(), notices]).toEqual([['committed', 'log-00000001.ndjson', 'log-00000002.ndjson'], []]);
});

test('a snapshot contains the state at its start, even if objects are deleted meanwhile', async () => {
  const disk = new MemoryDisk();
  let release: () => void = () => undefined;
  const blocked = new Promise<void>((resolve) => (release = resolve));
  disk.beforeOperation = ({ kind, name }) => (kind === 'write' && name === 'snapshot.tmp' ? blocked : undefined);
  const { store } = await openOn(disk, { limits: LIMITS });
  for (let n = 0; n < 30; n += 1) await put(store, `object${n}`, n);
  for (const object of store.collection(GROUP_RESOURCE).list()) store.remove(GROUP_RESOURCE, object);
  await store.settled();
  release();
  await yieldToEventLoop();
  expect(disk.names()).toEqual(['committed', 'log-00000002.ndjson', 'snapshot-00000002.ndjson']);
  expect(disk.content('snapshot-00000002.ndjson').toString()).toContain('"name":"object0"');
  expect(numbers((await openOn(disk)).store)).toEqual({});
});

test('records larger than the read buffer, with any characters, are read back', async () => {
  const disk = new MemoryDisk();
  const { store, close } = await openOn(disk);
  const data = { text: 'é\u2028\0"\n𝄞'.repeat(400_000) };
  store.put(GROUP_RESOURCE, { ...configMap('a'), data });
  store.put(GROUP_RESOURCE, { ...configMap('b'), data });
  await store.settled();
  await close();
  const reopened = await openOn(disk);
  expect(reopened.store.collection(GROUP_RESOURCE).list()).toEqual(store.collection(GROUP_RESOURCE).list());
});
