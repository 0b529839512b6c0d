/** Saved images in all formats of docker, podman and skopeo, and in invalid ones. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openSavedImage } from '../../src/images/archive-image.js';
import { cacheDirectory, ensureUnpacked, rootfsOf } from '../../src/images/image-cache.js';
import { ImageError } from '../../src/images/image-error.js';
import { readImageReference } from '../../src/images/image-reference.js';
import { numericUser } from '../../src/images/image-user.js';
import {
  dockerArchive,
  ociArchive,
  ociImage,
  ociIndex,
  ociLayout,
  sha256,
  tar,
  writeFiles,
  type Blob,
  type Member,
} from '../support/saved-images.js';

const base = mkdtempSync(join(tmpdir(), 'saved-image-'));
afterAll(() => rmSync(base, { recursive: true }));

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(base, 'work-'));
});

const layer = (text: string): Buffer => tar([{ name: 'a', text }]);
const write = (name: string, bytes: Buffer): void => writeFileSync(join(work, name), bytes);
const machine = { os: 'linux', architecture: 'amd64' };

/** Returns the command of an image, or the error and hint if it is unusable. */
function opened(text: string, name = 'team/app'): string {
  const reference = readImageReference(text, work);
  if (!reference) return 'no saved image';
  try {
    const { config, layers } = openSavedImage(reference, name, machine);
    return `${String(config.Cmd?.[0])}, ${String(layers.length)} layers`;
  } catch (cause) {
    if (!(cause instanceof ImageError)) throw cause;
    return `${cause.message} (${cause.hint})`;
  }
}

const runs = (word: string, architecture = 'amd64') => ({ config: { Cmd: [word] }, architecture });

describe('an archive of docker save', () => {
  test('with one image is used regardless of its name', () => {
    write('x.tar', dockerArchive([layer('1'), layer('2')], runs('one'), ['other:v9']));
    expect(opened('docker-archive:x.tar')).toBe('one, 2 layers');
  });

  test('with links between identical layers is read completely', () => {
    const config = JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { diff_ids: [`sha256:${sha256(layer('1'))}`, `sha256:${sha256(layer('1'))}`] },
    });
    const list = [{ Config: `${sha256(config)}.json`, Layers: ['one/layer.tar', 'two/layer.tar'] }];
    const members: readonly Member[] = [
      { name: 'one/layer.tar', text: layer('1') },
      { name: 'two/layer.tar', type: '2', target: '../one/layer.tar' },
      { name: `${sha256(config)}.json`, text: config },
      { name: 'manifest.json', text: JSON.stringify(list) },
    ];
    write('x.tar', tar(members));
    expect(opened('docker-archive:x.tar')).toBe('undefined, 2 layers');
  });

  test('with several images requires a tag, or the name of the replaced image', () => {
    const [one, two] = [runs('one'), runs('two')].map((says) =>
      JSON.stringify({ os: 'linux', ...says, rootfs: { diff_ids: [] } }),
    );
    const list = [
      { Config: 'one.json', RepoTags: ['team/one:v1'], Layers: [] },
      { Config: 'two.json', RepoTags: ['quay.io/team/two:v1', 'two:latest'], Layers: [] },
    ];
    write(
      'x.tar',
      tar([
        { name: 'one.json', text: one ?? '' },
        { name: 'two.json', text: two ?? '' },
        { name: 'manifest.json', text: JSON.stringify(list) },
      ]),
    );
    expect(['docker-archive:x.tar:team/one:v1', 'docker-archive:x.tar:two'].map((text) => opened(text))).toEqual([
      'one, 0 layers',
      'two, 0 layers',
    ]);
    expect([
      opened('docker-archive:x.tar', 'quay.io/team/two'),
      opened('docker-archive:x.tar', 'docker.io/team/one:v1'),
    ]).toEqual(['two, 0 layers', 'one, 0 layers']);
    expect(opened('docker-archive:x.tar')).toBe(
      'has several images (team/one:v1, quay.io/team/two:v1, two:latest) (select one: docker-archive:FILE:NAME:TAG)',
    );
    expect(opened('docker-archive:x.tar:three')).toMatch(/^has no image three; it has team\/one:v1, /);
  });

  test.each<[string, () => Buffer, string]>([
    ['is compressed', () => gzipSync(dockerArchive([])), 'is compressed with gzip (decompress it: gunzip '],
    [
      'is an OCI archive',
      () => ociArchive(ociLayout([], [])),
      'has no manifest.json (it is an OCI archive: write oci-archive:FILE)',
    ],
    [
      'is not an archive',
      () => Buffer.alloc(2048, 'x'),
      'is not a tar archive, or is damaged: a header has a wrong checksum',
    ],
    [
      'is empty',
      () => Buffer.alloc(0),
      'has no manifest.json (use a file written by docker save, podman save or skopeo)',
    ],
    ['is truncated', () => dockerArchive([layer('1')]).subarray(0, 1024), 'ends in the middle of an entry'],
    [
      'is for another platform',
      () => dockerArchive([], runs('one', 's390x')),
      'is an image for linux/s390x; this machine is linux/amd64',
    ],
    [
      'has a modified configuration',
      () => Buffer.from(dockerArchive([], runs('one')).toString('latin1').replace('"one"', '"two"'), 'latin1'),
      'is damaged: its configuration has the digest sha256:',
    ],
    [
      'has a manifest without images',
      () => tar([{ name: 'manifest.json', text: '[]' }]),
      'has a manifest.json without an image',
    ],
    [
      'has a manifest that is not JSON',
      () => tar([{ name: 'manifest.json', text: '[' }]),
      'has a manifest.json that is not JSON',
    ],
    [
      'lacks a layer',
      () =>
        tar([
          { name: 'c', text: '{"rootfs":{"diff_ids":[]}}' },
          { name: 'manifest.json', text: '[{"Config":"c","Layers":["l"]}]' },
        ]),
      'has no l',
    ],
  ])('that %s is rejected with a hint', (_, bytes, wanted) => {
    write('x.tar', bytes());
    expect(opened('docker-archive:x.tar')).toContain(wanted);
  });
});

