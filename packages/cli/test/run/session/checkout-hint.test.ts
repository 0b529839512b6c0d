import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { repositoryKey } from '../../../src/git-server/remote-address.js';
import { checkoutAt, checkoutHints } from '../../../src/run/session/checkout-hint.js';
import { folderWith } from '../../support/cli.js';

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));

test.each([
  'https://git.example/acme/app',
  'https://git.example/acme/app.git',
  'https://git.example/acme/app/',
  'https://git.example/acme/app.git/',
  'https://user:token@git.example/acme/app.git',
  'https://GIT.Example:443/acme/app',
  'http://git.example//acme/app',
  'HTTPS://git.example/acme/%61pp',
  'ssh://git@git.example/acme/app.git',
  'ssh://git@git.example:2222/acme/app.git',
  'git+ssh://git@git.example/acme/app.git',
  'git://git.example/acme/app',
  'git@git.example:acme/app.git',
  'git.example:acme/app',
  'git@git.example:/acme/app/',
])('%s is the repository acme/app of git.example', (address) => {
  expect(repositoryKey(address)).toBe('git.example/acme/app');
});

test.each([
  ['https://git.example/acme/App', 'git.example/acme/App'],
  ['https://git.example/app', 'git.example/app'],
  ['https://[::1]:3000/acme/app', '[::1]/acme/app'],
  ['https://git.example/a/%zz', 'git.example/a/%zz'],
  ['https://git.example/', undefined],
  ['https://git.example', undefined],
  ['file:///srv/acme/app.git', undefined],
  ['/srv/acme/app.git', undefined],
  ['../app', undefined],
  ['', undefined],
])('%s has the key %s', (address, key) => {
  expect(repositoryKey(address)).toBe(key);
});

const git = (name: string, url: string) => ({
  name,
  type: 'git' as const,
  params: new Map([['url', url]]),
  secrets: [],
});

describe('the option to use the files of this checkout', () => {
  const url = 'https://git.example/acme/app';
  const checkout = { directory: '.', remotes: ['git@git.example:acme/app.git'] };
  const bound = new Set(['repo']);

  test('is printed for a resource of the run whose url is a remote', () => {
    expect(
      checkoutHints(checkout, bound, [git('repo', url), git('other', 'https://git.example/acme/lib')], [url]),
    ).toEqual([
      'repo: https://git.example/acme/app is a remote of this checkout; to use its files, including uncommitted changes: --source repo=.',
    ]);
  });

  test('has the name of a binding with an embedded spec, and a quoted directory', () => {
    const embedded = new Set(['source']);
    const elsewhere = { ...checkout, directory: '../my app' };
    expect(checkoutHints(elsewhere, embedded, [git('source', url)], [url])[0]).toMatch(
      / --source 'source=\.\.\/my app'$/,
    );
  });

  test('is not printed for unused resources, resources with a stand-in, or other repositories', () => {
    expect(checkoutHints(checkout, new Set(), [git('repo', url)], [url])).toEqual([]);
    expect(checkoutHints(checkout, bound, [git('repo', url)], [])).toEqual([]);
    expect(checkoutHints({ ...checkout, remotes: [] }, bound, [git('repo', url)], [url])).toEqual([]);
  });

  test('refers to the checkout that contains the working directory', async () => {
    const { path, done } = folderWith({ 'ci/p.yaml': '' });
    folders.push(done);
    execFileSync('git', ['init', '-q', path]);
    execFileSync('git', ['-C', path, 'remote', 'add', 'origin', 'git@git.example:acme/app.git']);
    expect(await checkoutAt(path)).toEqual(checkout);
    expect((await checkoutAt(join(path, 'ci')))?.directory).toBe('..');
    const outside = folderWith({ x: '' });
    folders.push(outside.done);
    expect(await checkoutAt(outside.path)).toBeUndefined();
  });
});
