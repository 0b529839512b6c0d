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
  test('makes its directory and those above, when its type says so', () => {
    const path = join(folder, 'a/b');
    makeHostPath({ path, type: 'DirectoryOrCreate' });
    expect([statSync(path).isDirectory(), modeOf(path)]).toEqual([true, '755']);
  });

  test('makes its file, and leaves one that is there as it is', () => {
    const [made, there] = [join(folder, 'made'), join(folder, 'there')];
    writeFileSync(there, 'text');
    for (const path of [made, there]) makeHostPath({ path, type: 'FileOrCreate' });
    expect([readFileSync(made, 'utf8'), readFileSync(there, 'utf8')]).toEqual(['', 'text']);
  });

  test.each([[''], ['Directory'], ['File']])('of type "%s" makes nothing', (type) => {
    const path = join(folder, `none-${type}`);
    makeHostPath({ path, type });
    expect(existsSync(path)).toBe(false);
  });
});
