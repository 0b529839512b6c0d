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

describe('a place in memory is', () => {
  test.each<[string, readonly HostMount[], readonly string[], string | undefined]>([
    ['the first that is a tmpfs', [root, memory], ['/nowhere', directory], directory],
    ['none, when all of them lie on a disk', [root], [directory], undefined],
    [
      'none, when it is not there',
      [root, { ...memory, target: `${directory}/none` }],
      [`${directory}/none`],
      undefined,
    ],
    ['none, when no program may be run from it', [root, { ...memory, flags: ['noexec'] }], [directory], undefined],
    [
      'none, when a disk was mounted over it later',
      [root, memory, { ...memory, whole: 'ext4' }],
      [directory],
      undefined,
    ],
    ['none, when everybody could replace what is kept there', [root, { ...memory, target: open }], [open], undefined],
    ['none, when the machine says nothing of its mounts', [], [directory, ''], undefined],
  ])('%s', (_, mounts, candidates, expected) => {
    expect(firstMemoryDirectory(mounts, candidates)).toBe(expected);
  });
});
