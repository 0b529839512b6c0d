/** Untrusted layers: extraction creates the specified tree, and reads and writes nothing outside it. */

import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Blobs } from '../../src/images/blobs.js';
import { ImageError } from '../../src/images/image-error.js';
import type { SavedImage } from '../../src/images/saved-image.js';
import { unpackImage, UNPACK_LIMITS, type UnpackResult } from '../../src/images/unpack-image.js';
import { pax, sha256, tar, type Member } from '../support/saved-images.js';

const base = mkdtempSync(join(tmpdir(), 'unpack-image-'));
afterAll(() => rmSync(base, { recursive: true }));

const isRoot = process.getuid?.() === 0;

/** Returns an image with these layers. `files`: the stored blobs, if different from the layers. */
function image(layers: readonly Buffer[], files: readonly Buffer[] = layers): SavedImage {
  const stored = new Map(files.map((bytes, index) => [String(index), bytes]));
  const blobs: Blobs = {
    size: (name) => stored.get(name)?.length,
    read: (name) => stored.get(name) ?? Buffer.alloc(0),
    stream: async function* (name) {
      await Promise.resolve();
      const bytes = stored.get(name) ?? Buffer.alloc(0);
      for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700); // not aligned to blocks
    },
  };
  const saved = layers.map((layer, index) => ({ diffId: `sha256:${sha256(layer)}`, name: String(index) }));
  return { digest: 'sha256:0', config: {}, layers: saved, blobs };
}

/** Creates a target directory, and a sibling that must remain unchanged. */
function places(): { readonly place: string; readonly root: string; readonly outside: string } {
  const place = mkdtempSync(join(base, 'place-'));
  const [root, outside] = [join(place, 'root'), join(place, 'outside')];
  mkdirSync(root);
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'secret', { mode: 0o640 });
  return { place, root, outside };
}

/** Returns all paths of a tree with their types. Node's recursive listing would follow links. */
const treeOf = (root: string, at = ''): readonly string[] =>
  readdirSync(join(root, at), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(at, entry.name);
      if (entry.isSymbolicLink()) return [`${path} -> ${readlinkSync(join(root, path))}`];
      return entry.isDirectory()
        ? [`${path}/`, ...treeOf(root, path)]
        : [`${path}: ${readFileSync(join(root, path), 'utf8')}`];
    });

async function unpacked(...layers: readonly (readonly Member[])[]): Promise<readonly string[]> {
  const { root } = places();
  await unpackImage(image(layers.map(tar)), root, false);
  return treeOf(root);
}

const dir = (name: string): Member => ({ name, type: '5', mode: 0o755 });
const link = (name: string, target: string): Member => ({ name, type: '2', target });
const hard = (name: string, target: string): Member => ({ name, type: '1', target });

