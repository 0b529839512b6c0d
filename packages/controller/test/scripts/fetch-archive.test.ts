import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetchArchive } from '../../src/scripts/storage/fetch-archive.js';
import { runInProcess } from '../support/node-programs.js';
import { scripts } from '../support/scripts.js';
import { runProcess, type ProcessResult } from '../support/shells.js';
import { zipOf } from '../support/zip.js';

/** An object store with one bucket that implements the read requests of Google's JSON API. */
const objects = new Map<string, Buffer>();
const base = mkdtempSync(join(tmpdir(), 'archive-test-'));
let server: Server;

beforeAll(async () => {
  process.env['TMPDIR'] = base; // os.tmpdir() also uses it for programs in this process
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://store');
    const [, name = ''] = /^\/storage\/v1\/b\/shop\/o\/([^/]+)$/.exec(url.pathname) ?? [];
    const object = objects.get(decodeURIComponent(name) + (url.searchParams.get('generation') ?? ''));
    if (object && url.searchParams.get('alt') === 'media') response.end(object);
    else response.writeHead(404).end('No such object');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const buckets = { shop: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
  writeFileSync(join(base, 'buckets.json'), JSON.stringify(buckets));
});
afterAll(() => {
  server.close();
  rmSync(base, { recursive: true });
});

async function fetchSource(
  type: string,
  location: string,
  start = runInProcess,
): Promise<ProcessResult & { readonly dir: string }> {
  const dir = join(mkdtempSync(join(base, 'out-')), 'dir');
  const archive = { type, location, path: dir, buckets: join(base, 'buckets.json') };
  return { ...(await start(fetchArchive(scripts, archive), { TMPDIR: base })), dir };
}

describe('an archive in a bucket', () => {
  test('is unpacked with file modes if it is a zip archive', async () => {
    objects.set(
      'src.zip',
      zipOf({
        'a/run.sh': { text: 'echo hi', mode: 0o100755 },
        'b c.txt': { text: 'plain', stored: true },
        'd/': { text: '' },
      }),
    );
    const { code, dir, stdout } = await fetchSource('ZipArchive', 'gs://shop/src.zip', runProcess);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Successfully fetched gs://shop/src.zip')]);
    expect(readFileSync(join(dir, 'a/run.sh'), 'utf8')).toBe('echo hi');
    expect(statSync(join(dir, 'a/run.sh')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(dir, 'b c.txt'), 'utf8')).toBe('plain');
    expect(statSync(join(dir, 'd')).isDirectory()).toBe(true);
  });

  test('is unpacked in the requested version if it is a tar archive', async () => {
    const workingDirectory = mkdtempSync(join(base, 'from-'));
    mkdirSync(join(workingDirectory, 'x'));
    writeFileSync(join(workingDirectory, 'x/y'), 'deep');
    execFileSync('tar', ['-czf', join(base, 'src.tgz'), '-C', workingDirectory, '.']);
    objects.set('dir/src.tgz17', readFileSync(join(base, 'src.tgz')));
    const { code, dir } = await fetchSource('TarGzArchive', 'gs://shop/dir/src.tgz#17');
    expect([code, readFileSync(join(dir, 'x/y'), 'utf8')]).toEqual([0, 'deep']);
  });

  test('is fetched file by file if it is a manifest', async () => {
    objects.set('one', Buffer.from('1'));
    const sha1Sum = createHash('sha1').update('1').digest('hex');
    const list = { 'bin/one': { sourceUrl: 'gs://shop/one', sha1Sum, mode: 0o755 } };
    objects.set('list.json', Buffer.from(JSON.stringify(list)));
    const { code, dir } = await fetchSource('Manifest', 'gs://shop/list.json');
    expect([code, readFileSync(join(dir, 'bin/one'), 'utf8')]).toEqual([0, '1']);
    expect(statSync(join(dir, 'bin/one')).mode & 0o777).toBe(0o755);
  });

  test.each([
    ['a file outside its directory', 'ZipArchive', { '../evil': { text: 'x' } }, /evil.* lies outside/],
    ['a link', 'ZipArchive', { link: { text: '/etc', mode: 0o120777 } }, /link.* is a symbolic link/],
  ])('is rejected for %s', async (_, type, entries, expected) => {
    objects.set('bad.zip', zipOf(entries));
    const { code, dir, stdout } = await fetchSource(type, 'gs://shop/bad.zip');
    expect([code, stdout]).toEqual([1, expect.stringMatching(expected)]);
    expect(existsSync(join(dir, '../evil'))).toBe(false);
  });

  test.each([
    ['does not exist', 'gs://shop/none.zip', /answered 404 No such object/],
    ['is not in a bucket', 'https://elsewhere.corp/x.zip', /is not a file in a bucket; write gs:/],
    ['is not an archive', 'gs://shop/one', /is not a zip archive/],
  ])('fails with a message if it %s', async (_, location, expected) => {
    objects.set('one', Buffer.from('1'));
    const { code, stdout } = await fetchSource('ZipArchive', location);
    expect([code, stdout]).toEqual([1, expect.stringMatching(expected)]);
  });

  test('is rejected if the checksum of a file is wrong', async () => {
    objects.set('one', Buffer.from('other'));
    objects.set('list.json', Buffer.from(JSON.stringify({ one: { sourceUrl: 'gs://shop/one', sha1Sum: '00' } })));
    const { code, stdout } = await fetchSource('Manifest', 'gs://shop/list.json');
    expect([code, stdout]).toEqual([1, expect.stringContaining('but the manifest says 00')]);
  });
});
