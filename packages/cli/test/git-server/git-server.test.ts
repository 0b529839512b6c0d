/** Directories served as Git repositories, cloned with the installed git. Each test has its own repositories. */

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
import { sampledRows, thoroughDescribe, thoroughTest } from '../../../../test/thorough.js';
import { startGitServer, type GitServer } from '../../src/git-server/git-server.js';

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

/** Creates a repository with two commits on `main` (the first is v1 and branch `old`), and an ignored file. */
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

/** Copies the repository for one test. */
function repository(): Made {
  const directory = join(work, 'repository');
  cpSync(template.directory, directory, { recursive: true, preserveTimestamps: true });
  return { ...template, directory };
}

async function serve(directory: string, ...revisions: (string | undefined)[]): Promise<GitServer> {
  const server = await startGitServer({
    repositories: new Map([['source', { directory, revisions: revisions.filter((each) => each !== undefined) }]]),
  });
  servers.push(server);
  return server;
}

const STEP = 'git init -q "$1" && cd "$1" && git $4 fetch -q --depth=1 "$2" $3 && git reset -q --hard FETCH_HEAD';

/** Runs init, fetch with depth 1, and reset, like a git step. In one shell, from which git starts faster. */
async function fetchInto(name: string, server: GitServer, revision: string, options = ''): Promise<string> {
  await run('sh', ['-c', STEP, 'sh', name, server.url('source'), revision, options], { cwd: work });
  return join(work, name);
}

