/** Authentication of a listening registry, and its limits on unfinished uploads. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '@pipewright/apimachinery';
import { serveLoopback } from '../../src/http/loopback-server.js';
import {
  createRegistry,
  type Registry,
  type RegistryOptions,
  type ServedRegistry,
} from '../../src/registry/registry.js';

const sha = (bytes: string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const directories: string[] = [];
afterAll(() => directories.forEach((created) => rmSync(created, { recursive: true, force: true })));
const directory = (): string => {
  const created = mkdtempSync(join(tmpdir(), 'registry-access-'));
  directories.push(created);
  return created;
};

interface ReceivedResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request with exactly these headers. `fetch` sets Host and omits forbidden headers. */
async function sendRequest(
  port: number,
  line: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<ReceivedResponse> {
  const [method, path] = line.split(' ');
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, setHost: !('host' in headers) });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage]; // by the event's definition
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

const basic = ({ username, password }: { readonly username: string; readonly password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

const codeOf = ({ status, body }: ReceivedResponse): string =>
  `${status} ${(JSON.parse(body) as { errors: { code: string }[] }).errors[0]?.code}`;

describe('a registry that listens', () => {
  let dir: string;
  let registry: Registry;
  let served: ServedRegistry;
  beforeEach(async () => {
    dir = directory();
    registry = createRegistry({ dir });
    served = await registry.serve();
  });
  afterEach(() => served.close());

  const digest = sha('a layer');
  test.each([
    'GET /v2/',
    'GET /v2/_catalog',
    'HEAD /v2/app/manifests/latest',
    'PUT /v2/app/manifests/latest',
    'DELETE /v2/app/manifests/latest',
    `GET /v2/app/blobs/${digest}`,
    'POST /v2/app/blobs/uploads/',
    `POST /v2/app/blobs/uploads/?digest=${digest}`,
    'PATCH /v2/app/blobs/uploads/1',
    'GET /v2/app/tags/list',
    `GET /v2/app/referrers/${digest}`,
    'GET /',
    'POST /v2/../v2/app/blobs/uploads/',
  ])('requires a login for %s, and stores nothing without it', async (line) => {
    const response = await sendRequest(served.port, line, {}, line.startsWith('P') ? 'a layer' : undefined);
    expect([
      response.status,
      response.headers['www-authenticate'],
      response.headers['docker-distribution-api-version'],
    ]).toEqual([401, 'Basic realm="Pipewright registry", charset="UTF-8"', 'registry/2.0']);
    if (!line.startsWith('HEAD')) expect(codeOf(response)).toBe('401 UNAUTHORIZED');
    expect(existsSync(join(dir, 'uploads'))).toBe(false);
  });

  test.each<[string, (login: ServedRegistry['login']) => string]>([
    ['another password', (login) => basic({ ...login, password: `${login.password}x` })],
    ['a prefix of the password', (login) => basic({ ...login, password: login.password.slice(0, -1) })],
    ['no password', (login) => basic({ ...login, password: '' })],
    ['another user name', (login) => basic({ ...login, username: 'admin' })],
    ['a token', (login) => `Bearer ${login.password}`],
    ['the password without base64', (login) => `Basic ${login.username}:${login.password}`],
    ['an empty credential', () => 'Basic '],
  ])('rejects %s', async (_, authorization) => {
    const response = await sendRequest(served.port, 'GET /v2/', { authorization: authorization(served.login) });
    expect(codeOf(response)).toBe('401 UNAUTHORIZED');
  });

  test('accepts its own login, which differs on each start', async () => {
    const response = await sendRequest(served.port, 'GET /v2/', { authorization: basic(served.login) });
    expect([response.status, response.body]).toEqual([200, '{}']);
    const secondServer = await registry.serve();
    await secondServer.close();
    expect(secondServer.login.password).not.toBe(served.login.password);
    expect(served.login.password).toMatch(/^[\w-]{32}$/);
  });

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['its address', { host: '127.0.0.1:1' }, 200],
    ['localhost', { host: 'localhost:5000' }, 200],
    ['its IPv6 address', { host: '[::1]:5000' }, 200],
    ['a DNS name that resolves to 127.0.0.1', { host: 'evil.example' }, 403],
    ['a name that begins with localhost', { host: 'localhost.evil.example:80' }, 403],
    ['no Host header', { host: '' }, 403],
    ['a script of a web page', { origin: 'http://evil.example' }, 403],
    ['a web page with an opaque origin', { origin: 'null' }, 403],
    ['a web page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a web page of another port', { 'sec-fetch-site': 'same-site' }, 403],
    ['the address bar of a browser', { 'sec-fetch-site': 'none' }, 200],
  ])('requested by %s (%o) responds with %d', async (_, headers, expected) => {
    const response = await sendRequest(served.port, 'GET /v2/', { authorization: basic(served.login), ...headers });
    expect(response.status).toBe(expected);
    if (expected === 403) expect(codeOf(response)).toBe('403 DENIED');
  });

  test('rejects a body that is too large with a response, not with a closed connection', async () => {
    const smallRegistry = createRegistry({ limits: { bytes: 8 } });
    const server = await smallRegistry.serve();
    const authorization = basic(server.login);
    const manifest = await sendRequest(
      server.port,
      'PUT /v2/app/manifests/v1',
      { authorization },
      'x'.repeat(5_000_000),
    );
    const complete = await sendRequest(
      server.port,
      `POST /v2/app/blobs/uploads/?digest=${digest}`,
      { authorization },
      'x'.repeat(9),
    );
    await server.close();
    expect([codeOf(manifest), codeOf(complete)]).toEqual(['413 SIZE_INVALID', '413 SIZE_INVALID']);
  });

  test('closes a connection whose rejected body does not end', async () => {
    const socket = connect(served.port, '127.0.0.1');
    socket.write('POST /v2/app/blobs/uploads/ HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const writeMore = (failed?: Error | null): void => void (failed ?? socket.write(chunk, writeMore));
    writeMore();
    let response = '';
    socket.on('data', (bytes: Buffer) => (response += bytes.toString()));
    await new Promise((resolve) => socket.once('error', resolve).once('close', resolve)); // system-dependent
    socket.destroy();
    expect(response).toMatch(/^HTTP\/1.1 401 /);
  });
});

test('a client that does not finish its headers is disconnected', async () => {
  const server = await serveLoopback((_, outgoing) => void outgoing.end('never'), { headersMs: 50 });
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
  const response = await text(socket);
  await server.close();
  expect(response).toMatch(/^HTTP\/1.1 408 /);
});

test('a client that stops sending its body is disconnected', async () => {
  const server = await serveLoopback(async (incoming, outgoing) => void outgoing.end(await text(incoming)), {
    silenceMs: 50,
  });
  const socket = connect(server.port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nab');
  expect(await text(socket)).toBe('');
  await server.close();
});

describe.each([
  ['in memory', (options: RegistryOptions) => createRegistry(options)],
  ['on disk', (options: RegistryOptions) => createRegistry({ ...options, dir: directory() })],
])('unfinished uploads to a registry %s', (_where, create) => {
  let time = 0;
  const clock = { ...systemClock, now: () => time };
  const limited = (): Registry =>
    create({ clock, limits: { sessions: 2, bytes: 8, totalBytes: 12, idleMs: 1000, ageMs: 5000 } });

  const call = (registry: Registry, line: string, body?: string): Promise<Response> => {
    const [method = '', path = ''] = line.split(' ');
    return registry.handle(new Request(`http://registry${path}`, { method, ...(body !== undefined && { body }) }));
  };
  const startUpload = async (registry: Registry): Promise<string> =>
    (await call(registry, 'POST /v2/app/blobs/uploads/')).headers.get('location') ?? '';
  const outcomeOf = async (response: Promise<Response>): Promise<string> => {
    const { errors } = (await (await response).json()) as { errors: { code: string; message: string }[] };
    return `${(await response).status} ${errors[0]?.code}: ${errors[0]?.message}`;
  };

  test('are limited in number; finished, cancelled and rejected ones do not count', async () => {
    const registry = limited();
    const [first, second] = [await startUpload(registry), await startUpload(registry)];
    const expectedError =
      '429 TOOMANYREQUESTS: 2 uploads are unfinished; finish or cancel some (DELETE), or wait until they expire';
    expect(await outcomeOf(call(registry, 'POST /v2/app/blobs/uploads/'))).toBe(expectedError);
    expect((await call(registry, `PUT ${first}?digest=${sha('a')}`, 'a')).status).toBe(201);
    const third = await startUpload(registry);
    expect(await outcomeOf(call(registry, 'POST /v2/app/blobs/uploads/'))).toBe(expectedError);
    expect((await call(registry, `DELETE ${second}`)).status).toBe(204);
    await startUpload(registry);
    expect((await call(registry, `PUT ${third}?digest=${sha('a')}`, 'b')).status).toBe(400);
    expect(await startUpload(registry)).not.toBe('');
  });

  test('are limited in size, and an upload that is too large leaves nothing', async () => {
    const registry = limited();
    const upload = await startUpload(registry);
    expect((await call(registry, `PATCH ${upload}`, '12345')).status).toBe(202);
    expect(await outcomeOf(call(registry, `PATCH ${upload}`, '6789'))).toBe(
      '413 SIZE_INVALID: a blob has at most 8 bytes',
    );
    expect(await outcomeOf(call(registry, `GET ${upload}`))).toContain('404 BLOB_UPLOAD_UNKNOWN');
  });

  test('are limited in total size', async () => {
    const registry = limited();
    const [first, second] = [await startUpload(registry), await startUpload(registry)];
    expect((await call(registry, `PATCH ${first}`, '12345678')).status).toBe(202);
    expect(await outcomeOf(call(registry, `PATCH ${second}`, '12345'))).toBe(
      '429 TOOMANYREQUESTS: unfinished uploads have at most 12 bytes together; finish or cancel some (DELETE), or wait until they expire',
    );
    expect((await call(registry, `PUT ${first}?digest=${sha('12345678')}`)).status).toBe(201);
    expect((await call(registry, `PATCH ${await startUpload(registry)}`, '12345678')).status).toBe(202);
  });

  test('expire when idle, and after a maximum age even while data arrives', async () => {
    const registry = limited();
    const [idleUpload, busyUpload] = [await startUpload(registry), await startUpload(registry)];
    for (let round = 0; round < 6; round++) {
      time += 900;
      const { status } = await call(registry, `PATCH ${busyUpload}`, 'a');
      expect([round, status]).toEqual([round, round < 5 ? 202 : 404]);
    }
    expect((await call(registry, `GET ${idleUpload}`)).status).toBe(404);
    expect([await startUpload(registry), await startUpload(registry)]).not.toContain('');
  });

  test('belong to one repository', async () => {
    const registry = limited();
    const otherRepository = (await startUpload(registry)).replace('/app/', '/other/');
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect(await outcomeOf(call(registry, `${method} ${otherRepository}`))).toContain(
        '404 BLOB_UPLOAD_UNKNOWN: other has no upload',
      );
    expect(await outcomeOf(call(registry, `PUT ${otherRepository}?digest=${sha('')}`))).toContain(
      '404 BLOB_UPLOAD_UNKNOWN',
    );
  });
});

test('closing a registry removes unfinished uploads from the disk, even while data arrives', async () => {
  const dir = directory();
  const registry = createRegistry({ dir });
  await registry.handle(new Request('http://registry/v2/app/blobs/uploads/', { method: 'POST' }));
  const startResponse = await registry.handle(new Request('http://registry/v2/app/blobs/uploads/', { method: 'POST' }));
  let send: (text: string) => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (send = (part) => controller.enqueue(Buffer.from(part))),
  });
  const url = `http://registry${startResponse.headers.get('location') ?? ''}`;
  const patching = registry.handle(new Request(url, { method: 'PATCH', body, duplex: 'half' }));
  send('half');
  await registry.close();
  send('of it');
  expect((await patching).status).toBe(404);
  expect(readdirSync(dir)).toEqual([]);
});
