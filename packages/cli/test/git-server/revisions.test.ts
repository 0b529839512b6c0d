/** Revisions if a directory replaces a repository: all that a remote supports for `git fetch`. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sampledRows, thoroughDescribe, thoroughTest } from '../../../../test/thorough.js';
import { startGitServer, type GitServer } from '../../src/git-server/git-server.js';
import { isReferenceName } from '../../src/git-server/references.js';

const run = promisify(execFile);
const WHO = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', '-c', 'init.defaultBranch=master'];

let work: string;
const servers: GitServer[] = [];
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'git-revisions-'));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(work, { recursive: true, force: true });
});

const git = async (directory: string, ...args: string[]): Promise<string> =>
  (await run('git', [...WHO, '-C', directory, ...args])).stdout.trim();

/** Creates a directory with one file. */
function folder(name: string): string {
  const directory = join(work, name);
  mkdirSync(directory);
  writeFileSync(join(directory, 'a.txt'), 'now');
  return directory;
}

/** Creates a repository on `master`. The file is `old` at tag v1 and in pull request 5, `now` in the working copy. */
async function repository(name: string): Promise<string> {
  const directory = folder(name);
  const file = join(directory, 'a.txt');
  writeFileSync(file, 'old');
  await git(directory, 'init', '-q');
  await git(directory, 'add', '.');
  await git(directory, 'commit', '-qm', 'first');
  await git(directory, 'tag', 'v1');
  await git(directory, 'update-ref', 'refs/pull/5/head', 'HEAD');
  writeFileSync(file, 'now');
  return directory;
}

async function served(directory: string, revisions: readonly string[]): Promise<GitServer> {
  const server = await startGitServer({ repositories: new Map([['source', { directory, revisions }]]) });
  servers.push(server);
  return server;
}

/** Returns the file at each revision, after fetching them in one `git fetch` as git steps do. */
async function fetched(server: GitServer, revisions: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const clone = mkdtempSync(join(work, 'clone-'));
  await git(clone, 'init', '-q');
  await git(clone, 'fetch', '-q', '--depth=1', server.url('source'), ...revisions);
  const commits = readFileSync(join(clone, '.git', 'FETCH_HEAD'), 'utf8').match(/^[0-9a-f]{40}/gm) ?? [];
  const content = new Map<string, string>();
  for (const commit of new Set(commits)) content.set(commit, await git(clone, 'show', `${commit}:a.txt`));
  return new Map(revisions.map((revision, at) => [revision, content.get(commits[at] ?? '') ?? 'nothing']));
}

const WORKING_COPY = sampledRows(
  [
    'HEAD',
    'master',
    'heads/master',
    'refs/heads/master',
    'pull/347/head',
    'refs/pull/347/head',
    'refs/pull/347/merge',
    'refs/merge-requests/12/head',
    'refs/changes/34/1234/5',
  ],
  0,
  1,
  5,
);

const FIXED = sampledRows(['v1', 'tags/v1', 'refs/tags/v1', 'pull/5/head', 'refs/pull/5/head'], 0, 3);

describe('a repository', () => {
  let directory: string;
  let content: ReadonlyMap<string, string>;
  beforeAll(async () => {
    directory = await repository('repository');
    const revisions = [...WORKING_COPY, ...FIXED];
    content = await fetched(await served(directory, revisions), revisions);
  });

  test.each(WORKING_COPY)('serves the working copy as %s', (revision) => {
    expect(content.get(revision)).toBe('now');
  });

  test.each(FIXED)('serves the commit of its reference %s', (revision) => {
    expect(content.get(revision)).toBe('old');
  });

  test('does not serve unknown references', async () => {
    for (const revision of sampledRows(['heads/mastre', 'tags/v2', 'refs/notes/commits', 'refs/pull/x/head'], 0))
      await expect(served(directory, [revision])).rejects.toMatchObject({ code: 'REVISION_UNKNOWN' });
  });
});

thoroughDescribe('a folder without history', () => {
  const revisions = [...WORKING_COPY, ...FIXED];
  let content: ReadonlyMap<string, string>;
  beforeAll(async () => {
    content = await fetched(await served(folder('folder'), revisions), revisions);
  });

  test.each(revisions)('serves the files of %s', (revision) => {
    expect(content.get(revision)).toBe('now');
  });
});

describe('an invalid reference name is rejected', () => {
  const NAMES = {
    refused: [
      'a..b',
      'a/.b',
      '.a',
      'a.lock',
      'a.lock/b',
      'a.',
      'a b',
      'a~1',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[b',
      'a\\b',
    ].concat(['a@{0}', 'a//b', '/a', 'a/', 'refs/', 'a\x7f', 'a\tb', 'a\nb', '']),
    taken: ['a', 'a/b', '@', 'a@b', 'a{b', 'a.b', 'a.locked', 'refs/a', 'feature/é', 'a-b', "a'b", 'a$b', 'a]', 'HEAD'],
  };

  test.each(NAMES.refused)('%j', (name) => {
    expect(isReferenceName(name === 'refs/' ? name : `refs/heads/${name}`)).toBe(false);
  });

  test.each(NAMES.taken)('%j is accepted', (name) => {
    expect(isReferenceName(`refs/heads/${name}`)).toBe(true);
  });

  test('the rules match those of git check-ref-format', async () => {
    const all = [...NAMES.refused, ...NAMES.taken].map((name) => `refs/heads/${name}`);
    const script = 'for name; do git check-ref-format "$name"; printf %s $?; done';
    const { stdout } = await run('sh', ['-c', script, 'sh', ...all]);
    expect(stdout).toBe(all.map((name) => (isReferenceName(name) ? '0' : '1')).join(''));
  });
});

thoroughTest(
  'a snapshot contains a change that does not alter the size, made in the second in which git read the file',
  async () => {
    const directory = await repository('changed-at-once');
    const file = join(directory, 'a.txt');
    const moment = 1_600_000_000;
    writeFileSync(file, 'old');
    utimesSync(file, moment, moment);
    await git(directory, 'update-index', '--really-refresh');
    writeFileSync(file, 'now');
    utimesSync(file, moment, moment);
    utimesSync(join(directory, '.git', 'index'), moment, moment);
    expect((await fetched(await served(directory, ['master']), ['master'])).get('master')).toBe('now');
  },
);
