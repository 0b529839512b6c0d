/** Directories served as Git repositories, cloned by the machine's own git. Fresh ones are made for every test. */

import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGitServer, type GitServer } from '../src/git-server/git-server.js';
import { gitConfig } from '../src/local/host-files.js';

const run = promisify(execFile);
const WHO = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', '-c', 'init.defaultBranch=main'];

let work: string;
const servers: GitServer[] = [];
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'git-server-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(work, { recursive: true, force: true });
});

const git = async (directory: string, ...args: string[]): Promise<string> =>
  (await run('git', [...WHO, '-C', directory, ...args])).stdout.trim();

function write(directory: string, files: Readonly<Record<string, string>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

interface Made {
  readonly directory: string;
  readonly first: string;
  readonly second: string;
}

/** A repository with two commits on `main` (the first is v1), a branch `old` at the first, and an ignored file. */
async function make(directory: string): Promise<Made> {
  write(directory, { 'a.txt': 'one', '.gitignore': 'secret\n' });
  await git(directory, 'init', '-q');
  await git(directory, 'add', '.');
  await git(directory, 'commit', '-qm', 'first');
  await git(directory, 'tag', '-am', 'v1', 'v1');
  await git(directory, 'branch', 'old');
  write(directory, { 'a.txt': 'two' });
  await git(directory, 'commit', '-qam', 'second');
  write(directory, { secret: 'hunter2' });
  const [first = '', second = ''] = (await git(directory, 'rev-parse', 'v1^{commit}', 'HEAD')).split('\n');
  return { directory, first, second };
}

let template: Made;
beforeAll(async () => {
  template = await make(mkdtempSync(join(tmpdir(), 'git-template-')));
});
afterAll(() => rmSync(template.directory, { recursive: true, force: true }));

/** A copy of it for one test. */
async function repository(): Promise<Made> {
  const directory = join(work, 'repository');
  cpSync(template.directory, directory, { recursive: true, preserveTimestamps: true });
  await git(directory, 'status'); // the copy's index is the copy's own
  return { ...template, directory };
}

async function serve(directory: string, ...revisions: (string | undefined)[]): Promise<GitServer> {
  const server = await startGitServer({
    repositories: new Map([['source', { directory, revisions: revisions.filter((each) => each !== undefined) }]]),
  });
  servers.push(server);
  return server;
}

/** What a git step does: init, fetch one revision with depth 1, reset. */
async function fetchInto(name: string, server: GitServer, revision: string, ...options: string[]): Promise<string> {
  const clone = join(work, name);
  await git(work, 'init', '-q', name);
  await git(clone, ...options, 'fetch', '-q', '--depth=1', server.url('source'), revision);
  await git(clone, 'reset', '-q', '--hard', 'FETCH_HEAD');
  return clone;
}

/** Times of objects are left out: git renews them when it meets an object again, so that `gc` keeps it. */
const tree = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name): [string, string] => {
        const { mtimeMs, mode } = statSync(join(directory, name));
        const file = statSync(join(directory, name)).isFile();
        const time = name.startsWith('.git/objects/') ? '' : mtimeMs;
        return [name, `${mode} ${time} ${file ? readFileSync(join(directory, name)).toString('base64') : ''}`];
      })
      .sort(),
  );

const read = (directory: string, name: string): string => readFileSync(join(directory, name), 'utf8');

