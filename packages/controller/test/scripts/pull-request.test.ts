import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pullRequest, type PullRequest } from '../../src/scripts/pull-request/pull-request.js';
import { startFakeGitHub, type FakeGitHub } from '../support/fake-github.js';
import { runInProcess } from '../support/node-programs.js';
import { scripts } from '../support/scripts.js';
import { runProcess, type ProcessResult } from '../support/shells.js';

const TOKEN = 't0p-secret';
let dir = '';
let server: FakeGitHub;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pull-request-'));
  server = await startFakeGitHub(
    {
      labels: ['bug', 'size/L', 'help wanted', '..'],
      comments: [1, 2, 3].map((id) => ({ id, body: `comment ${String(id)}`, user: { id: 5, login: 'ann' } })),
      statuses: [{ state: 'pending', context: 'ci/test', description: 'waits', target_url: 'https://ci.corp/1' }],
    },
    TOKEN,
  );
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

const runStep = (
  mode: PullRequest['mode'],
  overrides: Partial<PullRequest> = {},
  token = TOKEN,
  start = runInProcess,
): Promise<ProcessResult> =>
  start(
    pullRequest(scripts, { mode, url: server.url, path: dir, provider: 'github', skipTlsVerify: false, ...overrides }),
    {
      AUTH_TOKEN: token,
    },
  );
const json = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(dir, file), 'utf8')) as Record<string, unknown>;
const files = (subdirectory: string): readonly string[] => readdirSync(join(dir, subdirectory)).sort();

describe('a downloaded pull request', () => {
  test('has the files of Tekton, from all pages of each list', async () => {
    const result = await runStep('download', {}, TOKEN, runProcess);
    expect(result.code).toBe(0);
    expect(result.stdout + result.stderr).not.toContain(TOKEN);
    expect(files('.')).toEqual(['base.json', 'comments', 'head.json', 'labels', 'pr.json', 'status']);
    expect(files('labels')).toEqual(['%2E.', '.MANIFEST', 'bug', 'help+wanted', 'size%2FL']);
    expect(files('comments')).toEqual(['.MANIFEST', '1.json', '2.json', '3.json']);
    expect(files('status')).toEqual(['ci%2Ftest.json']);
    expect(json('status/ci%2Ftest.json')).toEqual({
      State: 'pending',
      Label: 'ci/test',
      Desc: 'waits',
      Target: 'https://ci.corp/1',
    });
    expect(json('comments/2.json')).toMatchObject({ ID: 2, Body: 'comment 2', Author: { Login: 'ann' } });
    expect(json('head.json')).toMatchObject({
      Ref: 'more',
      Sha: 'b3b3df63cfc27929f503fefefa3ffa334568c515',
      Repo: { FullName: 'corp/shop', Clone: 'https://github.corp/corp/shop.git' },
    });
    expect(json('base.json')).toMatchObject({ Ref: 'main' });
    expect(json('pr.json')).toMatchObject({ Number: 1, Title: 'Sell more', Body: '', Source: 'more', Target: 'main' });
    expect(statSync(join(dir, 'pr.json')).mode & 0o777).toBe(0o400);
  });

  test.each([
    ['an invalid token', {}, 'wrong', /answered 401 .*Bad credentials/],
    ['a URL that is not a pull request', { url: 'http://127.0.0.1/corp/shop' }, TOKEN, /does not name a pull request/],
    ['a host from which the provider cannot be derived', { provider: '' }, TOKEN, /unable to guess scm provider/],
    ['an unknown provider', { provider: 'svn' }, TOKEN, /the provider svn is unknown/],
  ])('fails with a message for %s', async (_, pullRequest, token, expected) => {
    const result = await runStep('download', pullRequest, token);
    expect([result.code, result.stdout]).toEqual([1, expect.stringMatching(expected)]);
    expect(result.stdout + result.stderr).not.toContain(token);
  });
});

describe('an uploaded pull request', () => {
  test('changes nothing without changes in its files', async () => {
    await runStep('download');
    expect((await runStep('upload', {}, TOKEN, runProcess)).code).toBe(0);
    expect(server.mutations).toEqual([]);
  });

  test('has labels added and removed, comments created and deleted, statuses set', async () => {
    await runStep('download');
    rmSync(join(dir, 'labels/size%2FL'));
    writeFileSync(join(dir, 'labels/ready%3A+yes'), '');
    rmSync(join(dir, 'comments/1.json'));
    writeFileSync(join(dir, 'comments/new.json'), JSON.stringify({ Body: 'well done' }));
    writeFileSync(join(dir, 'comments/plain'), 'plain text');
    writeFileSync(
      join(dir, 'status/ci%2Ftest.json'),
      JSON.stringify({ ...json('status/ci%2Ftest.json'), State: 'success' }),
    );
    writeFileSync(
      join(dir, 'status/lint.json'),
      JSON.stringify({ Label: 'lint', State: 'cancelled', Desc: 'too slow' }),
    );
    expect(await runStep('upload')).toMatchObject({ code: 0 });
    expect(server.state).toEqual({
      labels: ['bug', 'help wanted', '..', 'ready: yes'],
      comments: [
        expect.objectContaining({ id: 2 }),
        expect.objectContaining({ id: 3 }),
        expect.objectContaining({ body: 'well done' }),
        expect.objectContaining({ body: 'plain text' }),
      ],
      statuses: [
        { state: 'error', context: 'lint', description: 'too slow' },
        { state: 'success', context: 'ci/test', description: 'waits', target_url: 'https://ci.corp/1' },
      ],
    });
  });

  test('removes nothing that was added after the download', async () => {
    await runStep('download');
    server.state.labels.push('late');
    server.state.comments.push({ id: 44, body: 'late', user: { id: 1, login: 'x' } });
    rmSync(join(dir, 'labels/bug'));
    await runStep('upload');
    expect(server.state.labels).toEqual(['size/L', 'help wanted', '..', 'late']);
    expect(server.state.comments.map(({ id }) => id)).toEqual([1, 2, 3, 44]);
  });

  test('can be only an output, from files that a step wrote', async () => {
    writeFileSync(join(dir, 'note'), '');
    expect((await runStep('upload')).code).toBe(0);
    expect(existsSync(join(dir, 'comments'))).toBe(false);
    expect(server.mutations).toEqual([]);
  });

  test('reports all changes that failed, and makes the others', async () => {
    await runStep('download');
    writeFileSync(join(dir, 'status/bad.json'), JSON.stringify({ Label: 'bad', State: 'splendid' }));
    writeFileSync(join(dir, 'comments/new'), 'still said');
    const result = await runStep('upload');
    expect([result.code, result.stdout]).toEqual([1, expect.stringContaining('Creating status bad')]);
    expect(server.state.comments.at(-1)?.body).toBe('still said');
  });
});