const [manifest, ...blobs] = ociImage([layer('1')], runs('one'));
const [other, ...otherBlobs] = ociImage([layer('2')], runs('other', 'arm64'));
const platform = (architecture: string) => ({ os: 'linux', architecture });
const tagged = (blob: Blob, name: string): Blob => ({
  ...blob,
  annotations: { 'org.opencontainers.image.ref.name': name },
});

describe('an OCI layout', () => {
  test('is read from a directory or an archive', () => {
    const files = ociLayout([manifest], blobs);
    writeFiles(join(work, 'layout'), files);
    write('x.tar', ociArchive(files));
    expect([opened('oci:layout'), opened('oci-archive:x.tar')]).toEqual(['one, 1 layers', 'one, 1 layers']);
  });

  test('is selected by tag', () => {
    const [second, ...more] = ociImage([], runs('two'));
    writeFiles(
      join(work, 'layout'),
      ociLayout([tagged(manifest, 'v1'), tagged(second, 'team/app:v2')], [...blobs, ...more]),
    );
    expect(['oci:layout:v1', 'oci:layout:v2', 'oci:layout:team/app:v2'].map((text) => opened(text))).toEqual([
      'one, 1 layers',
      'two, 0 layers',
      'two, 0 layers',
    ]);
    expect(opened('oci:layout')).toBe(
      'has several images (v1, team/app:v2) (select one: oci-archive:FILE:TAG or oci:DIRECTORY:TAG)',
    );
    expect(opened('oci:layout:v3')).toBe('has no image v3; it has v1, team/app:v2 (select one of them)');
  });

  test('for several platforms yields the image for this platform, from nested indexes too', () => {
    const both = [
      { ...other, platform: platform('arm64') },
      { ...manifest, platform: platform('amd64') },
    ];
    const index = ociIndex(both);
    writeFiles(join(work, 'flat'), ociLayout(both, [...blobs, ...otherBlobs]));
    writeFiles(join(work, 'nested'), ociLayout([tagged(index, 'v1')], [manifest, other, ...blobs, ...otherBlobs]));
    expect([opened('oci:flat'), opened('oci:nested:v1')]).toEqual(['one, 1 layers', 'one, 1 layers']);
  });

  test('for other platforms is rejected, with their names', () => {
    writeFiles(
      join(work, 'layout'),
      ociLayout(
        [
          { ...other, platform: platform('arm64') },
          { ...other, platform: platform('s390x') },
        ],
        otherBlobs,
      ),
    );
    expect(opened('oci:layout')).toBe(
      'has images for linux/arm64, linux/s390x; this machine is linux/amd64 (save the image for this machine)',
    );
  });

  test.each<[string, (files: Map<string, Buffer>) => void, string]>([
    [
      'has a manifest with a wrong digest',
      (files) => files.set(`blobs/sha256/${sha256(manifest.bytes)}`, other.bytes),
      'is damaged: blobs/sha256/',
    ],
    ['lacks its manifest', (files) => files.delete(`blobs/sha256/${sha256(manifest.bytes)}`), 'has no blobs/sha256/'],
    [
      'lacks a layer',
      (files) => files.delete(`blobs/sha256/${sha256(blobs[1]?.bytes ?? '')}`),
      'lacks the layer sha256:',
    ],
    ['lacks its index', (files) => files.delete('index.json'), 'has no index.json (use an OCI layout'],
    [
      'has no image',
      (files) => files.set('index.json', Buffer.from('{"manifests":[]}')),
      'has an index without an image',
    ],
    [
      'has an invalid digest',
      (files) => files.set('index.json', Buffer.from('{"manifests":[{"digest":"sha256:../../x"}]}')),
      'only sha256 is supported',
    ],
    [
      'is too large',
      (files) => files.set('index.json', Buffer.alloc(4 * 1024 * 1024 + 1, ' ')),
      'at most 4194304 are read',
    ],
  ])('that %s is rejected', (_, change, wanted) => {
    const files = new Map(ociLayout([manifest], blobs));
    change(files);
    writeFiles(join(work, 'layout'), files);
    expect(opened('oci:layout')).toContain(wanted);
  });
});

