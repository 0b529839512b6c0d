/** Files of the registry after failed writes. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { diskFileStore } from '../../src/registry/files.js';

const directory = mkdtempSync(join(tmpdir(), 'registry-files-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('a file that could not be renamed into place leaves no partial file', async () => {
  mkdirSync(join(directory, 'blobs/in-the-way/full'), { recursive: true });
  await expect(diskFileStore(directory).put('blobs/in-the-way', Buffer.from('content'))).rejects.toThrow();
  expect(readdirSync(join(directory, 'blobs'))).toEqual(['in-the-way']);
});
