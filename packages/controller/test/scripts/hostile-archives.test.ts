/** Untrusted archives: extraction reads and writes nothing outside the target directory. */

import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetchArchive } from '../../src/scripts/storage/fetch-archive.js';
import { runInProcess } from '../support/node-programs.js';
import { scripts } from '../support/scripts.js';
import type { ProcessResult } from '../support/shells.js';
import { tarOf, type TarEntry } from '../support/tar.js';
import { zipOf, type ZipEntry } from '../support/zip.js';

const base = mkdtempSync(join(tmpdir(), 'hostile-'));
let served: Buffer = Buffer.alloc(0);
let server: Server;

beforeAll(async () => {
  process.env['TMPDIR'] = base; // os.tmpdir() also uses it for programs in this process
  server = createServer((_, response) => void response.end(served));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const buckets = { shop: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` }; // it listens on a port
  writeFileSync(join(base, 'buckets.json'), JSON.stringify(buckets));
});
afterAll(() => {
  server.close();
  rmSync(base, { recursive: true });
});

interface Unpacked extends ProcessResult {
  /** The directory that the archive was extracted to. */
  readonly dir: string;
  /** A sibling directory that contains only the file `secret`. */
  readonly outside: string;
}

/** Extracts an archive to a directory. A sibling directory must remain unchanged. */
async function unpack(
  type: string,
  archive: (outside: string) => Buffer,
  prepare: (dir: string, outside: string) => void = () => undefined,
): Promise<Unpacked> {
  const parent = mkdtempSync(join(base, 'place-'));
  const [dir, outside] = [join(parent, 'dir'), join(parent, 'outside')];
  mkdirSync(dir);
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'secret');
  prepare(dir, outside);
  served = archive(outside);
  const commandLine = fetchArchive(scripts, {
    type,
    location: 'gs://shop/x',
    path: dir,
    buckets: join(base, 'buckets.json'),
  });
  const result = await runInProcess(commandLine);
  expect([readdirSync(parent).sort(), readdirSync(outside)]).toEqual([['dir', 'outside'], ['secret']]);
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
  return { ...result, dir, outside };
}

/** Whether a file in a directory contains content from outside. */
const containsSecret = (dir: string): boolean =>
  readdirSync(dir, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'utf8') === 'secret',
  );

describe('a tar archive', () => {
  test.each<[string, (outside: string) => readonly TarEntry[]]>([
    ['a name with ..', () => [{ name: '../evil', text: 'x' }]],
    ['a nested name with ..', () => [{ name: 'a/../../evil', text: 'x' }]],
    [
      'a file below a link',
      (outside) => [
        { name: 'd', type: '2', target: outside },
        { name: 'd/evil', text: 'x' },
      ],
    ],
    [
      'a file below a link with ..',
      () => [
        { name: 'd', type: '2', target: '../outside' },
        { name: 'd/evil', text: 'x' },
      ],
    ],
    [
      'a file below two links',
      () => [
        { name: 'a', type: '2', target: '.' },
        { name: 'b', type: '2', target: 'a/../outside' },
        { name: 'b/evil', text: 'x' },
      ],
    ],
    ['a hard link with ..', () => [{ name: 'h', type: '1', target: '../outside/secret' }]],
    [
      'a hard link below a link',
      (outside) => [
        { name: 's', type: '2', target: outside },
        { name: 'h', type: '1', target: 's/secret' },
      ],
    ],
    ['a hard link to an absolute path', (outside) => [{ name: 'h', type: '1', target: join(outside, 'secret') }]],
    ['a character device', () => [{ name: 'null', type: '3', mode: 0o666 }]],
    ['a block device', () => [{ name: 'disk', type: '4', mode: 0o666 }]],
    ['a pipe', () => [{ name: 'pipe', type: '6' }]],
    ['a pipe in a nested directory', () => [{ name: 'a/b/pipe', type: '6' }]],
    ['a file whose size exceeds the archive', () => [{ name: 'huge', size: 8 ** 11 - 1, text: 'x' }]],
  ])('is rejected for %s', async (_, entries) => {
    const { code, stdout, dir } = await unpack('TarGzArchive', (outside) => tarOf(entries(outside)));
    expect([code, stdout]).toEqual([1, expect.stringMatching(/gs:\/\/shop\/x (could not be unpacked|holds)/)]);
    expect(containsSecret(dir)).toBe(false);
  });

  test('leaves no pipes behind', async () => {
    const entries: readonly TarEntry[] = ['a', 'b/c', 'd'].map((name) => ({ name, type: '6' }));
    const { code, stdout, dir } = await unpack('TarGzArchive', () => tarOf(entries));
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/gs:\/\/shop\/x holds \\".*\/a\\", which is a device or a pipe/),
    ]);
    expect(readdirSync(dir, { recursive: true })).toEqual(['b']);
  });

  test('has its absolute names read relative to the directory', async () => {
    const { code, dir, outside } = await unpack('TarGzArchive', (outsideDirectory) =>
      tarOf([{ name: join(outsideDirectory, 'evil'), text: 'x' }]),
    );
    expect([code, readFileSync(join(dir, outside, 'evil'), 'utf8')]).toEqual([0, 'x']);
  });

  test('does not write to the target of a link with the same name', async () => {
    const entries = (outside: string): readonly TarEntry[] => [
      { name: 'f', type: '2', target: join(outside, 'secret') },
      { name: 'f', text: 'mine' },
    ];
    await unpack('TarGzArchive', (outside) => tarOf(entries(outside)));
  });

  test('sets no set-user-ID bits and no other owners', async () => {
    const { code, dir } = await unpack('TarGzArchive', () =>
      tarOf([
        { name: 'su', mode: 0o6755, owner: 1234, text: 'x' },
        { name: 'd', type: '5', mode: 0o2755, owner: 1234 },
      ]),
    );
    const [file, directory] = ['su', 'd'].map((name) => lstatSync(join(dir, name)));
    expect([code, (file?.mode ?? 0) & 0o7777, (directory?.mode ?? 0) & 0o7777]).toEqual([0, 0o755, 0o755]);
    expect([file?.uid, directory?.uid]).toEqual([process.getuid?.(), process.getuid?.()]);
  });
});

describe('a zip archive', () => {
  test.each<[string, Readonly<Record<string, ZipEntry>>, RegExp]>([
    ['a name with ..', { '../evil': { text: 'x' } }, /lies outside/],
    ['a directory with ..', { '../evil/': { text: '' } }, /lies outside/],
    ['a nested name with ..', { 'a/../../evil': { text: 'x' } }, /lies outside/],
    ['an absolute name', { '/evil': { text: 'x' } }, /lies outside/],
    ['a name with a null byte', { 'evil\0.txt': { text: 'x' } }, /null bytes/],
    ['a link', { link: { text: '/etc', mode: 0o120777 } }, /symbolic link/],
    [
      'a file that is larger than its header says',
      { bomb: { text: 'x'.repeat(1_000_000), size: 10 } },
      /larger than the archive says/,
    ],
  ])('is rejected for %s', async (_, entries, expected) => {
    const { code, stdout } = await unpack('ZipArchive', () => zipOf(entries));
    expect([code, stdout]).toEqual([1, expect.stringMatching(expected)]);
  });

  test('sets no set-user-ID bits', async () => {
    const { code, dir } = await unpack('ZipArchive', () => zipOf({ su: { text: 'x', mode: 0o106755 } }));
    expect([code, lstatSync(join(dir, 'su')).mode & 0o7777]).toEqual([0, 0o755]);
  });

  test.each(['ZipArchive', 'Manifest'])('is not unpacked below an existing link (%s)', async (type) => {
    const archive = type === 'ZipArchive' ? zipOf({ 'd/evil': { text: 'x' } }) : manifest('d/evil');
    const { code, stdout } = await unpack(
      type,
      () => archive,
      (dir, outside) => symlinkSync(outside, join(dir, 'd')),
    );
    expect([code, stdout]).toEqual([1, expect.stringMatching(/lies outside/)]);
  });

  test.each(['ZipArchive', 'Manifest'])('does not write to the target of an existing link (%s)', async (type) => {
    const archive = type === 'ZipArchive' ? zipOf({ f: { text: 'x' } }) : manifest('f');
    const { code, stdout } = await unpack(
      type,
      () => archive,
      (dir, outside) => symlinkSync(join(outside, 'secret'), join(dir, 'f')),
    );
    expect([code, stdout]).toEqual([1, expect.stringMatching(/lies outside/)]);
  });
});

const manifest = (name: string): Buffer => Buffer.from(JSON.stringify({ [name]: { sourceUrl: 'gs://shop/x' } }));

test.each(['../evil', '/evil', 'a/../../evil', 'evil\0'])('a manifest is rejected for %j', async (name) => {
  const { code, stdout, dir } = await unpack('Manifest', () => manifest(name));
  expect([code, stdout]).toEqual([1, expect.stringMatching(/lies outside|null bytes/)]);
  expect(existsSync(join(dir, '../evil'))).toBe(false);
});
