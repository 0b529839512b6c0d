import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { loadDefaultFolders } from '../../src/manifests/default-folders.js';
import { findFiles } from '../../src/manifests/file-search.js';
import { loadManifests } from '../../src/manifests/load.js';
import { folderWith } from '../support/cli.js';

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

function folder(names: readonly string[]): string {
  const { path, done } = folderWith(
    Object.fromEntries(names.map((name) => [name, name.endsWith('.yaml') ? MAP : '{}'])),
  );
  folders.push(done);
  return path;
}

describe('without arguments, manifests are read', () => {
  test.each([
    ['from dist', ['dist/a.yaml', 'b.yaml'], ['dist/a.yaml'], '1 file in dist/'],
    ['from .tekton', ['.tekton/a.yaml', 'x/b.yaml'], ['.tekton/a.yaml'], '1 file in .tekton/'],
    [
      'from all conventional folders with manifests',
      ['.tekton/a.yaml', '.tekton/b.yaml', 'tekton/c.yaml', 'dist/d.yaml'],
      ['.tekton/a.yaml', '.tekton/b.yaml', 'tekton/c.yaml', 'dist/d.yaml'],
      '2 files in .tekton/, 1 file in tekton/, 1 file in dist/',
    ],
    [
      'from the whole directory if dist has none',
      ['dist/bundle.js', 'dist/meta.json', 'a.yaml', 'x/b.yaml'],
      ['a.yaml', 'x/b.yaml'],
      '2 files in this directory',
    ],
    [
      'from .tekton of a subdirectory',
      ['app/.tekton/a.yaml', '.git/b.yaml'],
      ['app/.tekton/a.yaml'],
      '1 file in this directory',
    ],
  ])('%s', (_, files, read, note) => {
    const path = folder(files);
    const found = loadDefaultFolders([], path);
    expect(found.loaded.manifests.map(({ file }) => relative(path, file))).toEqual(read);
    expect(found.note).toBe(`manifests: ${note}`);
  });

  test('an empty directory is reported', () => {
    const { loaded, note } = loadDefaultFolders([], folder(['a.txt']));
    expect(loaded.findings.map(({ code }) => code)).toEqual(['NO_OBJECTS']);
    expect(note).toBe('manifests: 0 files in this directory');
  });
});

test('the search of the default folders has its own, lower limit', () => {
  const { loaded } = loadDefaultFolders([], folder(['dist/a.yaml', 'dist/b.yaml', 'dist/c.yaml']), 2);
  expect(loaded.findings.map(({ message }) => message)).toEqual([
    'the search for manifests stopped after 2 files and folders',
  ]);
});

describe('--exclude', () => {
  test.each([
    ['a folder', 'vendor', ['a.yaml', 'x/vendored.yaml']],
    ['a folder, with a slash at its end', './vendor/', ['a.yaml', 'x/vendored.yaml']],
    ['the content of a folder', 'vendor/**', ['a.yaml', 'x/vendored.yaml']],
    ['files by name in any folder', 'a.yaml', ['vendor/b.yaml', 'x/vendored.yaml']],
    ['files anywhere', '**/v*.yaml', ['a.yaml', 'vendor/a.yaml', 'vendor/b.yaml']],
    ['hidden folders', '.tekton', ['a.yaml', 'vendor/a.yaml', 'vendor/b.yaml', 'x/vendored.yaml']],
  ])('excludes %s', (_, glob, left) => {
    const path = folder(['a.yaml', 'vendor/a.yaml', 'vendor/b.yaml', 'x/vendored.yaml']);
    const before = process.cwd();
    process.chdir(path);
    try {
      expect(loadManifests(['.'], undefined, { exclude: [glob] }).manifests.map(({ file }) => file)).toEqual(left);
    } finally {
      process.chdir(before);
    }
  });
});

test('a search stops at too many files, without reading them', () => {
  const path = folder(['a.yaml']);
  mkdirSync(join(path, 'many'));
  for (let index = 0; index < 20; index++) writeFileSync(join(path, 'many', `${String(index)}.yaml`), MAP);
  const unreadable = (): never => {
    throw new Error('all can be read');
  };
  expect(findFiles(path, { maxEntries: 20 }, unreadable)).toEqual({
    files: [],
    findings: [
      {
        severity: 'error',
        code: 'TOO_MANY_FILES',
        place: { file: path, line: 1, column: 1 },
        message: 'the search for manifests stopped after 20 files and folders',
        hint: 'name the files or folders with the manifests, or exclude some: --exclude GLOB',
      },
    ],
  });
  expect(findFiles(path, { maxEntries: 22 }, unreadable).files).toHaveLength(21);
});