/** Returns modes, times and contents of all files, without the times of Git objects, which git may refresh. */
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
  thoroughTest('without changes is served at its commit', async () => {
    const { directory, second } = repository();
    const server = await serve(directory, 'main');
    const clone = await fetchInto('clone', server, 'main');
    expect([server.commits('source')[0], await git(clone, 'rev-parse', 'HEAD')]).toEqual([second, second]);
    expect([server.isDirty('source'), read(clone, 'a.txt')]).toEqual([false, 'two']);
  });

  test('with changes is served as a commit on top of HEAD, with untracked files and without ignored ones', async () => {
    const { directory, second } = repository();
    write(directory, { 'a.txt': 'edited', 'new/b.txt': 'untracked' });
    await git(directory, 'add', '--intent-to-add', 'new/b.txt');
    const server = await serve(directory, 'main');
    const clone = join(work, 'clone');
    await git(work, 'clone', '-q', server.url('source'), clone);
    expect([server.isDirty('source'), await git(clone, 'rev-parse', 'HEAD')]).toEqual([
      true,
      server.commits('source')[0],
    ]);
    expect(await git(clone, 'rev-parse', 'HEAD^')).toBe(second);
    expect(await git(clone, 'ls-files')).toBe('.gitignore\na.txt\nnew/b.txt');
    expect(read(clone, 'a.txt')).toBe('edited');
  });

  test('is not changed by serving and cloning it: content, modes and times stay the same', async () => {
    const { directory } = repository();
    await git(directory, 'status'); // refresh the index of the copy
    await git(directory, 'config', 'core.splitIndex', 'true');
    await git(directory, 'config', 'core.untrackedCache', 'true');
    write(directory, { 'a.txt': 'edited', 'b.txt': 'untracked' });
    const before = tree(directory);
    const server = await serve(directory, 'main');
    await fetchInto('clone', server, 'main');
    expect(tree(directory)).toEqual(before);
  });

  thoroughDescribe('with changes', () => {
    const CONTENT = ['edited', 'one', 'two'] as const;
    let served: ReadonlyMap<string, string>;
    let commits: readonly string[];
    beforeAll(async () => {
      const place = mkdtempSync(join(tmpdir(), 'git-dirty-'));
      cpSync(template.directory, join(place, 'source'), { recursive: true, preserveTimestamps: true });
      write(join(place, 'source'), { 'a.txt': 'edited' });
      const revisions = ['main', 'old', 'refs/heads/old', 'v1', template.first, template.second.slice(0, 8)];
      const source = { directory: join(place, 'source'), revisions };
      const server = await startGitServer({ repositories: new Map([['source', source]]) });
      await git(place, 'init', '-q', 'clone');
      await git(join(place, 'clone'), 'fetch', '-q', server.url('source'), ...revisions.slice(0, -1), template.second);
      const fetched = readFileSync(join(place, 'clone/.git/FETCH_HEAD'), 'utf8').match(/^[0-9a-f]{40}/gm) ?? [];
      const peeled = await git(join(place, 'clone'), 'rev-parse', ...fetched.map((each) => `${each}^{commit}`));
      const at = ['main', 'old', 'refs/heads/old', 'v1', 'FIRST', 'SHORT'];
      served = new Map(peeled.split('\n').map((commit, number) => [at[number] ?? '', commit]));
      commits = server.commits('source');
      const content = await Promise.all(commits.map((commit) => git(join(place, 'clone'), 'show', `${commit}:a.txt`)));
      await server.close();
      rmSync(place, { recursive: true, force: true });
      expect(content).toEqual(CONTENT);
    });

    test.each<[string, string, 'first' | 'second' | 'working copy']>([
      ['the branch that is checked out', 'main', 'working copy'],
      ['another branch', 'old', 'working copy'],
      ['a branch by its full name', 'refs/heads/old', 'working copy'],
      ['a tag', 'v1', 'first'],
      ['a commit', 'FIRST', 'first'],
      ['a short commit id', 'SHORT', 'second'],
    ])('resolves %s (%s) to the %s', (_what, revision, want) => {
      expect(served.get(revision)).toBe(commits[{ 'working copy': 0, first: 1, second: 2 }[want]]);
    });
  });

  thoroughTest('with packed references is served with the branches of its remote', async () => {
    const { directory, first, second } = repository();
    await git(directory, 'update-ref', 'refs/remotes/origin/feature/x', first);
    await git(directory, 'pack-refs', '--all');
    const server = await serve(directory, 'feature/x', 'pull/1/head');
    expect((await git(work, 'ls-remote', server.url('source'), 'refs/*')).split('\n')).toEqual([
      `${second}\trefs/heads/feature/x`,
      `${second}\trefs/heads/main`,
      `${first}\trefs/heads/old`,
      `${second}\trefs/pull/1/head`,
      expect.stringMatching(/^[0-9a-f]{40}\trefs\/tags\/v1$/),
      `${first}\trefs/tags/v1^{}`,
    ]);
  });

  thoroughTest('is served at each of several revisions', async () => {
    const { directory, first, second } = repository();
    const server = await serve(directory, 'v1', 'main', 'v1');
    expect(server.commits('source')).toEqual([first, second]);
    expect(read(await fetchInto('old', server, 'v1'), 'a.txt')).toBe('one');
    expect(read(await fetchInto('new', server, 'main'), 'a.txt')).toBe('two');
  });

  thoroughTest('is served without unknown revisions if they may be skipped', async () => {
    const { directory, first } = repository();
    const source = { directory, revisions: ['v9', '--upload-pack=evil', 'v1'], skipUnknown: true };
    const server = await startGitServer({ repositories: new Map([['source', source]]) });
    servers.push(server);
    expect(server.commits('source')).toEqual([first]);
    expect(read(await fetchInto('old', server, 'v1'), 'a.txt')).toBe('one');
    await expect(fetchInto('none', server, 'v9')).rejects.toThrow("couldn't find remote ref v9");
  });

  thoroughTest('has the same commit for the same changes', async () => {
    const { directory } = repository();
    write(directory, { 'a.txt': 'edited' });
    const [one, other] = [await serve(directory), await serve(directory)];
    expect(one.commits('source')).toEqual(other.commits('source'));
  });

  thoroughTest('without commits is served as a folder', async () => {
    await git(work, 'init', '-q', 'unborn');
    const server = await serve(write(join(work, 'unborn'), { 'a.txt': 'new' }), 'main');
    expect(read(await fetchInto('clone', server, 'main'), 'a.txt')).toBe('new');
  });

  thoroughTest('supports old and new protocols, full and shallow clones, and compressed requests', async () => {
    const { directory, second } = repository();
    const tags = Array.from({ length: 30 }, (_, i) => `create refs/tags/t${i} HEAD\n`);
    const updating = run('git', ['-C', directory, 'update-ref', '--stdin']);
    updating.child.stdin?.end(tags.join(''));
    await updating;
    const server = await serve(directory, 'main');
    for (const version of ['0', '1', '2'])
      expect(read(await fetchInto(`clone${version}`, server, 'main', `-c protocol.version=${version}`), 'a.txt')).toBe(
        'two',
      );
    const clone = join(work, 'clone2');
    await git(clone, 'fetch', '-q', '--unshallow', '--tags', server.url('source'), 'main');
    expect(await git(clone, 'rev-list', '--count', second)).toBe('2');
  });

  thoroughTest('that is a linked worktree is served with its own files', async () => {
    const { directory } = repository();
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

  test('has one commit that depends only on its content', async () => {
    const here = write(join(work, 'here'), files);
    chmodSync(join(here, 'bin/run.sh'), 0o755);
    const server = await serve(here, 'master');
    expect(server.commits('source')[0]).toBe('0f5000b9d6988ad6c8a29bff9e153a5e1056f4bb');
    const clone = await fetchInto('clone', server, 'master');
    expect(await git(clone, 'ls-files', '--stage', 'bin/run.sh')).toContain('100755');
    expect(await git(clone, 'ls-files')).toBe('.gitignore\nMakefile\nbin/run.sh\ncrlf.txt');
    expect(read(clone, 'crlf.txt')).toBe('a\r\n');
  });

  thoroughTest('inside a repository is served separately, as any branch', async () => {
    const { directory } = repository();
    const inside = write(join(directory, 'examples'), { Makefile: 'all:\n' });
    const server = await serve(inside, 'release/v2');
    const clone = await fetchInto('clone', server, 'release/v2');
    expect(await git(clone, 'ls-files')).toBe('Makefile');
    expect(readdirSync(inside)).toEqual(['Makefile']);
  });
});