describe('layers are applied in order', () => {
  test.each<[string, readonly (readonly Member[])[], readonly string[]]>([
    ['files replace files', [[{ name: 'a', text: '1' }], [{ name: './a', text: '2' }]], ['a: 2']],
    ['absolute names are relative to the root of the image', [[{ name: '/a/b', text: '1' }]], ['a/', 'a/b: 1']],
    ['a whiteout removes a file', [[{ name: 'a', text: '1' }, { name: 'b' }], [{ name: '.wh.a' }]], ['b: ']],
    ['a whiteout removes a directory', [[{ name: 'd/a' }], [{ name: '.wh.d' }]], []],
    [
      'a whiteout keeps the files of its own layer, before and after it',
      [[{ name: 'd/old' }], [{ name: 'd/new' }, { name: '.wh.d' }]],
      ['d/', 'd/new: '],
    ],
    [
      'an opaque whiteout removes the files of lower layers, and keeps those of its own',
      [
        [{ name: 'd/old' }, { name: 'd/sub/old' }],
        [{ name: 'd/one' }, { name: 'd/.wh..wh..opq' }, { name: 'd/two' }],
      ],
      ['d/', 'd/one: ', 'd/two: '],
    ],
    ['files that builders reserve are omitted', [[{ name: '.wh..wh.plnk/1' }, { name: '.wh..wh.aufs' }]], []],
    ['a file replaces a directory', [[{ name: 'd/a' }], [{ name: 'd', text: 'f' }]], ['d: f']],
    ['a directory replaces a file', [[{ name: 'd' }], [dir('d'), { name: 'd/a' }]], ['d/', 'd/a: ']],
    ['a directory replaces a link', [[{ name: 'x/a' }, link('d', 'x')], [dir('d')]], ['d/', 'x/', 'x/a: ']],
    [
      'a file replaces a link, not its target',
      [[{ name: 'a', text: '1' }, link('l', 'a')], [{ name: 'l', text: '2' }]],
      ['a: 1', 'l: 2'],
    ],
    ['a hard link refers to a file of a lower layer', [[{ name: 'a', text: '1' }], [hard('b', 'a')]], ['a: 1', 'b: 1']],
    [
      'replacing a hard-linked file keeps the other name',
      [[{ name: 'a', text: '1' }, hard('b', '/a')], [{ name: 'a', text: '2' }]],
      ['a: 2', 'b: 1'],
    ],
    [
      'links to directories are followed within the image',
      [
        [{ name: 'usr/lib/a' }, link('lib', '/usr/lib')],
        [{ name: 'lib/b' }, { name: 'lib/.wh.a' }],
      ],
      ['lib -> /usr/lib', 'usr/', 'usr/lib/', 'usr/lib/b: '],
    ],
    [
      'the last entry of a name is used',
      [
        [
          { name: 'a', text: '1' },
          { name: 'a', text: '2' },
        ],
      ],
      ['a: 2'],
    ],
    [
      'long names of pax and GNU tar are supported',
      [
        [
          pax({ path: `${'p'.repeat(120)}/ü`, mtime: '1.5' }),
          { name: 'p', text: '1' },
          { name: '././@LongLink', type: 'L', text: `${'g'.repeat(120)}\0` },
          { name: 'g', text: '2' },
          { name: '././@LongLink', type: 'K', text: `${'t'.repeat(120)}\0` },
          link('l', 't'),
          { name: 'after', text: '3' },
        ],
      ],
      [
        'after: 3',
        `${'g'.repeat(120)}: 2`,
        `l -> ${'t'.repeat(120)}`,
        `${'p'.repeat(120)}/`,
        `${'p'.repeat(120)}/ü: 1`,
      ],
    ],
    [
      'the size of a pax header takes precedence',
      [[pax({ size: '3' }), { name: 'a', text: 'abc', size: 0 }, { name: 'b' }]],
      ['a: abc', 'b: '],
    ],
    ['comments in pax headers are ignored', [[{ ...pax({ comment: 'x' }), type: 'g' }, { name: 'a' }]], ['a: ']],
  ])('%s', async (_, layers, tree) => {
    expect(await unpacked(...layers)).toEqual(tree);
  });

  test('files below a read-only directory are written', async () => {
    const { root } = places();
    await unpackImage(
      image([
        tar([
          { name: 'd', type: '5', mode: 0o555 },
          { name: 'd/a', text: '1', mode: 0o444 },
        ]),
      ]),
      root,
      false,
    );
    expect([treeOf(root), statSync(join(root, 'd')).mode & 0o777]).toEqual([['d/', 'd/a: 1'], 0o755]);
  });

  test('devices and pipes are counted, but not created', async () => {
    const { root } = places();
    const members = ['3', '4', '6'].map((type) => ({ name: `dev${type}`, type }));
    expect([await unpackImage(image([tar([...members, { name: 'a' }])]), root, false), treeOf(root)]).toEqual([
      { leftOut: 3 },
      ['a: '],
    ]);
  });

  test('set-user-ID bits and owners are kept only by root', async () => {
    const { root } = places();
    const members = [
      { name: 'su', mode: 0o4755, owner: 0 },
      { name: 'mine', mode: 0o640, owner: 4321 },
      { name: 'd', type: '5', mode: 0o2770, owner: 4321 },
    ];
    await unpackImage(image([tar(members)]), root, isRoot);
    const attributes = ['su', 'mine', 'd'].map((name) => {
      const { mode, uid } = statSync(join(root, name));
      return `${(mode & 0o7777).toString(8)} ${String(uid)}`;
    });
    const me = String(process.getuid?.());
    expect(attributes).toEqual(isRoot ? ['4755 0', '640 4321', '2770 4321'] : [`755 ${me}`, `640 ${me}`, `770 ${me}`]);
  });
});