describe('a repository', () => {
  test('that is clean is served at its own commit', async () => {
    const { directory, second } = await repository();
    const server = await serve(directory, 'main');
    const clone = await fetchInto('clone', server, 'main');
    expect([server.commits('source')[0], await git(clone, 'rev-parse', 'HEAD')]).toEqual([second, second]);
    expect([server.dirty('source'), read(clone, 'a.txt')]).toEqual([false, 'two']);
  });

  test('that is dirty is served as a commit on top of HEAD, with untracked files and without ignored ones', async () => {
    const { directory, second } = await repository();
    write(directory, { 'a.txt': 'edited', 'new/b.txt': 'untracked' });
    await git(directory, 'add', '--intent-to-add', 'new/b.txt');
    const server = await serve(directory, 'main');
    const clone = join(work, 'clone');
    await git(work, 'clone', '-q', server.url('source'), clone);
    expect([server.dirty('source'), await git(clone, 'rev-parse', 'HEAD')]).toEqual([
      true,
      server.commits('source')[0],
    ]);
    expect(await git(clone, 'rev-parse', 'HEAD^')).toBe(second);
    expect(await git(clone, 'ls-files')).toBe('.gitignore\na.txt\nnew/b.txt');
    expect(read(clone, 'a.txt')).toBe('edited');
  });

  test('is not touched, to the byte and the time, by being served and cloned', async () => {
    const { directory } = await repository();
    await git(directory, 'config', 'core.splitIndex', 'true');
    await git(directory, 'config', 'core.untrackedCache', 'true');
    write(directory, { 'a.txt': 'edited', 'b.txt': 'untracked' });
    const before = tree(directory);
    const server = await serve(directory, 'main');
    await fetchInto('clone', server, 'main');
    expect(tree(directory)).toEqual(before);
  });

  test.each<[string, string, 'first' | 'second' | 'working copy']>([
    ['the branch that is checked out', 'main', 'working copy'],
    ['another branch', 'old', 'working copy'],
    ['a branch by its full name', 'refs/heads/old', 'working copy'],
    ['a tag', 'v1', 'first'],
    ['a commit', 'FIRST', 'first'],
    ['a short commit id', 'SHORT', 'second'],
  ])('that is dirty and asked for %s (%s) gives the %s', async (_what, asked, want) => {
    const { directory, first, second } = await repository();
    write(directory, { 'a.txt': 'edited' });
    const revision = { FIRST: first, SHORT: second.slice(0, 8) }[asked] ?? asked;
    const server = await serve(directory, revision);
    const content = { first: 'one', second: 'two', 'working copy': 'edited' }[want];
    const clone = await fetchInto('clone', server, asked === 'SHORT' ? second : revision);
    expect(read(clone, 'a.txt')).toBe(content);
    expect(await git(clone, 'rev-parse', 'HEAD')).toBe(server.commits('source')[0]);
  });

  test('is served at each of the revisions that are asked for', async () => {
    const { directory, first, second } = await repository();
    const server = await serve(directory, 'v1', 'main', 'v1');
    expect(server.commits('source')).toEqual([first, second]);
    expect(read(await fetchInto('old', server, 'v1'), 'a.txt')).toBe('one');
    expect(read(await fetchInto('new', server, 'main'), 'a.txt')).toBe('two');
  });

  test('is served without the revisions that it lacks, where they are to be left out', async () => {
    const { directory, first } = await repository();
    const source = { directory, revisions: ['v9', '--upload-pack=evil', 'v1'], skipUnknown: true };
    const server = await startGitServer({ repositories: new Map([['source', source]]) });
    servers.push(server);
    expect(server.commits('source')).toEqual([first]);
    expect(read(await fetchInto('old', server, 'v1'), 'a.txt')).toBe('one');
    await expect(fetchInto('none', server, 'v9')).rejects.toThrow("couldn't find remote ref v9");
  });

  test('gives the same commit for the same changes', async () => {
    const { directory } = await repository();
    write(directory, { 'a.txt': 'edited' });
    const [one, other] = [await serve(directory), await serve(directory)];
    expect(one.commits('source')).toEqual(other.commits('source'));
  });

  test('without a commit yet is served as it is', async () => {
    await git(work, 'init', '-q', 'unborn');
    const server = await serve(write(join(work, 'unborn'), { 'a.txt': 'new' }), 'main');
    expect(read(await fetchInto('clone', server, 'main'), 'a.txt')).toBe('new');
  });

  test('is read by old and new protocols, whole and shallow, with long requests compressed', async () => {
    const { directory, second } = await repository();
    const tags = Array.from({ length: 30 }, (_, i) => `create refs/tags/t${i} HEAD\n`);
    const updating = run('git', ['-C', directory, 'update-ref', '--stdin']);
    updating.child.stdin?.end(tags.join(''));
    await updating;
    const server = await serve(directory, 'main');
    for (const version of ['0', '1', '2'])
      expect(
        read(await fetchInto(`clone${version}`, server, 'main', '-c', `protocol.version=${version}`), 'a.txt'),
      ).toBe('two');
    const clone = join(work, 'clone2');
    await git(clone, 'fetch', '-q', '--unshallow', '--tags', server.url('source'), 'main');
    expect(await git(clone, 'rev-list', '--count', second)).toBe('2');
  });

  test('that is a linked worktree is served with its own files', async () => {
    const { directory } = await repository();
    await git(directory, 'worktree', 'add', '-q', join(work, 'linked'), 'old');
    write(join(work, 'linked'), { 'a.txt': 'in the worktree' });
    const server = await serve(join(work, 'linked'), 'old');
    expect(read(await fetchInto('clone', server, 'old'), 'a.txt')).toBe('in the worktree');
  });
});

