/** What revisions lead to when a directory stands in for a repository: all that a remote answers to `git fetch`. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGitServer, type GitServer } from '../src/git-server/git-server.js';

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

/** A directory with one file. */
function folder(name: string): string {
  const directory = join(work, name);
  mkdirSync(directory);
  writeFileSync(join(directory, 'a.txt'), 'now');
  return directory;
}

/** A repository on `master`: the file says `old` at the tag v1 and in the commit of pull request 5, and `now` as it lies there. */
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

/** What the file says after a git step has fetched this revision. */
async function fetched(server: GitServer, revision: string): Promise<string> {
  const clone = mkdtempSync(join(work, 'clone-'));
  await git(clone, 'init', '-q');
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

const FIXED = ['v1', 'tags/v1', 'refs/tags/v1', 'pull/5/head', 'refs/pull/5/head'];

describe('a repository answers', () => {
  let server: GitServer;
  let directory: string;
  beforeAll(async () => {
    directory = await repository('repository');
    server = await served(directory, [...WORKING_COPY, ...FIXED]);
  });

  test.each(WORKING_COPY)('%s with the files as they are', async (revision) => {
    expect(await fetched(server, revision)).toBe('now');
  });

  test.each(FIXED)('%s, which it has, with the commit that it names', async (revision) => {
    expect(await fetched(server, revision)).toBe('old');
  });

  test('no reference that nobody has', async () => {
    for (const revision of ['heads/mastre', 'tags/v2', 'refs/notes/commits', 'refs/pull/x/head'])
      await expect(served(directory, [revision])).rejects.toMatchObject({ code: 'REVISION_UNKNOWN' });
  });
});

describe('a folder without history answers', () => {
  const asked = [...WORKING_COPY, ...FIXED];
  let server: GitServer;
  beforeAll(async () => {
    server = await served(folder('folder'), asked);
  });

  test.each(asked)('%s with its files', async (revision) => {
    expect(await fetched(server, revision)).toBe('now');
  });
});

test('a change of the same length, within the second in which git has read the file, is in the snapshot', async () => {
  const directory = await repository('changed-at-once');
  const file = join(directory, 'a.txt');
  const moment = 1_600_000_000;
  writeFileSync(file, 'old');
  utimesSync(file, moment, moment);
  await git(directory, 'update-index', '--really-refresh');
  writeFileSync(file, 'now');
  utimesSync(file, moment, moment);
  utimesSync(join(directory, '.git', 'index'), moment, moment);
  expect(await fetched(await served(directory, ['master']), 'master')).toBe('now');
});
