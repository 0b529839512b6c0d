/** Servers on 127.0.0.1 other than the registry respond to local programs that know the URL, but not to web pages. */

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGitServer } from '../../src/git-server/git-server.js';
import { startObjectStore } from '../../src/object-store/object-store.js';
import { serveLiveSources } from '../../src/up/live-sources.js';

const work = mkdtempSync(join(tmpdir(), 'loopback-listeners-'));
const directory = join(work, 'folder');
const closers: (() => Promise<void>)[] = [];
const urls: Record<string, string> = {};

beforeAll(async () => {
  mkdirSync(directory);
  writeFileSync(join(directory, 'a.txt'), 'a');
  const git = await startGitServer({ repositories: new Map([['source', { directory }]]) });
  const live = await serveLiveSources(
    () => ({ directory }),
    () => undefined,
  );
  const store = await startObjectStore(() => directory);
  closers.push(git.close, live.close, store.close);
  urls['the Git server of a run'] = `${git.url('source')}/info/refs?service=git-upload-pack`;
  urls['the Git server of up'] = `${live.url('source')}/info/refs?service=git-upload-pack`;
  urls['the store of a bucket'] = `${store.url}/storage/v1/b/bucket/o`;
});
afterAll(async () => {
  for (const close of closers) await close();
  rmSync(work, { recursive: true, force: true });
});

/** Sends a request with exactly these headers, which `fetch` would not send. */
async function statusOf(url: string, headers: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
  const sent = request(url, { headers, setHost: !('host' in headers) });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]; // by the event's definition
  answer.resume();
  return answer.statusCode;
}

describe.each(['the Git server of a run', 'the Git server of up', 'the store of a bucket'])('%s', (name) => {
  const url = (): string => urls[name] ?? '';

  test('responds to clients that know its URL', async () => {
    expect(await statusOf(url())).toBe(name === 'the Git server of up' ? 302 : 200);
  });

  test.each<[string, (known: string) => string]>([
    ['a different', () => 'f'.repeat(32)],
    ['a longer', (known) => `${known}0`],
    ['a shorter', (known) => known.slice(1)],
    ['no', () => ''],
  ])('responds with 404 to a URL with %s random part', async (_, other) => {
    const [, known = ''] = new URL(url()).pathname.split('/');
    expect(known).toMatch(/^[0-9a-f]{32}$/);
    expect(await statusOf(url().replace(known, other(known)))).toBe(404);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['for a host name that resolves to 127.0.0.1', { host: 'evil.example' }],
    ['from a script of a web page', { origin: 'http://evil.example' }],
    ['from a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['from a page of another port', { 'sec-fetch-site': 'same-site' }],
  ])('rejects a request %s', async (_, headers) => {
    expect(await statusOf(url(), headers)).toBe(403);
  });
});
