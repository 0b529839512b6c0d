/** Uploads that are cancelled while data is being written. */

import { expect, test } from '@jest/globals';
import { memoryFileStore, type FileStore } from '../../src/registry/files.js';
import { Uploads } from '../../src/registry/uploads.js';

test('an upload that is cancelled during a write leaves no file', async () => {
  const memory = memoryFileStore();
  let write = (): void => undefined;
  const written = new Promise<void>((resolve) => (write = resolve));
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const files: FileStore = {
    ...memory,
    append: async (path, bytes) => {
      begin();
      await written;
      await memory.append(path, bytes);
    },
  };
  const limits = { sessions: 1, bytes: 100, totalBytes: 100, idleMs: 1000, ageMs: 1000 };
  const uploads = new Uploads({ files, limits, clock: { now: () => 0 }, random: { uuid: () => 'id' } });
  const id = await uploads.begin('app');
  const appended = uploads.append('app', id, body('content'));
  await begun;
  const abandoned = uploads.abandon('app', id);
  write();
  await Promise.all([appended, abandoned]);
  expect(await memory.list('uploads')).toEqual([]);
});

async function* body(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
