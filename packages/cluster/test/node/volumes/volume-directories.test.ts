import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { makeHostPath } from '../../../src/node/volumes/volume-directories.js';
import { removeTree } from '../../../src/runtime/host/remove-tree.js';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-volumes-'));
afterAll(() => removeTree(folder));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('a hostPath volume', () => {
  test('creates its directory and the parents, if its type requires it', () => {
    const path = join(folder, 'a/b');
    makeHostPath({ path, type: 'DirectoryOrCreate' });
    expect([statSync(path).isDirectory(), modeOf(path)]).toEqual([true, '755']);
  });

  test('creates its file, and keeps an existing one unchanged', () => {
    const [created, existing] = [join(folder, 'made'), join(folder, 'there')];
    writeFileSync(existing, 'text');
    for (const path of [created, existing]) makeHostPath({ path, type: 'FileOrCreate' });
    expect([readFileSync(created, 'utf8'), readFileSync(existing, 'utf8')]).toEqual(['', 'text']);
  });

  test.each([[''], ['Directory'], ['File']])('of type "%s" creates nothing', (type) => {
    const path = join(folder, `none-${type}`);
    makeHostPath({ path, type });
    expect(existsSync(path)).toBe(false);
  });
});