describe('a plain folder', () => {
  const files = {
    Makefile: 'test:\n',
    'bin/run.sh': '#!/bin/sh\n',
    'crlf.txt': 'a\r\n',
    '.gitignore': 'out/\n',
    'out/x': 'x',
  };

  test('has one commit that depends on nothing but its content', async () => {
    const here = write(join(work, 'here'), files);
    chmodSync(join(here, 'bin/run.sh'), 0o755);
    const server = await serve(here, 'master');
    expect(server.commits('source')[0]).toBe('0f5000b9d6988ad6c8a29bff9e153a5e1056f4bb');
    const clone = await fetchInto('clone', server, 'master');
    expect(await git(clone, 'ls-files', '--stage', 'bin/run.sh')).toContain('100755');
    expect(await git(clone, 'ls-files')).toBe('.gitignore\nMakefile\nbin/run.sh\ncrlf.txt');
    expect(read(clone, 'crlf.txt')).toBe('a\r\n');
  });

  test('inside a repository is served alone, under whatever branch is asked', async () => {
    const { directory } = await repository();
    const inside = write(join(directory, 'examples'), { Makefile: 'all:\n' });
    const server = await serve(inside, 'release/v2');
    const clone = await fetchInto('clone', server, 'release/v2');
    expect(await git(clone, 'ls-files')).toBe('Makefile');
    expect(readdirSync(inside)).toEqual(['Makefile']);
  });
});

test('its snapshots lie where a later start sweeps what a killed one has left, and go with the server', async () => {
  const place = tmpdir();
  const own = (): string[] => readdirSync(place).filter((name) => name.startsWith(`pipewright-${process.pid}-git-`));
  const server = await startGitServer({
    repositories: new Map([['source', { directory: write(join(work, 'folder'), { a: '' }) }]]),
  });
  const [directory = ''] = own();
  expect(readdirSync(join(place, directory)).sort()).toEqual(['0.git', 'owner']);
  await server.close();
  expect(existsSync(join(place, directory))).toBe(false);
});

