import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { runInProcess } from '../../../controller/test/support/node-programs.js';
import { bucketsJson } from '../../src/stand-ins/host-files.js';
import { makeGsutilImage, type GsutilImage } from '../../src/stand-ins/gsutil-image.js';
import { gsutilProgram } from '../../src/object-store/gsutil-program.js';
import { startObjectStore, type ObjectStore } from '../../src/object-store/object-store.js';

const directoryBefore = process.cwd();
let base = '';
let bucket = '';
let work = '';
let store: ObjectStore;
let image: GsutilImage;

beforeAll(async () => {
  image = await makeGsutilImage();
});
afterAll(() => image.close());

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'object-store-'));
  [bucket, work] = [join(base, 'bucket'), join(base, 'work')];
  mkdirSync(bucket);
  mkdirSync(work);
  store = await startObjectStore((name) => (name === 'shop' ? bucket : undefined));
  writeFileSync(join(base, 'buckets.json'), bucketsJson(['shop'], store.url));
});
afterEach(async () => {
  process.chdir(directoryBefore);
  await store.close();
  rmSync(base, { recursive: true });
});

const put = (file: string, text = file, mode?: number): void => {
  mkdirSync(dirname(join(base, file)), { recursive: true });
  writeFileSync(join(base, file), text);
  if (mode !== undefined) chmodSync(join(base, file), mode);
};

/** Returns all files in a directory, by path. */
const tree = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(directory.length + 1))
    .sort();

interface GsutilResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
type Gsutil = (...commandLine: readonly string[]) => Promise<GsutilResult>;

/** Runs gsutil as a step would. */
const gsutilProcess: Gsutil = (...commandLine) =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'] ?? '', PIPEWRIGHT_BUCKETS: join(base, 'buckets.json') };
    const options = { env, cwd: work };
    execFile(join(image.overlay, 'usr/local/bin/gsutil'), commandLine, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

/** Runs the gsutil program in this process, which is equivalent except for starting it. */
const gsutil: Gsutil = (...commandLine) => {
  process.chdir(work);
  return runInProcess(['node', '-e', gsutilProgram(), '--', 'gsutil', ...commandLine], {
    PIPEWRIGHT_BUCKETS: join(base, 'buckets.json'),
  });
};

describe('gsutil cp with a directory as the bucket', () => {
  test('runs as a program', async () => {
    put('bucket/a/app.jar');
    expect(await gsutilProcess('cp', 'gs://shop/a/app.jar', '.')).toMatchObject({ code: 0 });
    expect(tree(work)).toEqual(['app.jar']);
    const { code, stderr } = await gsutilProcess('cp', 'gs://shop/none', '.');
    expect([code, stderr]).toEqual([1, 'CommandException: No URLs matched: gs://shop/none\n']);
  });

  test.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['downloads a file into a directory', ['bucket/a/app.jar'], ['cp', 'gs://shop/a/app.jar', '.'], ['app.jar']],
    ['downloads a file under another name', ['bucket/app.jar'], ['cp', 'gs://shop/app.jar', 'b.jar'], ['b.jar']],
    [
      'downloads the matches of a wildcard',
      ['bucket/d/1', 'bucket/d/2', 'bucket/d/e/3'],
      ['cp', 'gs://shop/d/*', '.'],
      ['1', '2'],
    ],
    [
      'downloads a directory recursively',
      ['bucket/d/1', 'bucket/d/e/3'],
      ['-m', 'cp', '-r', 'gs://shop/d/*', '.'],
      ['1', 'e/3'],
    ],
  ])('%s', async (_, files, commandLine, want) => {
    for (const file of files) put(file);
    expect(await gsutil(...commandLine)).toMatchObject({ code: 0 });
    expect(tree(work)).toEqual(want);
  });

  test.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['uploads one file as the object', ['work/x'], ['cp', `x`, 'gs://shop/app.jar'], ['app.jar']],
    ['uploads one file into an existing folder', ['work/x', 'bucket/d/y'], ['cp', 'x', 'gs://shop/d'], ['d/x', 'd/y']],
    ['uploads several below the name', ['work/o/1', 'work/o/2'], ['cp', 'o/*', 'gs://shop/d'], ['d/1', 'd/2']],
    ['skips directories without -r', ['work/o/1', 'work/o/e/2'], ['cp', 'o/*', 'gs://shop/d/'], ['d/1']],
    [
      'uploads a directory under another name',
      ['work/o/1', 'work/o/e/2'],
      ['cp', '-r', 'o', 'gs://shop/d'],
      ['d/1', 'd/e/2'],
    ],
  ])('%s', async (_, files, commandLine, want) => {
    for (const file of files) put(file);
    expect(await gsutil(...commandLine)).toMatchObject({ code: 0 });
    expect(tree(bucket)).toEqual(want);
  });

  test.each([
    ['a missing object', ['cp', 'gs://shop/none', '.'], 'CommandException: No URLs matched: gs://shop/none'],
    ['a wildcard without matches', ['cp', 'o/*', 'gs://shop/d'], 'No URLs matched: o/*'],
    ['a path below a file', ['cp', 'plain/x', 'gs://shop/d'], 'No URLs matched: plain/x'],
    ['a bucket without a directory', ['cp', 'gs://other/x', '.'], 'no directory stands in for the bucket other'],
    ['an unsupported command', ['setmeta', 'x'], 'gsutil setmeta is not supported by this stand-in'],
  ])('rejects %s', async (_, commandLine, said) => {
    put('work/plain');
    const { code, stderr } = await gsutil(...commandLine);
    expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
  });
});

