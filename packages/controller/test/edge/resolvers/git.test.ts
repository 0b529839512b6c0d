/** The git resolver with real servers: a git daemon, and `git upload-pack` over HTTP. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KubeClient } from '@pipewright/kube';
import { systemClock } from '@pipewright/apimachinery';
import { Resolver } from '../../../src/edge/resolvers/resolver.js';
import type { Resolution } from '../../../src/resolvers/resolution.js';
import { startGitDaemon } from '../../support/git-daemon.js';
import { exec } from '../../support/shells.js';

const base = mkdtempSync(join(tmpdir(), 'git-resolver-'));
const repository = join(base, 'catalog');
const identity = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@b',
};
const git = async (...args: readonly string[]): Promise<string> =>
  (await exec('git', ['-C', repository, ...args], { env: { ...process.env, ...identity } })).stdout.trim();

const TOKEN = Buffer.from('git:secret token').toString('base64');
const greet = (text: string): string => `${'# a line that both versions have\n'.repeat(200)}greeting: ${text}\n`;

let daemon: Awaited<ReturnType<typeof startGitDaemon>>;
let web: Server;
let webUrl = '';
let commits = { first: '', second: '', next: '' };

/** Serves the repository over HTTP. Below `/private` it requires a token. */
function serveOverHttp(): Server {
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const isPrivate = pathname.startsWith('/private/');
    if (isPrivate && request.headers.authorization !== `Basic ${TOKEN}`) return void response.writeHead(401).end();
    if (!/^\/(private\/)?catalog\//.test(pathname)) return void response.writeHead(404).end();
    const isAdvertisement = pathname.endsWith('/info/refs');
    const args = ['upload-pack', '--stateless-rpc', ...(isAdvertisement ? ['--advertise-refs'] : []), repository];
    const env = { ...process.env, GIT_PROTOCOL: String(request.headers['git-protocol']) };
    const child = spawn('git', args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
    request.pipe(child.stdin);
    child.stdout.pipe(response);
  });
}

