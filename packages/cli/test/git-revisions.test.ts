/** What revisions lead to when a directory stands in for a repository: all that a remote answers to `git fetch`. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startGitServer, type GitServer } from '../src/git-server/git-server.js';

const run = promisify(execFile);
const WHO = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', '-c', 'init.defaultBranch=master'];

let work: string;
const servers: GitServer[] = [];
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'git-revisions-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(work, { recursive: true, force: true });
});

const git = async (directory: string, ...args: string[]): Promise<string> =>
  (await run('git', [...WHO, '-C', directory, ...args])).stdout.trim();

/** A repository on `master`: the file says `old` at the tag v1 and in the commit of pull request 5, and `now` as it lies there. */
async function repository(): Promise<string> {
  const directory = join(work, 'repository');
  mkdirSync(directory);
  writeFileSync(join(directory, 'a.txt'), 'old');
  await git(directory, 'init', '-q');
  await git(directory, 'add', '.');
  await git(directory, 'commit', '-qm', 'first');
  await git(directory, 'tag', 'v1');
  await git(directory, 'update-ref', 'refs/pull/5/head', 'HEAD');
  writeFileSync(join(directory, 'a.txt'), 'now');
  return directory;
}

/** What the file says after a git step has fetched a revision of this directory. */
async function fetched(directory: string, revision: string): Promise<string> {
  const server = await startGitServer({ repositories: new Map([['source', { directory, revisions: [revision] }]]) });
  servers.push(server);
  const clone = join(work, 'clone');
  await git(work, 'init', '-q', 'clone');
  await git(clone, 'fetch', '-q', '--depth=1', server.url('source'), revision);
  await git(clone, 'reset', '-q', '--hard', 'FETCH_HEAD');
  return readFileSync(join(clone, 'a.txt'), 'utf8');
}

const WORKING_COPY = [
  'HEAD',
  'master',
  'heads/master',
  'refs/heads/master',
  'pull/347/head',
  'refs/pull/347/head',
  'refs/pull/347/merge',
  'refs/merge-requests/12/head',
  'refs/changes/34/1234/5',
];

describe('a repository answers', () => {
  test.each(WORKING_COPY)('%s with the files as they are', async (revision) => {
    expect(await fetched(await repository(), revision)).toBe('now');
  });

  test.each(['v1', 'tags/v1', 'refs/tags/v1', 'pull/5/head', 'refs/pull/5/head'])(
    '%s, which it has, with the commit that it names',
    async (revision) => {
      expect(await fetched(await repository(), revision)).toBe('old');
    },
  );

  test('no reference that nobody has', async () => {
    const directory = await repository();
    for (const revision of ['heads/mastre', 'tags/v2', 'refs/notes/commits', 'refs/pull/x/head'])
      await expect(fetched(directory, revision)).rejects.toMatchObject({ code: 'REVISION_UNKNOWN' });
  });
});

test.each([...WORKING_COPY, 'v1', 'tags/v1', 'refs/tags/v1'])(
  'a folder without history answers %s with its files',
  async (revision) => {
    const directory = join(work, 'folder');
    mkdirSync(directory);
    writeFileSync(join(directory, 'a.txt'), 'now');
    expect(await fetched(directory, revision)).toBe('now');
  },
);