describe('gsutil rsync', () => {
  test('mirrors the bucket to a directory, and removes other files', async () => {
    put('bucket/d/same', 'same');
    put('bucket/d/e/new', 'new');
    put('work/same', 'same');
    put('work/old', 'old');
    const { code, stderr } = await gsutil('rsync', '-d', '-r', 'gs://shop/d', '.');
    expect([code, tree(work), readFileSync(join(work, 'e/new'), 'utf8')]).toEqual([0, ['e/new', 'same'], 'new']);
    expect(stderr).not.toContain('same');
  });

  test('mirrors a directory to the bucket, and keeps the rest of the bucket', async () => {
    put('bucket/d/old');
    put('bucket/other');
    put('work/o/1');
    expect(await gsutil('rsync', '-d', '-r', 'o', 'gs://shop/d')).toMatchObject({ code: 0 });
    expect(tree(bucket)).toEqual(['d/1', 'other']);
  });

  test('preserves permissions in both directions with -P', async () => {
    put('work/o/run.sh', 'x', 0o755);
    await gsutil('rsync', '-P', '-r', 'o', 'gs://shop/d');
    await gsutil('rsync', '-P', '-r', 'gs://shop/d', work);
    expect(statSync(join(work, 'run.sh')).mode & 0o777).toBe(0o755);
  });

  test('reports once that links in the directory are skipped', async () => {
    put('bucket/d/file');
    put('other');
    symlinkSync('file', join(bucket, 'd/link'));
    symlinkSync(join(base, 'other'), join(bucket, 'elsewhere'));
    const { code, stderr } = await gsutil('rsync', '-d', '-r', 'gs://shop/d', '.');
    expect([code, tree(work)]).toEqual([0, ['file']]);
    expect(stderr.split('\n').filter((line) => line.startsWith('Skipped'))).toEqual([
      "Skipped: gs://shop/d/link is not a regular file of less than 2 GiB in the bucket's directory; links are not followed.",
    ]);
  });

  test('rejects a missing folder', async () => {
    expect(await gsutil('rsync', '-r', 'gs://shop/none', '.')).toMatchObject({ code: 1 });
  });
});

