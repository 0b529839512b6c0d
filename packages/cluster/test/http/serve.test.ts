/** Unauthenticated clients of the API server's port are rejected before their bodies are read. */

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type Cluster, type Served } from '../../src/index.js';

let cluster: Cluster;
let served: Served;
beforeAll(async () => {
  cluster = await startCluster({});
  served = await cluster.serve();
});
afterAll(() => cluster.close());

async function sendRequest(
  line: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<{ readonly status: number; readonly body: string }> {
  const [method, path] = line.split(' ');
  const request = httpsRequest(served.url, { method, path, headers, ca: served.caPem });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage]; // by the event's definition
  return { status: response.statusCode ?? 0, body: await text(response) };
}

test.each([
  ['GET /version', 200],
  ['GET /healthz', 200],
  ['GET /livez', 200],
  ['GET /readyz', 200],
  ['GET /', 403],
  ['GET /api', 403],
  ['GET /apis', 403],
  ['GET /openapi/v2', 403],
  ['GET /openapi/v3', 403],
  ['GET /api/v1/namespaces', 403],
  ['GET /api/v1/secrets', 403],
  ['GET /api/v1/pods?watch=true', 403],
  ['POST /api/v1/namespaces/default/pods', 403],
  ['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 403],
  ['POST /apis/authentication.k8s.io/v1/tokenreviews', 403],
  ['POST /healthz', 403],
  ['OPTIONS /api/v1/namespaces', 403],
])('without a token %s answers %d', async (line, expected) => {
  expect((await sendRequest(line)).status).toBe(expected);
});

async function open(): Promise<TLSSocket> {
  const socket = tlsConnect({ port: served.port, host: '127.0.0.1', ca: served.caPem, servername: 'localhost' });
  await once(socket, 'secureConnect');
  return socket;
}

test.each([
  ['a client without a token', ''],
  ['a client with an invalid token', 'authorization: Bearer wrong\r\n'],
])(
  '%s gets a response before the body has arrived, and is disconnected if the body does not end',
  async (_, header) => {
    const socket = await open();
    socket.write(
      `POST /api/v1/namespaces/default/pods HTTP/1.1\r\nhost: localhost\r\n${header}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    let response = '';
    socket.on('data', (bytes: Buffer) => (response += bytes.toString()));
    await once(socket, 'data');
    expect(response).toMatch(/^HTTP\/1.1 40[13] /);
    const closed = new Promise((resolve) => socket.once('error', resolve).once('close', resolve)); // system-dependent
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const writeMore = (failed?: Error | null): void => void (failed ?? socket.write(chunk, writeMore));
    writeMore();
    await closed;
    socket.destroy();
  },
);

test('a body that is too large is rejected with a response, not with a closed connection', async () => {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'x'.repeat(4 * 1024 * 1024) } });
  const headers = { authorization: `Bearer ${served.token}`, 'content-type': 'application/json' };
  const response = await sendRequest('POST /api/v1/namespaces/default/configmaps', headers, body);
  expect([response.status, response.body]).toEqual([413, expect.stringContaining('Request entity too large')]);
});

test('a request without TLS gets no response', async () => {
  const socket = connect(served.port, '127.0.0.1');
  socket.write('GET /version HTTP/1.1\r\nhost: localhost\r\n\r\n');
  socket.on('error', () => undefined); // equivalent to a close
  expect(await text(socket).catch(() => '')).not.toContain('HTTP/1.1 200');
});
