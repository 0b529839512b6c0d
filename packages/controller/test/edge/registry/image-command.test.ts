import { expect, test } from '@jest/globals';
import { KubeClient } from '@pipewright/kube';
import { systemClock } from '@pipewright/apimachinery';
import { registryImageCommand } from '../../../src/edge/registry/image-command.js';

const secret = (type: string, key: string, host: string): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: host },
  type,
  data: {
    [key]: Buffer.from(JSON.stringify({ auths: { [host]: { username: 'bot', password: host } } })).toString('base64'),
  },
});

const OBJECTS: Readonly<Record<string, object>> = {
  '/api/v1/namespaces/ns/serviceaccounts/bot': {
    imagePullSecrets: [{ name: 'reg.corp' }, { name: 'gone' }],
    secrets: [{ name: 'opaque' }],
  },
  '/api/v1/namespaces/ns/secrets/reg.corp': secret('kubernetes.io/dockerconfigjson', '.dockerconfigjson', 'reg.corp'),
  '/api/v1/namespaces/ns/secrets/opaque': secret('Opaque', '.dockerconfigjson', 'other.corp'),
};

/** Returns an API server with some objects, and a registry that requires authentication. */
function newRegistry() {
  const requests: string[] = [];
  const startTime = Date.parse('2026-01-01T00:00:00Z');
  let [now, wallClockShift] = [0, 0];
  const client = new KubeClient((request) => {
    const object = OBJECTS[new URL(request.url).pathname];
    return Promise.resolve(
      object ? Response.json(object) : Response.json({ kind: 'Status', code: 404 }, { status: 404 }),
    );
  });
  const registry: typeof fetch = (input, init) => {
    const request = new Request(input as URL, init); // the arguments of the client
    const { host, pathname } = new URL(request.url);
    const login = Buffer.from((request.headers.get('authorization') ?? '').replace('Basic ', ''), 'base64').toString();
    requests.push(`${host}${pathname.replace('/v2/', ' ')} ${login}`.trim());
    if (login === '')
      return Promise.resolve(new Response('', { status: 401, headers: { 'www-authenticate': 'Basic' } }));
    return Promise.resolve(
      Response.json({ config: pathname.includes('/blobs/') ? { Entrypoint: ['tool'] } : { digest: 'sha256:c' } }),
    );
  };
  const clock = { ...systemClock, now: () => now, date: () => new Date(startTime + now + wallClockShift) };
  const findCommand = registryImageCommand(client, clock, {}, registry);
  return {
    requests,
    find: findCommand,
    advance: (milliseconds: number) => void (now += milliseconds),
    jumpWallClock: (milliseconds: number) => void (wallClockShift += milliseconds),
  };
}

const bot = { namespace: 'ns', serviceAccount: 'bot' };
const expected = { kind: 'command', command: ['tool'] };

test('an image is looked up with the credentials of the ServiceAccount, and cached for a minute', async () => {
  const { requests, find: findCommand, advance } = newRegistry();
  expect(await findCommand('reg.corp/tool:1', bot)).toEqual(expected);
  expect(requests).toEqual([
    'reg.corp tool/manifests/1',
    'reg.corp tool/manifests/1 bot:reg.corp',
    'reg.corp tool/blobs/sha256:c bot:reg.corp',
  ]);
  advance(59_999);
  expect(await findCommand('reg.corp/tool:1', bot)).toEqual(expected);
  expect(requests.length).toBe(3);
  advance(1);
  await findCommand('reg.corp/tool:1', bot);
  expect(requests.length).toBe(6);
});

test.each([-5, 5])('an image is cached for a minute even if the clock is changed by %d hours', async (hours) => {
  const { requests, find: findCommand, advance, jumpWallClock } = newRegistry();
  await findCommand('reg.corp/tool:1', bot);
  jumpWallClock(hours * 3_600_000);
  advance(59_999);
  await findCommand('reg.corp/tool:1', bot);
  expect(requests.length).toBe(3);
  advance(1);
  await findCommand('reg.corp/tool:1', bot);
  expect(requests.length).toBe(6);
});

test('an image with a digest is cached permanently', async () => {
  const { requests, find: findCommand, advance } = newRegistry();
  const image = `reg.corp/tool@sha256:${'a'.repeat(64)}`;
  await findCommand(image, bot);
  advance(365 * 24 * 3_600_000);
  expect([await findCommand(image, bot), requests.length]).toEqual([expected, 3]);
});

test('results are not shared between accounts, and failures are not cached', async () => {
  const { requests, find: findCommand } = newRegistry();
  await findCommand('reg.corp/tool:1', bot);
  const otherAccount = { namespace: 'ns', serviceAccount: 'default' };
  const unauthorized = {
    kind: 'unknown',
    reason: 'cannot query the registry reg.corp: it requires credentials, and the run has none for it',
  };
  expect([
    await findCommand('reg.corp/tool:1', otherAccount),
    await findCommand('reg.corp/tool:1', otherAccount),
  ]).toEqual([unauthorized, unauthorized]);
  expect(requests.length).toBe(5);
});

test('only Secrets of docker types contain credentials of registries', async () => {
  const { find: findCommand } = newRegistry();
  expect(await findCommand('other.corp/tool:1', bot)).toEqual({
    kind: 'unknown',
    reason: 'cannot query the registry other.corp: it requires credentials, and the run has none for it',
  });
});
