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
  const wall = Date.parse('2026-01-01T00:00:00Z');
  let [now, shift] = [0, 0];
  const client = new KubeClient((request) => {
    const found = OBJECTS[new URL(request.url).pathname];
    return Promise.resolve(
      found ? Response.json(found) : Response.json({ kind: 'Status', code: 404 }, { status: 404 }),
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
  const clock = { ...systemClock, now: () => now, date: () => new Date(wall + now + shift) };
  const find = registryImageCommand(client, clock, {}, registry);
  return {
    requests,
    find,
    later: (milliseconds: number) => void (now += milliseconds),
    jump: (milliseconds: number) => void (shift += milliseconds),
  };
}

const bot = { namespace: 'ns', serviceAccount: 'bot' };
const found = { kind: 'command', command: ['tool'] };

test('an image is looked up with the credentials of the ServiceAccount, and cached for a minute', async () => {
  const { requests, find, later } = newRegistry();
  expect(await find('reg.corp/tool:1', bot)).toEqual(found);
  expect(requests).toEqual([
    'reg.corp tool/manifests/1',
    'reg.corp tool/manifests/1 bot:reg.corp',
    'reg.corp tool/blobs/sha256:c bot:reg.corp',
  ]);
  later(59_999);
  expect(await find('reg.corp/tool:1', bot)).toEqual(found);
  expect(requests.length).toBe(3);
  later(1);
  await find('reg.corp/tool:1', bot);
  expect(requests.length).toBe(6);
});

test.each([-5, 5])('an image is cached for a minute even if the clock is changed by %d hours', async (hours) => {
  const { requests, find, later, jump } = newRegistry();
  await find('reg.corp/tool:1', bot);
  jump(hours * 3_600_000);
  later(59_999);
  await find('reg.corp/tool:1', bot);
  expect(requests.length).toBe(3);
  later(1);
  await find('reg.corp/tool:1', bot);
  expect(requests.length).toBe(6);
});

test('an image with a digest is cached permanently', async () => {
  const { requests, find, later } = newRegistry();
  const image = `reg.corp/tool@sha256:${'a'.repeat(64)}`;
  await find(image, bot);
  later(365 * 24 * 3_600_000);
  expect([await find(image, bot), requests.length]).toEqual([found, 3]);
});

test('results are not shared between accounts, and failures are not cached', async () => {
  const { requests, find } = newRegistry();
  await find('reg.corp/tool:1', bot);
  const other = { namespace: 'ns', serviceAccount: 'default' };
  const refused = {
    kind: 'unknown',
    reason: 'cannot query the registry reg.corp: it requires credentials, and the run has none for it',
  };
  expect([await find('reg.corp/tool:1', other), await find('reg.corp/tool:1', other)]).toEqual([refused, refused]);
  expect(requests.length).toBe(5);
});

test('only Secrets of docker types contain credentials of registries', async () => {
  const { find } = newRegistry();
  expect(await find('other.corp/tool:1', bot)).toEqual({
    kind: 'unknown',
    reason: 'cannot query the registry other.corp: it requires credentials, and the run has none for it',
  });
});
