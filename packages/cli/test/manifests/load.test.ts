import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadManifests } from '../../src/manifests/load.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array): string => {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
};
const object = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
const names = (paths: readonly string[], stdin?: () => Uint8Array): unknown[] =>
  loadManifests(paths, stdin).manifests.map(({ object: { metadata } }) => (metadata as { name: string }).name);

describe('manifests are found', () => {
  test('in a folder and its subfolders, by extension and in sorted order', () => {
    write('b.yaml', object('b'));
    write('a/z.yml', object('z'));
    write('a/c.json', JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }));
    write('notes.txt', 'not a manifest');
    write('pipewright.yaml', 'images: {}');
    expect(names([folder])).toEqual(['c', 'z', 'b']);
  });

  test('once in a folder with a link to its parent', () => {
    write('a.yaml', object('a'));
    symlinkSync('.', join(folder, 'loop'));
    expect(names([folder])).toEqual(['a']);
  });

  test('among files of other tools, which are reported only if they are specified', () => {
    write('a.yaml', object('a'));
    const compose = write('compose.yaml', 'services: {}\n');
    write('list.json', '[1, 2]');
    expect(loadManifests([folder]).findings).toEqual([]);
    expect(names([folder])).toEqual(['a']);
    expect(loadManifests([compose]).manifests).toHaveLength(1);
  });

  test('on standard input', () => {
    expect(names(['-'], () => Buffer.from(object('piped')))).toEqual(['piped']);
  });

  test('in a List, next to empty documents and comments', () => {
    const file = write(
      'l.yaml',
      `---\n# nothing\n---\nkind: List\napiVersion: v1\nitems:\n- {kind: A, metadata: {name: x}}\n- {kind: B, metadata: {name: z}}\n...\n---\n`,
    );
    expect(names([file])).toEqual(['x', 'z']);
  });

  test('after a byte order mark', () => {
    expect(names([write('bom.yaml', `\ufeff${object('a')}`)])).toEqual(['a']);
  });
});

describe('every value has a position', () => {
  const yaml =
    'kind: List\nitems:\n- kind: A\n  spec: &s\n    steps:\n    - image: one\n- kind: B\n  spec: *s\n- kind: C\n  spec:\n    <<: *s\n';
  test.each([
    ['of an item of a List', 0, ['spec', 'steps', 0, 'image'], { line: 6, column: 7 }, { line: 6, column: 14 }],
    ['after an alias', 1, ['spec', 'steps', 0, 'image'], { line: 6, column: 7 }, { line: 6, column: 14 }],
    ['after a merge', 2, ['spec', 'steps', 0, 'image'], { line: 6, column: 7 }, { line: 6, column: 14 }],
    ['an absent one has that of its parent', 0, ['spec', 'params', 0], { line: 4, column: 3 }, { line: 5, column: 5 }],
  ])('%s', (_, index, path, key, value) => {
    const located = loadManifests([write('l.yaml', yaml)]).manifests[index]?.locate(path);
    expect(located?.key).toMatchObject(key);
    expect(located?.value).toMatchObject(value);
  });
});

describe('unreadable input is reported', () => {
  const reported = (path: string): string[] =>
    loadManifests([path]).findings.map(({ code, message }) => `${code}: ${message}`);

  test.each([
    [
      'that does not exist',
      () => join(folder, 'none.yaml'),
      ['FILE_UNREADABLE: cannot be read: no such file or folder'],
    ],
    [
      'in UTF-16',
      () => write('u.yaml', Buffer.from('\ufeffkind: A', 'utf16le')),
      ['FILE_ENCODING: the file is UTF-16 at byte 0'],
    ],
    ['with a NUL', () => write('n.yaml', 'kind: A\0'), ['FILE_ENCODING: the file has a NUL character at byte 7']],
    [
      'that is not UTF-8',
      () => write('x.yaml', Buffer.from([0x61, 0x3a, 0x20, 0xc3, 0x28])),
      ['FILE_ENCODING: the file is not UTF-8 at byte 4'],
    ],
    [
      'that is too large',
      () => write('l.yaml', '#'.repeat(4 * 1024 * 1024 + 1)),
      ['FILE_TOO_LARGE: the file is larger than 4194304 bytes, the limit for manifests'],
    ],
  ])('a file %s', (_, make, want) => {
    expect(reported(make())).toEqual(want);
  });

  test('a FIFO, without waiting for it', () => {
    const fifo = join(folder, 'pipe.yaml');
    execFileSync('mkfifo', [fifo]);
    expect(reported(fifo)).toEqual(['FILE_UNREADABLE: cannot be read: it is neither a file nor a folder']);
  });

  test('except for files of other tools in a folder', () => {
    write('workflow.yaml', 'on: push\njobs: {}\n');
    expect(reported(folder)).toEqual([`NO_OBJECTS: no objects found in ${folder}`]);
  });

  test('an empty folder', () => {
    expect(reported(folder)).toEqual([`NO_OBJECTS: no objects found in ${folder}`]);
  });
});