test('a path may contain colons, and a missing file is reported', () => {
  write('a:b.tar', dockerArchive([], runs('one'), ['team/app:v1']));
  expect(
    ['docker-archive:a:b.tar', 'docker-archive:a:b.tar:team/app:v1', 'golang', 'host'].map((text) => opened(text)),
  ).toEqual(['one, 0 layers', 'one, 0 layers', 'no saved image', 'no saved image']);
  expect([opened('docker-archive:none.tar:v1'), opened('oci:a:b.tar')]).toEqual([
    'does not exist (check the path; it is relative to the working directory, or to the directory of pipewright.yaml)',
    'is not a directory (for an archive in a file write oci-archive:FILE)',
  ]);
});

describe('the cache', () => {
  const cache = (): string => join(work, 'cache');
  const saved = (name = 'x.tar') => openSavedImage({ transport: 'docker-archive', path: join(work, name) }, 'team/app');

  test('unpacks an image once, even for concurrent requests', async () => {
    write('x.tar', dockerArchive([layer('1')], { config: { User: 'builder' } }));
    const accounts = tar([{ name: 'etc/passwd', text: 'builder:x:1234:2345::/:/bin/sh\n' }]);
    write('y.tar', dockerArchive([layer('1'), accounts], { config: { User: 'builder' } }));
    const begun: string[] = [];
    const both = ['one', 'two'].map((name) => ensureUnpacked(saved('y.tar'), cache(), () => void begun.push(name)));
    const [one, two] = await Promise.all(both);
    const three = await ensureUnpacked(saved('y.tar'), cache(), () => void begun.push('three'));
    expect([one, three, begun]).toEqual([
      two,
      { rootfs: rootfsOf(saved('y.tar'), cache()), user: '1234:2345' },
      ['one', 'two'],
    ]);
    expect(readFileSync(join(three.rootfs, 'a'), 'utf8')).toBe('1');
    expect(readdirSync(cache())).toHaveLength(1);
  });

  test('keeps nothing of a damaged image', async () => {
    const archive = dockerArchive([layer('1'), layer('2')]);
    write('x.tar', archive.fill('x', 512, 513)); // the name in the first layer
    await expect(ensureUnpacked(saved(), cache())).rejects.toThrow('damaged');
    expect([readdirSync(cache()), existsSync(rootfsOf(saved(), cache()))]).toEqual([[], false]);
  });

  test('is rejected if other users may write to it', async () => {
    write('x.tar', dockerArchive([layer('1')]));
    mkdirSync(cache(), { mode: 0o755 });
    await expect(ensureUnpacked(saved(), cache())).rejects.toMatchObject({
      message: `cannot be unpacked into ${cache()}, which other users may read or write`,
    });
  });

  test('is in XDG_CACHE_HOME, unless that is relative', () => {
    const home = cacheDirectory({});
    expect(home).toMatch(/\/\.cache\/pipewright\/images$/);
    expect([cacheDirectory({ XDG_CACHE_HOME: '/c' }), cacheDirectory({ XDG_CACHE_HOME: 'c' })]).toEqual([
      '/c/pipewright/images',
      home,
    ]);
  });
});

test.each([
  ['1', '1:0'],
  ['1234', '1234:2345'],
  ['builder', '1234:2345'],
  ['builder:7', '1234:7'],
  ['1:staff', '1:50'],
  ['root', '0:0'],
])('the user %s of an image resolves to %s', (user, wanted) => {
  mkdirSync(join(work, 'etc'));
  writeFileSync(join(work, 'etc/passwd'), 'builder:x:1234:2345::/:/bin/sh\n');
  writeFileSync(join(work, 'etc/group'), 'staff:x:50:\n');
  expect(numericUser(user, work)).toBe(wanted);
});

test('an unknown user of an image is rejected', () => {
  expect(() => numericUser('nobody', work)).toThrow('runs as the user nobody, which is not in its /etc/passwd');
});
