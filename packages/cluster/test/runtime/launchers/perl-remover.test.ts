import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PerlRemover, removerProgram } from '../../../src/runtime/launchers/perl-remover.js';

const perl = ['/usr/bin/perl', '/bin/perl', '/usr/local/bin/perl'].find((path) => existsSync(path));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-remover-'));
  mkdirSync(join(folder, 'kept'));
  writeFileSync(join(folder, 'kept/file'), 'mine');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Functions that create a tree, by description. */
const TREES: Readonly<Record<string, (tree: string) => void>> = {
  'is not there': () => undefined,
  'is a file': (tree) => writeFileSync(tree, ''),
  'is a symlink to a directory': (tree) => symlinkSync(join(folder, 'kept'), tree),
  'has files, directories and odd names': (tree) => {
    mkdirSync(join(tree, 'a/b'), { recursive: true });
    for (const name of ['.hidden', 'two\nlines', '-rf', 'é'.normalize('NFD'), '*'])
      writeFileSync(join(tree, 'a', name), '');
  },
  'has a symlink that leads out': (tree) => {
    mkdirSync(tree);
    symlinkSync(join(folder, 'kept'), join(tree, 'out'));
  },
  'has directories that cannot be written, as of a module cache': (tree) => {
    mkdirSync(join(tree, 'mod'), { recursive: true });
    writeFileSync(join(tree, 'mod/file'), '');
    chmodSync(join(tree, 'mod'), 0o555);
  },
  'has a directory without any right, as of an overlay': (tree) => {
    mkdirSync(join(tree, 'work/work'), { recursive: true });
    chmodSync(join(tree, 'work/work'), 0o000);
  },
};

/** Without Perl, the sandbox removes trees in another way, which its own tests cover. */
const file = perl ?? 'perl';
const reason = perl === undefined ? ' (skipped: this machine has no Perl)' : '';
const [testWithPerl, describeWithPerl] = perl === undefined ? [test.skip, describe.skip] : [test, describe];

testWithPerl(`Perl removes a tree itself, without falling back to Node${reason}`, () => {
  const tree = join(folder, 'itself');
  mkdirSync(tree);
  const input = `${tree}\0`;
  expect(execFileSync(file, ['-e', removerProgram()], { input, encoding: 'utf8' })).toBe('gone\n');
});

describeWithPerl(`Perl removes a tree that${reason}`, () => {
  const remover = new PerlRemover(file);

  test.each(Object.entries(TREES))('%s', async (name, createTree) => {
    const tree = join(folder, name.replace(/\W+/g, '-'));
    createTree(tree);
    await remover.remove(tree);
    expect(readdirSync(folder)).toEqual(['kept']);
    expect(readdirSync(join(folder, 'kept'))).toEqual(['file']);
  });

  test('several at once, each with its own result', async () => {
    const trees = Array.from({ length: 50 }, (_, index) => join(folder, `many-${index}`));
    for (const tree of trees) mkdirSync(tree);
    await Promise.all(trees.map((tree) => remover.remove(tree)));
    expect(readdirSync(folder)).toEqual(['kept']);
  });
});

test('without a working Perl, Node removes the tree', async () => {
  const tree = join(folder, 'without');
  mkdirSync(tree);
  await new PerlRemover('/no/such/perl').remove(tree);
  expect(existsSync(tree)).toBe(false);
});