describe('the store', () => {
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${store.url}${path}`, init);
  const names = async (answer: Response): Promise<unknown> => {
    const { items, prefixes } = (await answer.json()) as { items: { name: string }[]; prefixes?: string[] };
    return [items.map(({ name }) => name), prefixes];
  };

  test('lists by prefix and delimiter, like the JSON API of Google', async () => {
    for (const file of ['bucket/a/1', 'bucket/a/b/2', 'bucket/ab']) put(file);
    expect(await names(await ask('/storage/v1/b/shop/o?prefix=a/'))).toEqual([['a/1', 'a/b/2'], undefined]);
    expect(await names(await ask('/storage/v1/b/shop/o?prefix=a&delimiter=/'))).toEqual([['ab'], ['a/']]);
  });

  test.each(['../outside', 'a/../../outside', '/etc/passwd', 'link/outside', ''])(
    'writes nothing outside its directory: %s',
    async (name) => {
      symlinkSync(base, join(bucket, 'link'));
      const query = `/upload/storage/v1/b/shop/o?uploadType=media&name=${encodeURIComponent(name)}`;
      expect((await ask(query, { method: 'POST', body: 'x' })).status).toBe(400);
      expect(existsSync(join(base, 'outside'))).toBe(false);
    },
  );

  test('reads nothing outside its directory', async () => {
    put('secret');
    symlinkSync(base, join(bucket, 'link'));
    for (const name of ['../secret', 'link/secret', '%2E%2E/secret'])
      expect((await ask(`/storage/v1/b/shop/o/${encodeURIComponent(name)}?alt=media`)).status).toBe(404);
  });

  const post = (name: string): Promise<Response> =>
    ask(`/upload/storage/v1/b/shop/o?uploadType=media&name=${encodeURIComponent(name)}`, { method: 'POST', body: 'x' });

  test.each<[string, string]>([
    ['a broken link', 'dangling'],
    ['a broken link as a parent', 'dangling/file'],
    ['a cyclic link', 'loop'],
    ['a cyclic link as a parent', 'loop/file'],
    ['a link to a file outside', 'file'],
    ['a name that is too long', 'x'.repeat(256)],
    ['a path that is too long', 'x/'.repeat(3000) + 'x'],
    ['a name with a NUL character', 'a\0b'],
    ['a file as a directory', 'own/file'],
    ['a parent directory', '..'],
    ['a parent directory in between', 'a/../../outside'],
  ])('has no object for %s, and writes none', async (_, name) => {
    put('secret');
    put('bucket/own');
    symlinkSync(join(base, 'nothing'), join(bucket, 'dangling'));
    symlinkSync('loop', join(bucket, 'loop'));
    symlinkSync(join(base, 'secret'), join(bucket, 'file'));
    const object = `/storage/v1/b/shop/o/${encodeURIComponent(name)}`;
    const read = [await ask(object), await ask(`${object}?alt=media`), await ask(object, { method: 'DELETE' })];
    expect([...read, await post(name)].map(({ status }) => status)).toEqual([404, 404, 404, 400]);
    expect([readFileSync(join(base, 'secret'), 'utf8'), existsSync(join(base, 'nothing'))]).toEqual(['secret', false]);
  });

  test('does not follow a link at the path of a partial object', async () => {
    put('secret');
    for (const partial of [`a.${String(process.pid)}.partial`, 'a.partial', '.a.partial'])
      symlinkSync(join(base, 'secret'), join(bucket, partial));
    expect((await post('a')).status).toBe(200);
    expect([readFileSync(join(base, 'secret'), 'utf8'), readFileSync(join(bucket, 'a'), 'utf8')]).toEqual([
      'secret',
      'x',
    ]);
  });

  test('omits files that are too large, and serves the rest', async () => {
    put('bucket/small');
    put('bucket/sparse', '');
    truncateSync(join(bucket, 'sparse'), 2 ** 40);
    const { items, leftOut } = (await (await ask('/storage/v1/b/shop/o')).json()) as Record<string, unknown>;
    expect([items, leftOut]).toEqual([[expect.objectContaining({ name: 'small' })], ['sparse']]);
    for (const query of ['', '?alt=media']) expect((await ask(`/storage/v1/b/shop/o/sparse${query}`)).status).toBe(404);
  });

  test.each(['/storage/v1/b/shop/o/%ff', '/storage/v1/b/%ff/o', '/storage/v1/b/shop/o/%'])(
    'rejects the invalid name %s',
    async (path) => {
      expect((await ask(path)).status).toBe(400);
    },
  );

  test('responds with 404 to an unknown URL', async () => {
    const { origin } = new URL(store.url);
    expect((await fetch(`${origin}/guess/storage/v1/b/shop/o`)).status).toBe(404);
    expect((await fetch(`${origin}/storage/v1/b/shop/o`)).status).toBe(404);
  });
});

test('an error of the operating system is returned as an API error, which the step prints', async () => {
  rmSync(bucket, { recursive: true });
  const answer = await fetch(`${store.url}/storage/v1/b/shop/o`);
  expect(answer.status).toBe(500);
  const { error } = (await answer.json()) as { error: { code: number; message: string } };
  expect(error.code).toBe(500);
  expect(error.message).toContain('ENOENT');
  mkdirSync(bucket);
});
