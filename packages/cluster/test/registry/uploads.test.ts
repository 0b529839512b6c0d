/** Uploads that are cancelled while data is being written. */

import { expect, test } from '@jest/globals';
import { memoryFileStore, type FileStore } from '../../src/registry/files.js';
import { Uploads } from '../../src/registry/uploads.js';

test('an upload that is cancelled during a write leaves no file', async () => {
  const memory = memoryFileStore();
  let write = (): void => undefined;
  const firstWrite = new Promise<void>((resolve) => (write = resolve));
  let startWrite = (): void => undefined;
  const writeStarted = new Promise<void>((resolve) => (startWrite = resolve));
  const files: FileStore = {
    ...memory,
    append: async (path, bytes) => {
      startWrite();
      await firstWrite;
      await memory.append(path, bytes);
    },
  };
  const limits = { sessions: 1, bytes: 100, totalBytes: 100, idleMs: 1000, ageMs: 1000 };
  const uploads = new Uploads({ files, limits, clock: { now: () => 0 }, random: { uuid: () => 'id' } });
  const id = await uploads.begin('app');
  const append = uploads.append('app', id, body('content'));
  await writeStarted;
  const abandoned = uploads.abandon('app', id);
  write();
  await Promise.all([append, abandoned]);
  expect(await memory.list('uploads')).toEqual([]);
});

async function* body(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
