/** Effects of a source's settings, filters and submodules on the served repository. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { thoroughTest } from '../../../../test/thorough.js';
import { serveLiveSources } from '../../src/up/live-sources.js';
import { addSubmodule, git, sourceRepositories, write } from '../support/source-repositories.js';

const sources = sourceRepositories();
const { work, repository, serve, clone } = sources;

test('invalid settings are reported with the message of git', async () => {
  const directory = repository(join(work(), 'repository'));
  write(directory, { '.git/config': '[core\n' });
  await expect(serve(directory)).rejects.toMatchObject({
    code: 'SOURCE_UNREADABLE',
    message: expect.stringMatching(/^git cannot read .*: fatal: bad config line 1 in file /),
  });
});

thoroughTest('endless settings files are not read', async () => {
  const directory = repository(join(work(), 'repository'));
  const endless = '[include]\n\tpath = /dev/zero\n[core]\n\texcludesFile = /dev/zero\n\tattributesFile = /dev/zero\n';
  write(directory, { '.git/config': readFileSync(join(directory, '.git/config'), 'utf8') + endless });
  expect(readFileSync(join(await clone(await serve(directory)), 'a.txt'), 'utf8')).toBe('edited');
});

thoroughTest('a different working directory in the settings is not served', async () => {
  const directory = repository(join(work(), 'repository'));
  write(work(), { 'other/a.txt': 'of another' });
  await git(directory, 'config', 'core.worktree', join(work(), 'other'));
  expect(readFileSync(join(await clone(await serve(directory)), 'a.txt'), 'utf8')).toBe('edited');
});

test('settings for the interpretation of content are applied, from the repository and from the user', async () => {
  const directory = repository(join(work(), 'repository'));
  write(directory, { 'home/.gitconfig': '[core]\n\texcludesFile = ~/rules\n', 'home/rules': 'home\nleft-out\n' });
  process.env['HOME'] = join(directory, 'home');
  await git(directory, 'config', 'core.autocrlf', 'input');
  write(directory, { 'a.txt': 'one\r\n', 'left-out': '', '.git/info/exclude': 'also-left-out\n', 'also-left-out': '' });
  const served = await clone(await serve(directory));
  expect([await git(served, 'ls-files'), readFileSync(join(served, 'a.txt'), 'utf8')]).toEqual([
    'a.txt\nb.txt',
    'one\n',
  ]);
});

thoroughTest('submodules are served at their current commit', async () => {
  const directory = repository(join(work(), 'repository'));
  await addSubmodule(directory, sources);
  await git(join(directory, 'sub'), 'commit', '-qam', 'second');
  const inside = repository(join(directory, 'inside'));
  const served = await clone(await serve(directory));
  const commits = [await git(join(directory, 'sub'), 'rev-parse', 'HEAD'), await git(inside, 'rev-parse', 'HEAD')];
  expect(await git(served, 'ls-tree', 'HEAD', 'sub', 'inside')).toBe(
    `160000 commit ${commits[1] ?? ''}\tinside\n160000 commit ${commits[0] ?? ''}\tsub`,
  );
  expect(await git(served, 'ls-files')).toBe('.gitmodules\na.txt\nb.txt\ninside\nsub');
});

describe('files with a filter', () => {
  const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 7\n`;

  /** Creates a repository in which git stores each `.bin` file as a pointer, like Git LFS. */
  async function withFilter(): Promise<string> {
    const directory = repository(join(work(), 'repository'));
    write(directory, { '.gitattributes': '*.bin filter=lfs\n', 'kept.bin': 'content', 'fetched.bin': POINTER });
    await git(directory, 'config', 'filter.lfs.clean', `printf '${POINTER.replaceAll('\n', '\\n')}'`);
    await git(directory, 'add', '.');
    await git(directory, 'commit', '-qm', 'with files of a filter');
    await git(directory, 'status'); // refreshes the index
    return directory;
  }

  test('are served as in the directory, even if git has stored the filtered content', async () => {
    const directory = await withFilter();
    write(directory, { 'new.bin': 'new' });
    const server = await serve(directory);
    const served = await clone(server);
    const read = (name: string): string => readFileSync(join(served, name), 'utf8');
    expect(['kept.bin', 'fetched.bin', 'new.bin', 'a.txt'].map(read)).toEqual(['content', POINTER, 'new', 'edited']);
    expect(server.filtered('source')).toEqual([
      { filter: 'lfs', paths: ['fetched.bin', 'kept.bin', 'new.bin'], pointers: ['fetched.bin'] },
    ]);
  });

  thoroughTest('of a commit or a tag are served as committed', async () => {
    const directory = await withFilter();
    const commit = await git(directory, 'rev-parse', 'HEAD');
    const server = await serve(directory, commit);
    const served = await clone(server);
    await git(served, 'checkout', '-q', commit);
    expect([readFileSync(join(served, 'kept.bin'), 'utf8'), server.filtered('source')]).toEqual([POINTER, []]);
  });

  thoroughTest('in a plain folder are served unchanged', async () => {
    write(work(), { 'folder/.gitattributes': '*.bin filter=lfs\n', 'folder/kept.bin': 'content' });
    const server = await serve(join(work(), 'folder'));
    expect(server.filtered('source')).toEqual([{ filter: 'lfs', paths: ['kept.bin'], pointers: [] }]);
  });

  thoroughTest('of a source that is read for each clone are reported once', async () => {
    write(work(), { 'folder/.gitattributes': '*.bin filter=lfs\n', 'folder/kept.bin': 'content' });
    const notes: string[] = [];
    const live = await serveLiveSources(
      () => ({ directory: join(work(), 'folder') }),
      (line) => notes.push(line),
    );
    for (const name of ['one', 'two']) await git(work(), 'clone', '-q', live.url('shop'), name);
    await live.close();
    expect(notes).toEqual([expect.stringMatching(/^shop: kept\.bin has the Git filter lfs, which is not run:/)]);
  });
});
