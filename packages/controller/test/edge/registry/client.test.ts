import { describe, expect, test } from '@jest/globals';
import { loginFor } from '../../../src/edge/registry/auth.js';
import { lookUpImage } from '../../../src/edge/registry/client.js';
import type { RegistryOptions } from '../../../src/edge/registry/session.js';

type Responder = (request: Request) => Response | undefined;

/** Returns a registry with responses by `host/path`. `requests` has the requests. */
function registry(responders: Readonly<Record<string, Responder | object>>, overrides: Partial<RegistryOptions> = {}) {
  const requests: string[] = [];
  const options: RegistryOptions = {
    registries: {},
    login: () => undefined,
    fetch: (input, init) => {
      const request = new Request(input as URL | string, init); // the arguments of the client
      const { host, pathname, protocol } = new URL(request.url);
      const authorization = request.headers.get('authorization');
      requests.push(`${protocol}//${host}${pathname}${authorization === null ? '' : ` as ${authorization}`}`);
      const responder = responders[`${host}${pathname}`];
      const response =
        typeof responder === 'function' ? (responder as Responder)(request) : responder && Response.json(responder);
      return Promise.resolve(
        response ?? Response.json({ errors: [{ code: 'NAME_UNKNOWN', message: 'no such name' }] }, { status: 404 }),
      );
    },
    ...overrides,
  };
  return { requests, options };
}

const HUB = 'registry-1.docker.io/v2/library/busybox';
const image = (config: object, base = HUB, tag = 'latest'): Readonly<Record<string, object>> => ({
  [`${base}/manifests/${tag}`]: { config: { digest: 'sha256:c' } },
  [`${base}/blobs/sha256:c`]: { config },
});

describe('the command of an image', () => {
  test.each([
    ['its Entrypoint without its Cmd', { Entrypoint: ['git'], Cmd: ['help'] }, { kind: 'command', command: ['git'] }],
    [
      'its Cmd if it has no Entrypoint',
      { Entrypoint: null, Cmd: ['python3', '-q'] },
      { kind: 'command', command: ['python3', '-q'] },
    ],
    ['unknown if it defines no program', {}, { kind: 'unknown', reason: 'it defines no program' }],
  ])('is %s', async (_what, config, expected) => {
    const { options, requests } = registry(image(config));
    expect(await lookUpImage('busybox', options)).toMatchObject(expected);
    expect(requests).toEqual([`https://${HUB}/manifests/latest`, `https://${HUB}/blobs/sha256:c`]);
  });

  test('is that of linux/amd64 if there are several platforms', async () => {
    const base = 'quay.io/v2/team/tool';
    const { options } = registry({
      ...image({ Cmd: ['right'] }, base, 'sha256:b'),
      [`${base}/manifests/1.2`]: {
        manifests: [
          { digest: 'sha256:a', platform: { os: 'linux', architecture: 's390x' } },
          { digest: 'sha256:b', platform: { os: 'linux', architecture: 'amd64' } },
        ],
      },
    });
    expect(await lookUpImage('quay.io/team/tool:1.2', options)).toMatchObject({ kind: 'command', command: ['right'] });
  });

  test('is read from a mirror, without TLS if so configured', async () => {
    const { options, requests } = registry(image({ Cmd: ['sh'] }, '127.0.0.1:15000/v2/library/busybox'), {
      registries: { 'docker.io': { url: 'http://127.0.0.1:15000' } },
    });
    expect(await lookUpImage('busybox', options)).toMatchObject({ kind: 'command', command: ['sh'] });
    expect(requests[0]).toBe('http://127.0.0.1:15000/v2/library/busybox/manifests/latest');
  });
});

const challenge = (parameters: string): Response =>
  new Response('', { status: 401, headers: { 'www-authenticate': parameters } });
const BEARER =
  'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/busybox:pull"';

