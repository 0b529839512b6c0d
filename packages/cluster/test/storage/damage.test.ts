/** Damage to the files of a data directory must be reported, unless it has no effect. */

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ClusterError } from '../../src/platform/cluster-error.js';
import { openStorageOn } from '../../src/storage/open.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { numbers, put, remove } from '../support/stored-objects.js';
import { isThorough } from '../../../../test/thorough.js';

const LIMITS = { segmentBytes: 1200, chunkBytes: 300 };
/** Tests all bytes of a directory with `npm run test:thorough`, else every third byte. */
const STEP = isThorough ? 1 : 3;

/** The keys of one cluster, shared because generating them is slow. */
let secrets: Buffer;
beforeAll(async () => {
  const disk = new MemoryDisk();
  await (await openStorageOn(disk)).close();
  secrets = disk.content('secrets.json');
});

const newDisk = (): MemoryDisk => {
  const disk = new MemoryDisk();
  disk.replace('secrets.json', secrets);
  return disk;
};

interface WrittenDisk {
  readonly disk: MemoryDisk;
  /** Copies of the disk before the last writes. */
  readonly earlierDisks: readonly MemoryDisk[];
  readonly objects: Readonly<Record<string, unknown>>;
}

/** Writes a history and closes the storage. Negative numbers are deletions. */
async function writeHistory(history: readonly number[]): Promise<WrittenDisk> {
  const disk = newDisk();
  const earlierDisks: MemoryDisk[] = [];
  const storage = await openStorageOn(disk, { limits: LIMITS });
  for (const [n, id] of history.entries()) {
    earlierDisks.push(disk.copy());
    await (id < 0 ? remove(storage.store, `object${-id}`) : put(storage.store, `object${id}`, n));
  }
  await storage.close();
  return { disk, earlierDisks, objects: numbers(storage.store) };
}

