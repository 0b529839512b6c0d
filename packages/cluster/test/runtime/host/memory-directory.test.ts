import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { HostMount } from '../../../src/runtime/host/host-mounts.js';
import { firstMemoryDirectory } from '../../../src/runtime/host/memory-directory.js';

const directory = mkdtempSync(join(tmpdir(), 'pipewright-memory-'));
afterAll(() => rmSync(directory, { recursive: true }));

const open = mkdtempSync(join(tmpdir(), 'pipewright-memory-'));
chmodSync(open, 0o777);
afterAll(() => rmSync(open, { recursive: true }));

const root: HostMount = { target: '/', whole: 'ext4', flags: [] };
const memory: HostMount = { target: directory, whole: 'tmpfs', flags: ['nosuid', 'nodev'] };

describe('the in-memory directory is', () => {
  test.each<[string, readonly HostMount[], readonly string[], string | undefined]>([
    ['the first tmpfs', [root, memory], ['/nowhere', directory], directory],
    ['none if all candidates are on a disk', [root], [directory], undefined],
    ['none if it does not exist', [root, { ...memory, target: `${directory}/none` }], [`${directory}/none`], undefined],
    ['none if it is mounted noexec', [root, { ...memory, flags: ['noexec'] }], [directory], undefined],
    ['none if a disk is mounted over it', [root, memory, { ...memory, whole: 'ext4' }], [directory], undefined],
    ['none if other users can replace its entries', [root, { ...memory, target: open }], [open], undefined],
    ['none if the mounts of the machine cannot be read', [], [directory, ''], undefined],
  ])('%s', (_, mounts, candidates, expected) => {
    expect(firstMemoryDirectory(mounts, candidates)).toBe(expected);
  });
});
