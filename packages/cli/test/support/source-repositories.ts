/** Creates source repositories with the installed git, and clones them. Each test has its own directory. */

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { startGitServer, type GitServer } from '../../src/git-server/git-server.js';

const run = promisify(execFile);
const WHO = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', '-c', 'protocol.file.allow=always'];

/** Runs git in a directory, with the environment of the test. */
export const git = (directory: string, ...args: readonly string[]): Promise<string> =>
  gitIn(process.env, directory, args);

const gitIn = async (env: NodeJS.ProcessEnv, directory: string, args: readonly string[]): Promise<string> =>
  (await run('git', [...WHO, '-C', directory, ...args], { cwd: tmpdir(), env })).stdout.trim();

/** Writes files to a directory. */
export function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

/** Functions of a suite that create and clone repositories. */
export interface SourceRepositories {
  /** Returns the directory of the current test. */
  readonly work: () => string;
  /** Creates a repository with a commit on `main` and an uncommitted change to a file. */
  readonly repository: (directory: string) => string;
  readonly serve: (directory: string, revision?: string) => Promise<GitServer>;
  /** Clones with the environment before the test, since changes by the test are meant for the server. */
  readonly clone: (server: Pick<GitServer, 'url'>) => Promise<string>;
}

/** Prepares a suite. The environment is restored after each test. */
export function sourceRepositories(): SourceRepositories {
  let template = '';
  let work = '';
  let outside: NodeJS.ProcessEnv = {};
  const servers: GitServer[] = [];
  beforeAll(async () => {
    template = await make(mkdtempSync(join(tmpdir(), 'source-template-')));
  });
  beforeEach(() => {
    outside = { ...process.env };
    work = mkdtempSync(join(tmpdir(), 'source-'));
  });
  afterEach(async () => {
    process.env = outside;
    await Promise.all(servers.splice(0).map((server) => server.close()));
    rmSync(work, { recursive: true, force: true });
  });
  afterAll(() => rmSync(template, { recursive: true, force: true }));
  return {
    work: () => work,
    repository: (directory) => {
      cpSync(template, directory, { recursive: true, preserveTimestamps: true });
      return directory;
    },
    serve: async (directory, revision = 'main') => {
      const server = await startGitServer({
        repositories: new Map([['source', { directory, revisions: [revision] }]]),
      });
      servers.push(server);
      return server;
    },
    clone: async (server) => {
      await gitIn(outside, work, ['clone', '-q', server.url('source'), 'clone']);
      return join(work, 'clone');
    },
  };
}

async function make(directory: string): Promise<string> {
  await git(directory, 'init', '-q', '-b', 'main');
  write(directory, { 'a.txt': 'one', 'b.txt': 'same' });
  await git(directory, 'add', '.');
  await git(directory, 'commit', '-qm', 'first');
  write(directory, { 'a.txt': 'edited' });
  return directory;
}

/** Adds a repository as the submodule `sub`, with an uncommitted change. */
export async function addSubmodule(directory: string, { repository }: SourceRepositories): Promise<void> {
  const origin = repository(`${directory}-sub`);
  await git(directory, 'submodule', '--quiet', 'add', origin, 'sub');
  await git(directory, 'commit', '-qm', 'submodule');
  write(join(directory, 'sub'), { 'b.txt': 'other' });
}