test('snapshots are removed with the server, or at the next start after a crash', async () => {
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

describe('the server rejects', () => {
  type Row = [string, () => Promise<[string, string?]>, object];
  const rows: readonly Row[] = [
    [
      'a directory that does not exist',
      async () => ['/nowhere'],
      {
        code: 'SOURCE_MISSING',
        message: 'the directory /nowhere does not exist',
        hint: 'use a directory that exists',
      },
    ],
    [
      'a file',
      async () => [join(write(work, { file: '' }), 'file')],
      { code: 'SOURCE_NOT_A_DIRECTORY', message: expect.stringMatching(/^\/.*\/file is a file$/) },
    ],
    [
      'a revision that is an option',
      async () => [work, '--upload-pack=evil'],
      { code: 'REVISION_INVALID', message: '"--upload-pack=evil" is not a valid Git revision' },
    ],
    [
      'an invalid revision',
      async () => [work, 'a..b'],
      { code: 'REVISION_INVALID', message: '"a..b" is not a valid Git revision' },
    ],
    [
      'an unknown branch of a repository',
      async () => [repository().directory, 'mian'],
      {
        code: 'REVISION_UNKNOWN',
        message: expect.stringMatching(/^\/.*\/repository has no branch, tag or commit "mian"$/),
        hint: 'it has main, old, v1',
      },
    ],
    [
      'an unknown commit of a plain folder',
      async () => [write(join(work, 'folder'), { a: '' }), 'f'.repeat(40)],
      { code: 'REVISION_UNKNOWN', hint: expect.stringContaining('its only commit is') },
    ],
    [
      'a repository with a reference to a missing commit',
      async () => [write(repository().directory, { '.git/refs/heads/lost': `${'1'.repeat(40)}\n` }), 'main'],
      {
        code: 'SOURCE_UNREADABLE',
        message: expect.stringMatching(/: fatal: missing object 1{40} for refs\/heads\/lost$/),
      },
    ],
    [
      'a branch whose name extends that of an existing branch',
      async () => {
        const { directory, first } = repository();
        await git(directory, 'update-ref', 'refs/remotes/origin/old/x', first);
        return [directory, 'old/x'];
      },
      {
        code: 'SOURCE_UNREADABLE',
        message: expect.stringMatching(/'refs\/heads\/old' exists; cannot create 'refs\/heads\/old\/x'$/),
      },
    ],
    [
      'a repository that git cannot read',
      async () => [write(join(work, 'broken'), { '.git/HEAD': 'nonsense' })],
      { code: 'SOURCE_UNREADABLE', message: expect.stringContaining('git cannot read /') },
    ],
  ];
  test.each(sampledRows(rows, 0, 1, 2, 3, 4, 8))('%s', async (_what, given, want) => {
    const [directory, revision] = await given();
    await expect(serve(directory, revision)).rejects.toMatchObject(want);
  });

  test('every directory if git is not installed', async () => {
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

  test('a push, an unknown repository, and an unknown URL', async () => {
    const { directory } = repository();
    const server = await serve(directory, 'main');
    const url = server.url('source');
    await expect(git(directory, 'push', '-q', url, 'main')).rejects.toThrow('pushing is not supported');
    const answers = [
      `${url}2/info/refs?service=git-upload-pack`,
      new URL(url).origin + '/source/info/refs',
      `${url}/HEAD`,
    ];
    expect(await Promise.all(answers.map(async (one) => (await fetch(one)).status))).toEqual([404, 404, 404]);
    expect(await (await fetch(`${url}/HEAD`)).text()).toContain('smart HTTP protocol');
  });
});
