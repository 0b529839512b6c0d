import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitSource, type GitSource } from '../../src/scripts/git/git-source.js';
import { sampledRows, thoroughTest } from '../../../../test/thorough.js';
import { startGitDaemon } from '../support/git-daemon.js';
import { scripts } from '../support/scripts.js';
import { exec, expandArgument, runProcess, type ProcessResult } from '../support/shells.js';

const base = mkdtempSync(join(tmpdir(), 'git-source-'));
const env = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@b',
};
let daemon: Awaited<ReturnType<typeof startGitDaemon>>;
let server = '';
let commits: { readonly first: string; readonly second: string; readonly side: string };

const git = async (dir: string, ...args: readonly string[]): Promise<string> =>
  (
    await exec('git', ['-C', dir, '-c', 'protocol.file.allow=always', ...args], { env: { ...process.env, ...env } })
  ).stdout.trim();

beforeAll(async () => {
  const work = join(base, 'work');
  const library = join(base, 'library');
  for (const dir of [work, library]) {
    mkdirSync(dir);
    await git(dir, 'init', '-q', '-b', 'master');
  }
  daemon = await startGitDaemon(base, 'library');
  server = daemon.url;
  writeFileSync(join(library, 'shared'), 'shared');
  await git(library, 'add', '.');
  await git(library, 'commit', '-qm', 'library');
  writeFileSync(join(work, 'file'), 'one');
  await git(work, 'add', '.');
  await git(work, 'commit', '-qm', 'first');
  const first = await git(work, 'rev-parse', 'HEAD');
  await git(work, 'tag', 'v1');
  writeFileSync(join(work, '.gitmodules'), `[submodule "lib"]\n\tpath = lib\n\turl = ${server}/library\n`);
  await git(work, 'clone', '-q', library, join(work, 'lib'));
  writeFileSync(join(work, 'file'), 'two');
  await git(work, 'add', '.');
  await git(work, 'commit', '-qm', 'second');
  const second = await git(work, 'rev-parse', 'HEAD');
  await git(work, 'checkout', '-q', '-b', 'feature/side', first);
  await git(work, 'commit', '-q', '--allow-empty', '-m', 'side');
  commits = { first, second, side: await git(work, 'rev-parse', 'HEAD') };
  await git(work, 'checkout', '-q', 'master');
});

afterAll(() => {
  daemon.stop();
  rmSync(base, { recursive: true, force: true });
});

let cloneCount = 0;

/** Runs the step. Defaults: `master` of `work`, with submodules, depth 1. */
async function clone(
  source: Partial<GitSource> = {},
): Promise<ProcessResult & { readonly path: string; readonly message: string }> {
  const home = join(base, `clone-${String(cloneCount++)}`);
  mkdirSync(home);
  const path = source.path ?? join(home, 'source');
  const message = join(home, 'message');
  const commandLine = gitSource(scripts, {
    url: `${server}/work`,
    revision: 'master',
    submodules: true,
    depth: 1,
    sslVerify: true,
    ...source,
    path,
    message,
  });
  const result = await runProcess(commandLine.map(expandArgument), { HOME: home, ...env });
  return { ...result, path, message: existsSync(message) ? readFileSync(message, 'utf8') : '' };
}

const messages = ({ stdout }: ProcessResult): readonly unknown[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => (JSON.parse(line) as { msg: unknown }).msg); // the step's own lines