beforeAll(async () => {
  mkdirSync(join(repository, 'tasks'), { recursive: true });
  await git('init', '-q', '-b', 'main');
  const commit = async (text: string): Promise<string> => {
    writeFileSync(join(repository, 'tasks/greet.yaml'), greet(text));
    writeFileSync(join(repository, 'tasks/similar.yaml'), `${greet(text)}similar: true\n`); // stored as a delta
    await git('add', '.');
    await git('commit', '-qm', text);
    return git('rev-parse', 'HEAD');
  };
  symlinkSync('/etc/passwd', join(repository, 'tasks/link.yaml'));
  const first = await commit('one');
  await git('tag', '-a', 'v1', '-m', 'v1');
  const second = await commit('two');
  await git('checkout', '-q', '-b', 'next');
  const next = await commit('next');
  await git('checkout', '-q', 'main');
  await git('repack', '-adq', '--depth=50', '--window=50');
  commits = { first, second, next };
  daemon = await startGitDaemon(base, 'catalog');
  web = serveOverHttp().listen(0, '127.0.0.1');
  await once(web, 'listening');
  webUrl = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`;
});
afterAll(() => {
  daemon.stop();
  web.closeAllConnections();
  web.close();
  rmSync(base, { recursive: true, force: true });
});

/** Returns the path of the index of the only pack. */
const packIndex = (): string => {
  const directory = join(repository, '.git/objects/pack');
  return join(directory, readdirSync(directory).find((name) => name.endsWith('.idx')) ?? '');
};

const secret = { metadata: { name: 'git' }, data: { token: Buffer.from('secret token\n').toString('base64') } };
const client = new KubeClient(({ url }) =>
  Promise.resolve(
    url.endsWith('/secrets/git')
      ? Response.json(secret)
      : Response.json({ kind: 'Status', code: 404, reason: 'NotFound' }, { status: 404 }),
  ),
);

function resolve(params: Readonly<Record<string, string>>): Promise<Resolution> {
  const list = Object.entries({ pathInRepo: 'tasks/greet.yaml', ...params }).map(([name, value]) => ({ name, value }));
  const resolver = new Resolver({ client, clock: systemClock, fetch });
  return resolver.resolve({ resolver: 'git', params: list, namespace: 'ns', run: 'run' });
}

/** Returns the end of the message, which follows the name of the request. */
const reasonOf = (resolution: Resolution): string =>
  resolution.kind === 'failed' ? resolution.message.replace(/^.*?ns\/git-[0-9a-f]{32}": /, '') : 'resolved';

describe.each([
  ['git', () => daemon.url],
  ['http', () => webUrl],
])('over %s, a file', (_protocol, server) => {
  test.each([
    ['a branch', () => 'next', 'next', () => commits.next],
    ['main by default', () => undefined, 'two', () => commits.second],
    ['an annotated tag', () => 'v1', 'one', () => commits.first],
    ['a full name', () => 'refs/heads/next', 'next', () => commits.next],
    ['a commit', () => commits.first, 'one', () => commits.first],
  ])('is read at %s, with the commit and path as its source', async (_what, revision, text, commit) => {
    const url = `${server()}/catalog`;
    const value = revision();
    expect(await resolve({ url, ...(value !== undefined && { revision: value }) })).toEqual({
      kind: 'resolved',
      manifest: greet(text),
      refSource: { uri: `git+${url}`, digest: { sha1: commit() }, entryPoint: 'tasks/greet.yaml' },
    });
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['a missing file', { pathInRepo: 'tasks/none.yaml' }, 'error opening file "tasks/none.yaml": file does not exist'],
    ['a directory', { pathInRepo: 'tasks' }, 'error opening file "tasks": is a directory'],
    ['a symbolic link', { pathInRepo: 'tasks/link.yaml' }, 'error opening file "tasks/link.yaml": file does not exist'],
    [
      'a file below a file',
      { pathInRepo: 'tasks/greet.yaml/x' },
      'error opening file "tasks/greet.yaml/x": file does not exist',
    ],
    [
      'a missing revision',
      { revision: 'norev' },
      "git fetch error: fatal: couldn't find remote ref norev: exit status 128",
    ],
  ])('is not read: %s', async (_what, params, expected) => {
    expect(reasonOf(await resolve({ url: `${server()}/catalog`, ...params }))).toBe(expected);
  });

  test('is read if the repository stores it, or a similar one, as a delta', async () => {
    const { stdout } = await exec('git', ['-C', repository, 'verify-pack', '-s', packIndex()]);
    expect(stdout).toMatch(/chain length = 1: [1-9]/);
    for (const [name, content] of [
      ['greet', greet('two')],
      ['similar', `${greet('two')}similar: true\n`],
    ] as const)
      expect(await resolve({ url: `${server()}/catalog`, pathInRepo: `tasks/${name}.yaml` })).toMatchObject({
        manifest: content,
      });
  });

  test('is not read from a missing commit', async () => {
    expect(reasonOf(await resolve({ url: `${server()}/catalog`, revision: '0'.repeat(39) + '1' }))).toMatch(
      /^git fetch error: fatal: /,
    );
  });
});

test('a missing repository is reported with the error of the daemon', async () => {
  expect(reasonOf(await resolve({ url: `${daemon.url}/none.git` }))).toBe(
    'error resolving repository: git clone error: fatal: remote error: access denied or repository not exported: /none.git',
  );
});

test('the error of a daemon that resets the connection is reported', async () => {
  const server = createTcpServer((socket) => {
    socket.once('data', () => socket.write('0010ERR no such\n', () => socket.resetAndDestroy()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    expect(reasonOf(await resolve({ url: `git://127.0.0.1:${String(port)}/none.git` }))).toBe(
      'error resolving repository: git clone error: fatal: remote error: no such',
    );
  } finally {
    server.close();
  }
});

test('a server that does not listen is reported', async () => {
  expect(reasonOf(await resolve({ url: 'git://127.0.0.1:1/none.git' }))).toBe(
    "error resolving repository: git clone error: fatal: unable to access 'git://127.0.0.1:1/none.git': connect ECONNREFUSED 127.0.0.1:1",
  );
});

describe('a private repository', () => {
  test('is read with a token of a Secret', async () => {
    expect(await resolve({ url: `${webUrl}/private/catalog`, gitToken: 'git' })).toMatchObject({ kind: 'resolved' });
  });

  test('is not read without a token', async () => {
    const url = `${webUrl}/private/catalog`;
    expect(reasonOf(await resolve({ url }))).toBe(
      `error resolving repository: git clone error: fatal: repository '${url}/' not found, or it requires credentials (HTTP status 401); check the URL, and the params gitToken and gitTokenKey`,
    );
    expect(reasonOf(await resolve({ url, gitToken: 'none' }))).toBe(
      'cannot get API token, secret none not found in namespace ns',
    );
  });
});