const message = (work: Promise<UnpackResult>): Promise<string> =>
  work.then(
    () => 'unpacked',
    (cause: unknown) => {
      if (cause instanceof ImageError) return cause.message;
      throw cause;
    },
  );

describe('a hostile layer', () => {
  test.each<[string, (outside: string) => readonly Member[], string]>([
    ['has a name outside the image', () => [{ name: '../evil' }], 'path leaves the image: "../evil"'],
    ['has a nested name outside the image', () => [{ name: 'a/../../evil' }], 'path leaves the image'],
    ['removes a parent directory', () => [{ name: '.wh...' }], 'whiteout for a path outside the image'],
    ['removes the directory itself', () => [{ name: 'a/.wh..' }], 'whiteout for a path outside the image'],
    [
      'has a hard link to a file outside',
      (outside) => [hard('h', `${outside}/secret`)],
      'which is not a file of the image',
    ],
    ['has a relative hard link to a file outside', () => [hard('h', '../outside/secret')], 'path leaves the image'],
    [
      'has a hard link through a symbolic link',
      (outside) => [link('s', outside), hard('h', 's/secret')],
      'which is not a file of the image',
    ],
    ['has a hard link to a directory', () => [dir('d'), hard('h', 'd')], 'which is not a file of the image'],
    ['has cyclic links', () => [link('a', 'b'), link('b', 'a'), { name: 'a/x' }], 'behind too many symbolic links'],
    ['has a file below a file', () => [{ name: 'a' }, { name: 'a/b' }], 'below "/a", which is not a directory'],
    ['has a sparse file', () => [{ name: 'a', type: 'S' }], 'of an unsupported type'],
    [
      'has a sparse file in the pax format',
      () => [pax({ 'GNU.sparse.major': '1' }), { name: 'a' }],
      'of an unsupported type',
    ],
    ['has an endless extended header', () => [{ name: 'x', type: 'x', size: 8 ** 10 }], 'at most 1048576 are read'],
    [
      'has an invalid extended header',
      () => [{ name: 'x', type: 'x', text: '99 path=x\n' }],
      'malformed extended header',
    ],
    [
      'has a file that is longer than the layer',
      () => [{ name: 'huge', size: 8 ** 11 - 1, text: 'x' }],
      'ends in the middle of an entry',
    ],
    ['has an invalid owner', () => [pax({ uid: '4294967295' }), { name: 'a' }], 'whose owner 4294967295 is not'],
  ])('that %s is rejected', async (_, members, wanted) => {
    const { place, root, outside } = places();
    expect(await message(unpackImage(image([tar(members(outside))]), root, false))).toContain(wanted);
    expect([readdirSync(place).sort(), treeOf(outside)]).toEqual([['outside', 'root'], ['secret: secret']]);
  });

  test.each<[string, (outside: string) => readonly Member[], readonly string[]]>([
    ['through an absolute link', (outside) => [link('d', outside), { name: 'd/evil', text: 'x' }], ['evil: x']],
    ['through a relative link', () => [link('d', '../../outside'), { name: 'd/evil', text: 'x' }], ['evil: x']],
    [
      'through two links',
      () => [link('a', '.'), link('b', 'a/../outside'), { name: 'b/evil', text: 'x' }],
      ['evil: x'],
    ],
    ['a whiteout through a link', (outside) => [link('d', outside), { name: 'd/.wh.secret' }], []],
  ])('that writes %s stays inside', async (_, members, below) => {
    const { place, root, outside } = places();
    await unpackImage(image([tar(members(outside))]), root, false);
    const inside = [join(root, outside), join(root, 'outside')].find((path) => existsSync(path)) ?? '';
    expect([treeOf(inside), treeOf(outside)]).toEqual([below, ['secret: secret']]);
    expect(readdirSync(place).sort()).toEqual(['outside', 'root']);
  });

  test('with random names and links changes nothing outside', async () => {
    const part = fc.constantFrom(
      'a',
      'b',
      'c',
      '..',
      '.',
      '',
      'outside',
      'secret',
      '.wh.a',
      '.wh.b',
      '.wh..wh..opq',
      '.wh...',
    );
    const path = fc
      .tuple(fc.constantFrom('', '/'), fc.array(part, { minLength: 1, maxLength: 4 }))
      .map(([lead, parts]) => lead + parts.join('/'));
    const member = fc.record({
      name: path,
      target: path,
      type: fc.constantFrom('0', '0', '1', '2', '2', '5'),
      text: fc.constant('x'),
    });
    const layers = fc.array(fc.array(member, { maxLength: 6 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(layers, async (all) => {
        const { place, root, outside } = places();
        const before = lstatSync(join(outside, 'secret'));
        await message(
          unpackImage(
            image(all.map((each) => tar(each.map((one) => (one.type === '0' ? one : { ...one, text: '' }))))),
            root,
            false,
          ),
        ).catch(() => '');
        const after = lstatSync(join(outside, 'secret'));
        expect([readdirSync(place).sort(), readdirSync(outside), after.nlink, after.mode, after.mtimeMs]).toEqual([
          ['outside', 'root'],
          ['secret'],
          1,
          before.mode,
          before.mtimeMs,
        ]);
        rmSync(place, { recursive: true });
      }),
      { numRuns: 100 },
    );
  });
});

describe('an image that does not match its digests is rejected', () => {
  const layer = tar([{ name: 'a', text: 'a'.repeat(5000) }]);

  test.each<[string, SavedImage, string]>([
    ['another layer', image([layer], [tar([{ name: 'b' }])]), 'is damaged: the layer 0 has the digest'],
    ['a layer with a byte after it', image([layer], [Buffer.concat([layer, Buffer.from('x')])]), 'is damaged'],
    ['a truncated layer', image([layer], [layer.subarray(0, 1024)]), 'is damaged: the layer 0 has the digest'],
    [
      'a truncated compressed layer',
      image([layer], [gzipSync(layer).subarray(0, 40)]),
      'cannot be decompressed (Z_BUF_ERROR)',
    ],
    [
      'a damaged compressed layer',
      image([layer], [Buffer.from(gzipSync(layer).map((byte, at) => (at === 20 ? byte ^ 255 : byte)))]),
      'damaged',
    ],
    ['a file that is not a tar archive', image([Buffer.alloc(1024, 'x')]), 'is not a tar archive, or is damaged'],
    ['a layer compressed with bzip2', image([layer], [Buffer.from('BZh91AY')]), 'compressed with bzip2'],
    [
      'a compressed file with a wrong digest',
      digested(image([layer], [gzipSync(layer)]), sha256('x')),
      'is damaged: the layer 0 has the digest',
    ],
  ])('%s', async (_, saved, wanted) => {
    expect(await message(unpackImage(saved, places().root, false))).toContain(wanted);
  });

  test('a compressed layer is unpacked if both digests match', async () => {
    const { root } = places();
    const file = gzipSync(layer);
    await unpackImage(digested(image([layer], [file]), sha256(file)), root, false);
    expect(treeOf(root)).toEqual([`a: ${'a'.repeat(5000)}`]);
  });

  test.each<[string, Partial<typeof UNPACK_LIMITS>, string]>([
    ['bytes', { bytes: 4096 }, 'unpacks to more than 0 GiB'],
    ['files', { entries: 0 }, 'has more than 0 files'],
  ])('more %s than the limit', async (_, limits, wanted) => {
    const bomb = image([layer], [gzipSync(layer)]);
    expect(await message(unpackImage(bomb, places().root, false, { ...UNPACK_LIMITS, ...limits }))).toContain(wanted);
  });

  test('a layer compressed with zstd is read if Node supports it, and rejected with a hint otherwise', async () => {
    // One frame with one uncompressed block.
    const raw = Buffer.concat([
      Buffer.from('28b52ffd', 'hex'),
      Buffer.from([0x60, layer.length - 256, (layer.length - 256) >> 8]),
      Buffer.from([1 | (layer.length << 3), layer.length >> 5, layer.length >> 13]),
      layer,
    ]);
    const said = await message(unpackImage(image([layer], [raw]), places().root, false));
    const canRead = 'createZstdDecompress' in (await import('node:zlib'));
    expect(said).toContain(
      canRead ? 'unpacked' : `compressed with zstd (0), which Node ${process.versions.node} cannot read`,
    );
  });
});

function digested(saved: SavedImage, digest: string): SavedImage {
  return { ...saved, layers: saved.layers.map((layer) => ({ ...layer, digest: `sha256:${digest}` })) };
}