describe('a registry that requires authentication', () => {
  const authenticatedRegistry = (
    challengeText: string,
    authorization: string,
  ): Readonly<Record<string, Responder | object>> => {
    const publicImage = image({ Cmd: ['sh'] });
    const responder =
      (path: string): Responder =>
      (request) =>
        request.headers.get('authorization') === authorization
          ? Response.json(publicImage[path])
          : challenge(challengeText);
    return {
      ...Object.fromEntries(Object.keys(publicImage).map((path) => [path, responder(path)])),
      'auth.docker.io/token': { token: 't' },
    };
  };

  test('gets an anonymous token', async () => {
    const { options, requests } = registry(authenticatedRegistry(BEARER, 'Bearer t'));
    expect(await lookUpImage('busybox', options)).toMatchObject({ kind: 'command', command: ['sh'] });
    expect(requests.slice(1, 3)).toEqual([
      'https://auth.docker.io/token',
      `https://${HUB}/manifests/latest as Bearer t`,
    ]);
  });

  test('issues a token for credentials', async () => {
    const login = (host: string) => (host === 'docker.io' ? { username: 'bot', password: 'p' } : undefined);
    const { options, requests } = registry(authenticatedRegistry(BEARER, 'Bearer t'), { login });
    expect(await lookUpImage('busybox', options)).toMatchObject({ kind: 'command', command: ['sh'] });
    expect(requests[1]).toBe('https://auth.docker.io/token as Basic Ym90OnA=');
  });

  test('gets the credentials themselves if it requires basic authentication', async () => {
    const { options } = registry(authenticatedRegistry('Basic realm="r"', 'Basic Ym90OnA='), {
      login: () => ({ username: 'bot', password: 'p' }),
    });
    expect(await lookUpImage('busybox', options)).toMatchObject({ kind: 'command', command: ['sh'] });
  });

  test('gets the credentials that are configured for its address', async () => {
    const { options } = registry(
      authenticatedRegistry('Basic realm="x"', `Basic ${Buffer.from('op:q').toString('base64')}`),
      {
        registries: { 'docker.io': { url: 'https://registry-1.docker.io', login: { username: 'op', password: 'q' } } },
        login: () => ({ username: 'bot', password: 'p' }),
      },
    );
    expect(await lookUpImage('busybox', options)).toMatchObject({ kind: 'command', command: ['sh'] });
  });

  test('gets no credentials of the registry that it mirrors, and its token server gets none without TLS', async () => {
    const hosts: string[] = [];
    const { options, requests } = registry(
      {
        'mirror.corp/v2/library/busybox/manifests/latest': () =>
          challenge('Bearer realm="http://169.254.169.254/token"'),
      },
      { registries: { 'docker.io': { url: 'https://mirror.corp' } }, login: (host) => void hosts.push(host) },
    );
    expect(await lookUpImage('busybox', options)).toMatchObject({
      kind: 'unknown',
      reason: 'cannot query the registry docker.io: it has no token server with an https URL',
    });
    expect([hosts, requests.length]).toEqual([['mirror.corp'], 1]);
  });

  test('does not have its token sent to the target of a redirect', async () => {
    const responders = authenticatedRegistry(BEARER, 'Bearer t');
    const { options, requests } = registry({
      ...responders,
      [`${HUB}/blobs/sha256:c`]: () => Response.redirect('https://cdn.corp/c', 307),
      'cdn.corp/c': { config: { Cmd: ['sh'] } },
    });
    expect(await lookUpImage('busybox', options)).toMatchObject({ kind: 'command', command: ['sh'] });
    expect(requests.at(-1)).toBe('https://cdn.corp/c');
  });
});

describe('an image that cannot be looked up', () => {
  test.each<[string, Responder, object]>([
    [
      'does not exist',
      () =>
        Response.json(
          { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail: { Tag: '1' } }] },
          { status: 404 },
        ),
      { kind: 'missing', message: 'Error getting image manifest: MANIFEST_UNKNOWN: manifest unknown; map[Tag:1]' },
    ],
    [
      'belongs to a registry that fails',
      () => new Response('<html>', { status: 502 }),
      { kind: 'unknown', reason: 'cannot query the registry docker.io: HTTP status 502' },
    ],
    [
      'belongs to a registry that requires credentials, which are missing',
      () => challenge('Basic realm="r"'),
      {
        kind: 'unknown',
        reason: 'cannot query the registry docker.io: it requires credentials, and the run has none for it',
      },
    ],
    [
      'has a manifest at a URL without TLS',
      () => Response.redirect('http://169.254.169.254/latest', 302),
      {
        kind: 'unknown',
        reason: 'cannot query the registry docker.io: it redirects to http://169.254.169.254, which has no TLS',
      },
    ],
    [
      'has an endless manifest',
      () => new Response('x'.repeat(5 * 1024 * 1024)),
      { kind: 'unknown', reason: 'cannot query the registry docker.io: its response is too long' },
    ],
    [
      'has the oldest format',
      () => Response.json({ schemaVersion: 1 }),
      { kind: 'unknown', reason: 'the registry docker.io has its manifest in an old, unsupported format' },
    ],
  ])('because it %s is reported', async (_why, responder, expected) => {
    const { options } = registry({ [`${HUB}/manifests/latest`]: responder });
    expect(await lookUpImage('busybox', options)).toMatchObject(expected);
  });

  test('because its name is invalid is reported without a request', async () => {
    const { options, requests } = registry({});
    expect(await lookUpImage('busybox:../../token', options)).toMatchObject({
      kind: 'missing',
      message: `the image name "busybox:../../token" is invalid: it contains characters that are not valid in an image name`,
    });
    expect(requests).toEqual([]);
  });
});

describe('the credentials for a registry', () => {
  const secret = (config: object, key = '.dockerconfigjson', type = 'kubernetes.io/dockerconfigjson') => ({
    type,
    data: { [key]: Buffer.from(JSON.stringify(config)).toString('base64') },
  });
  const auth = Buffer.from('bot:p:w').toString('base64');
  const bot = { username: 'bot', password: 'p:w' };

  test.each([
    ['a docker configuration', 'reg.corp:5000', secret({ auths: { 'reg.corp:5000': { auth } } }), bot],
    [
      'an old docker configuration',
      'reg.corp',
      secret({ 'https://reg.corp/v1/': bot }, '.dockercfg', 'kubernetes.io/dockercfg'),
      bot,
    ],
    ['Docker Hub’s own spelling', 'docker.io', secret({ auths: { 'https://index.docker.io/v1/': { auth } } }), bot],
    ['nothing for another host', 'reg.corp', secret({ auths: { 'reg.corp.evil': { auth } } }), undefined],
    [
      'nothing in a damaged secret',
      'reg.corp',
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'e30' } },
      undefined,
    ],
  ])('is read from %s', (_what, host, source, login) => {
    expect(loginFor(host, [source])).toEqual(login);
  });
});