describe('is refused', () => {
  test.each<[string, () => Promise<[string, string?]>, object]>([
    [
      'a directory that is not there',
      async () => ['/nowhere'],
      { code: 'SOURCE_MISSING', message: 'there is no directory /nowhere', hint: 'name a directory that exists' },
    ],
    [
      'a file',
      async () => [join(write(work, { file: '' }), 'file')],
      { code: 'SOURCE_NOT_A_DIRECTORY', message: expect.stringMatching(/^\/.*\/file is a file$/) },
    ],
    [
      'a revision that is an option',
      async () => [work, '--upload-pack=evil'],
      { code: 'REVISION_INVALID', message: '"--upload-pack=evil" cannot be a Git revision' },
    ],
    [
      'a revision that is no name',
      async () => [work, 'a..b'],
      { code: 'REVISION_INVALID', message: '"a..b" cannot be a Git revision' },
    ],
    [
      'a branch the repository does not have',
      async () => [(await repository()).directory, 'mian'],
      {
        code: 'REVISION_UNKNOWN',
        message: expect.stringMatching(/^\/.*\/repository has no branch, tag or commit "mian"$/),
        hint: 'it has main, old, v1',
      },
    ],
    [
      'a commit a plain folder does not have',
      async () => [write(join(work, 'folder'), { a: '' }), 'f'.repeat(40)],
      { code: 'REVISION_UNKNOWN', hint: expect.stringContaining('its only commit is') },
    ],
    [
      'a repository that git cannot read',
      async () => [write(join(work, 'broken'), { '.git/HEAD': 'nonsense' })],
      { code: 'SOURCE_UNREADABLE', message: expect.stringContaining('git cannot read /') },
    ],
  ])('%s', async (_what, given, want) => {
    const [directory, revision] = await given();
    await expect(serve(directory, revision)).rejects.toMatchObject(want);
  });

  test('everything, when there is no git', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = work;
    try {
      await expect(serve(write(join(work, 'folder'), { a: '' }))).rejects.toMatchObject({
        code: 'GIT_MISSING',
        hint: expect.stringContaining('install git'),
      });
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('a push, an unknown repository, and whoever does not know the address', async () => {
    const { directory } = await repository();
    const server = await serve(directory, 'main');
    const url = server.url('source');
    await expect(git(directory, 'push', '-q', url, 'main')).rejects.toThrow('cannot be pushed to');
    const answers = [
      `${url}2/info/refs?service=git-upload-pack`,
      new URL(url).origin + '/source/info/refs',
      `${url}/HEAD`,
    ];
    expect(await Promise.all(answers.map(async (one) => (await fetch(one)).status))).toEqual([404, 404, 404]);
    expect(await (await fetch(`${url}/HEAD`)).text()).toContain('smart HTTP protocol');
  });
});

describe('an address that is answered by a directory', () => {
  let server: GitServer;
  beforeAll(async () => {
    server = await startGitServer({
      repositories: new Map([['source', { directory: template.directory, revisions: ['main'] }]]),
    });
  });
  afterAll(() => server.close());

  /** What git says when it asks for an address, led by `/etc/gitconfig`. */
  async function asks(address: string, others: readonly string[] = []): Promise<string> {
    const config = gitConfig(new Map([['https://forge.invalid/org/shop', server.url('source')]]), others);
    writeFileSync(join(work, 'gitconfig'), config);
    const env = { ...process.env, GIT_CONFIG_GLOBAL: join(work, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1' };
    const said = await run('git', ['ls-remote', address, 'main'], { env }).catch(
      (cause: unknown) => ({ stdout: String((cause as { readonly stderr: unknown }).stderr) }), // what execFile rejects with
    );
    return said.stdout.replace(/^[0-9a-f]{40}/, 'COMMIT').trim();
  }

  test.each([
    'https://forge.invalid/org/shop',
    'https://forge.invalid/org/shop.git',
    'https://forge.invalid/org/shop/',
  ])('is so however it is spelt: %s', async (address) => {
    expect(await asks(address)).toBe('COMMIT\trefs/heads/main');
  });

  test.each([
    'https://forge.invalid/org/shop-2',
    'https://forge.invalid/org/shop/part',
    'https://forge.invalid/org/shop.github',
  ])('takes no other along that begins like it, and says so: %s', async (address) => {
    expect(await asks(address)).toContain(
      `remote: this address begins like that of source, for which a directory stands in, and goes on with '${address.slice(30)}'`,
    );
  });

  test('leaves another to the network when it is known', async () => {
    const other = 'https://forge.invalid/org/shop-2.git';
    expect(await asks(other, [other])).toContain('Could not resolve host: forge.invalid');
  });
});