/** Opens a damaged disk. Resolves with the error, or undefined if no object is lost. */
async function errorOf(disk: MemoryDisk, objects: WrittenDisk['objects']): Promise<ClusterError | undefined> {
  try {
    const storage = await openStorageOn(disk, { limits: LIMITS });
    expect(numbers(storage.store)).toEqual(objects);
    expect(storage.secrets.authority.keyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    await storage.close();
    return undefined;
  } catch (cause) {
    if (cause instanceof ClusterError) return cause;
    throw cause;
  }
}

const NAMES_FILE = /^\/data\/\S+ (is damaged: .*(record \d+|record before byte \d+|empty)|is missing: )/;

const HISTORY = [1, 2, 3, 1, -2, 4, 5, 1, 6, 3, -4, 7, 1, 2];

test.each([
  ['a flipped bit in the last record', 'log', (text: string) => text.replace(/"n":\d+(?=[^\n]*\n$)/, '"n":999')],
  [
    'a removed record',
    'log',
    (text: string) =>
      text
        .split('\n')
        .filter((_, line) => line !== 1)
        .join('\n'),
  ],
  ['an emptied log', 'log', () => ''],
  ['an emptied snapshot', 'snapshot', () => ''],
  ['a snapshot without its last record', 'snapshot', (text: string) => text.split('\n').slice(0, -2).join('\n')],
  ['an emptied committed length', 'committed', () => ''],
  ['empty secrets', 'secrets', () => ''],
])('%s is rejected with the file and a remedy', async (_what, file, damage) => {
  const { disk, objects } = await writeHistory(HISTORY);
  const name = disk.names().find((candidate) => candidate.startsWith(file))!;
  disk.replace(name, damage(disk.content(name).toString()));
  const error = await errorOf(disk, objects);
  expect(error).toMatchObject({
    code: 'DATA_DIR_DAMAGED',
    hint: 'restore the whole directory from a copy, or start with an empty directory',
  });
  expect(error?.message).toContain(`/data/${name} is damaged: `);
  expect(error?.message).toMatch(NAMES_FILE);
});

test('any missing file is rejected, with its name', async () => {
  const { disk, objects } = await writeHistory(HISTORY);
  const names = disk.names();
  expect(names.map((name) => name.replace(/\d+/, 'N'))).toEqual([
    'committed',
    'log-N.ndjson',
    'secrets.json',
    'snapshot-N.ndjson',
  ]);
  for (const name of names) {
    const damaged = disk.copy();
    damaged.delete(name);
    const error = await errorOf(damaged, objects);
    expect(error?.message).toMatch(new RegExp(`^/data/${name} is missing: `));
  }
});

test('a flipped bit in any byte is rejected with file and record, or has no effect', async () => {
  const { disk, objects } = await writeHistory(HISTORY);
  const rejections = new Map<string, number>();
  for (const name of disk.names()) {
    const content = disk.content(name);
    let flippedBits = 0;
    for (
      let byte = 0;
      byte < content.length;
      byte += content[byte] === 0x20 && content[byte + 1] === 0x20 ? 61 : STEP
    ) {
      flippedBits += 1;
      const damaged = disk.copy();
      const flippedContent = Buffer.from(content);
      flippedContent[byte]! ^= 1 << (byte % 8);
      damaged.replace(name, flippedContent);
      const error = await errorOf(damaged, objects);
      if (!error) continue;
      expect(error.message).toMatch(NAMES_FILE);
      expect(error.message).toContain(name);
      rejections.set(name, (rejections.get(name) ?? 0) + 1);
    }
    if (name !== 'committed') expect([name, rejections.get(name)]).toEqual([name, flippedBits]); // `committed` has two slots
  }
});

describe('after any history', () => {
  type Damage = (disk: MemoryDisk, name: string, earlierDisks: readonly MemoryDisk[]) => void;
  const lines = (disk: MemoryDisk, name: string): string[] => disk.content(name).toString('latin1').split('\n');
  const join = (disk: MemoryDisk, name: string, text: readonly string[]): void =>
    disk.replace(name, Buffer.from(text.join('\n'), 'latin1'));
  const damages = (position: number, secondPosition: number): Readonly<Record<string, Damage>> => ({
    'a flipped bit': (disk, name) => {
      const content = Buffer.from(disk.content(name));
      content[position % content.length]! ^= 1 << (secondPosition % 8);
      disk.replace(name, content);
    },
    'a cut end': (disk, name) =>
      disk.replace(name, disk.content(name).subarray(0, position % disk.content(name).length)),
    'a removed line': (disk, name) => {
      const records = lines(disk, name);
      join(
        disk,
        name,
        records.filter((_, index) => index !== position % (records.length - 1)),
      );
    },
    'a repeated line': (disk, name) => {
      const records = lines(disk, name);
      const index = position % (records.length - 1);
      join(disk, name, [...records.slice(0, index), ...records.slice(index, index + 1), ...records.slice(index)]);
    },
    'two swapped lines': (disk, name) => {
      const records = lines(disk, name);
      const [first, second] = [position % (records.length - 1), secondPosition % (records.length - 1)];
      [records[first], records[second]] = [records[second]!, records[first]!];
      join(disk, name, records);
    },
    'a block of zeros': (disk, name) => {
      const content = Buffer.from(disk.content(name));
      content.fill(
        0,
        position % content.length,
        Math.min(content.length, (position % content.length) + (secondPosition % 600)),
      );
      disk.replace(name, content);
    },
    'a removed file': (disk, name) => disk.delete(name),
    'two swapped files': (disk, name) => {
      const names = disk.names();
      const otherName = names[secondPosition % names.length]!;
      const content = disk.content(name);
      disk.replace(name, disk.content(otherName));
      disk.replace(otherName, content);
    },
    'an older copy of a file': (disk, name, earlierDisks) => {
      const copies = earlierDisks.filter((earlierDisk) => earlierDisk.names().includes(name));
      const copy = copies[position % copies.length];
      if (copy) disk.replace(name, copy.content(name));
    },
  });

  test('any single damage is rejected with the file, or no acknowledged write is lost', async () => {
    const kinds = Object.keys(damages(0, 0));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 3, maxLength: 40 }),
        fc.array(
          fc.record({ kind: fc.constantFrom(...kinds), file: fc.nat(20), at: fc.nat(20_000), other: fc.nat(20_000) }),
          { minLength: 10, maxLength: 10 },
        ),
        async (history, damageCases) => {
          const { disk, earlierDisks, objects } = await writeHistory(history);
          for (const { kind, file, at: position, other: secondPosition } of damageCases) {
            const damaged = disk.copy();
            const names = damaged.names();
            const name = names[file % names.length]!;
            damages(position, secondPosition)[kind]!(damaged, name, earlierDisks);
            const error = await errorOf(damaged, objects);
            if (error) expect(error.message).toMatch(/^\/data\/\S+ is (damaged|missing): /);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** Functions that change the version in a file and update the checksum. */
const version2Files: Readonly<Record<string, (text: string) => string>> = {
  log: (text) => withChecksum(text.split('\n')[0]!.slice(9).replace('"version":1', '"version":2')),
  committed: (text) => withChecksum(text.slice(9, 4096).trimEnd().replace('"version":1', '"version":2')),
  secrets: (text) => {
    const { content, ...rest } = JSON.parse(text) as { readonly content: string };
    const sha256 = createHash('sha256')
      .update(JSON.stringify([2, content]))
      .digest('hex');
    return JSON.stringify({ ...rest, version: 2, content, sha256 });
  },
};
const withChecksum = (text: string): string => `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;

test.each(Object.keys(version2Files))(
  'a directory of a newer version is rejected with that reason: %s',
  async (file) => {
    const { disk, objects } = await writeHistory([]);
    const name = disk.names().find((candidate) => candidate.startsWith(file))!;
    disk.replace(name, version2Files[file]!(disk.content(name).toString()));
    expect(await errorOf(disk, objects)).toMatchObject({
      code: 'DATA_DIR_VERSION',
      message: `/data/${name} has format version 2; this version of Pipewright reads version 1`,
      hint: 'use the version of Pipewright that wrote the directory, or start with an empty directory',
    });
  },
);

test('a directory from before format 1 is rejected, not initialized again', async () => {
  const disk = newDisk();
  disk.replace('log.ndjson', 'c0ffee00 {}\n');
  await expect(openStorageOn(disk)).rejects.toMatchObject({
    code: 'DATA_DIR_VERSION',
    message: '/data holds log.ndjson, the format of a development version, which this version does not read',
  });
});
