/** Starting a cluster on a full disk. */

import { expect, test } from '@jest/globals';
import { startClusterOn } from '../src/cluster.js';
import { ClusterError } from '../src/platform/cluster-error.js';
import { fake } from '../src/runtime/fake.js';
import { openStorageOn } from '../src/storage/open.js';
import { MemoryDisk } from './support/memory-disk.js';

const sizeOf = (disk: MemoryDisk): number => disk.names().reduce((sum, name) => sum + disk.content(name).length, 0);

test.each(['a new data directory', 'a data directory that was used before'])(
  'a start that must write reports that the disk is full: %s',
  async (directory) => {
    const disk = new MemoryDisk();
    const runtime = fake();
    if (directory.includes('before')) await (await startClusterOn(await openStorageOn(disk), {})).close();
    const storage = await openStorageOn(disk);
    disk.capacity = sizeOf(disk);
    const failure: unknown = await startClusterOn(storage, { runtime }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ClusterError);
    expect(failure).toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      message: expect.stringMatching(/^cannot write to the data directory \/data: the disk is full \(ENOSPC: .*\)$/),
      hint: 'free space on the disk',
    });
  },
);