describe('the git step', () => {
  test('clones a branch with its submodules and reports the commit', async () => {
    const result = await clone();
    expect(result.code).toBe(0);
    expect(messages(result)).toEqual([
      `Successfully cloned ${server}/work @ master in path ${result.path}`,
      `Successfully initialized and updated submodules in path ${result.path}`,
    ]);
    expect(result.stdout).toMatch(
      /^\{"level":"info","ts":[\d.]+,"logger":"fallback-logger","caller":"git\/git.go:81","msg":"/,
    );
    expect(readFileSync(join(result.path, 'file'), 'utf8')).toBe('two');
    expect(readFileSync(join(result.path, 'lib', 'shared'), 'utf8')).toBe('shared');
    expect(result.message).toBe(
      `[{"name":"","digest":"","key":"commit","value":"${commits.second}","resourceRef":{}}]`,
    );
  });

  const revisions = [
    ['a tag', () => 'v1', () => commits.first],
    ['a branch with a slash', () => 'feature/side', () => commits.side],
    ['a commit that the server does not advertise', () => commits.first, () => commits.first],
    ['a short commit', () => commits.first.slice(0, 8), () => commits.first],
    ['a ref', () => 'refs/heads/feature/side', () => commits.side],
  ] as const;
  test.each(sampledRows(revisions, 2))('finds %s', async (_what, revision, commit) => {
    const { code, message } = await clone({ revision: revision() });
    expect([code, message]).toEqual([0, expect.stringContaining(commit())]);
  });

  thoroughTest('does not fetch submodules if so configured', async () => {
    const result = await clone({ submodules: false });
    expect([result.code, existsSync(join(result.path, 'lib', 'shared'))]).toEqual([0, false]);
  });

  thoroughTest('fetches one commit, or all with a depth of 0', async () => {
    const [withoutDepth, all] = await Promise.all([
      clone({ submodules: false }),
      clone({ submodules: false, depth: 0 }),
    ]);
    const counts = await Promise.all([withoutDepth, all].map(({ path }) => git(path, 'rev-list', '--count', 'HEAD')));
    expect(counts).toEqual(['1', '2']);
  });

  thoroughTest('clones into a directory that contains files', async () => {
    const path = join(base, 'there');
    mkdirSync(path);
    writeFileSync(join(path, 'mine'), 'mine');
    expect((await clone({ path, submodules: false })).code).toBe(0);
    expect([existsSync(join(path, 'mine')), existsSync(join(path, 'file'))]).toEqual([true, true]);
  });

  test('reports that a repository does not exist', async () => {
    const url = `${server}/none`;
    const result = await clone({ url });
    expect(result.stdout).toMatch(/^git: fatal: remote error: access denied or repository not exported: .*none$/m);
    expect([result.code, messages(result), result.message]).toEqual([
      1,
      [`Could not read the git repository ${url}: it does not exist, or this account may not read it`],
      '',
    ]);
  });

  thoroughTest('reports that a revision does not exist', async () => {
    const result = await clone({ revision: 'nowhere' });
    expect(result.stdout).toMatch(/^git: fatal: couldn't find remote ref nowhere$/m);
    expect([result.code, messages(result), result.message]).toEqual([
      1,
      [`The git repository ${server}/work has no revision nowhere: no branch, tag or commit of that name`],
      '',
    ]);
  });

  const options = [
    [
      'a URL that is an option',
      { url: '--upload-pack=touch /tmp/owned' },
      'The git url --upload-pack=touch /tmp/owned starts with a dash; it must be a url',
    ],
    [
      'a revision that is an option',
      { revision: '--upload-pack=x' },
      'The git revision --upload-pack=x starts with a dash; it must be a branch, a tag or a commit',
    ],
  ] as const;
  test.each(sampledRows(options, 0))('rejects %s', async (_what, source, expected) => {
    const result = await clone(source);
    expect([result.code, messages(result)]).toEqual([1, [expected]]);
  });

  test.each(sampledRows(['ext::sh -c "touch owned"', 'file:///etc', '/etc'], 0))(
    'does not use the transport of %s',
    async (url) => {
      const result = await clone({ url });
      expect([result.code, result.stdout]).toEqual([1, expect.stringContaining('not allowed')]);
    },
  );

  test('runs no hook of the repository', async () => {
    const path = join(base, 'hooked');
    mkdirSync(join(path, '.git', 'hooks'), { recursive: true });
    writeFileSync(join(path, '.git', 'hooks', 'post-checkout'), '#!/bin/sh\ntouch "$HOME/owned"\n', { mode: 0o755 });
    const result = await clone({ path, submodules: false });
    expect([result.code, existsSync(join(result.message, '..', 'owned'))]).toEqual([0, false]);
  });
});
