/**
 * Serves a Request -> Response function over TLS, for kubectl and for pods.
 *
 * Streams end with their connection, and connections with the server. Listens on 127.0.0.1 by default.
 */

import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { KeyPair } from '../tls/certificate.js';
import type { Send } from '@pipewright/apimachinery';
import { ClusterError, systemCode } from '../platform/cluster-error.js';
import { discardUnreadBody } from './loopback-server.js';
import { requestBody } from './request-body.js';
import { writeBody } from './response-body.js';

/** The address to listen on. */
export interface ListenOptions {
  /** @default 0, any free port */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

/** A server that listens. */
export interface Listening {
  readonly port: number;
  readonly host: string;
  /** Ends all streams and connections, then stops listening. */
  close(): Promise<void>;
}

/** Go's clients keep idle connections for 90 s; the client must close first. */
const KEEP_ALIVE_MS = 120_000;

/** Limits for the TLS handshake and for headers; the latter as in kube-apiserver. */
const HANDSHAKE_MS = 10_000;
const HEADERS_MS = 32_000;

/** Listens and answers with `send`. Rejects with a `ClusterError` if the port cannot be opened. */
export async function listen(send: Send, pair: KeyPair, options: ListenOptions = {}): Promise<Listening> {
  const { port = 0, host = '127.0.0.1' } = options;
  const secured = { key: pair.keyPem, cert: pair.certPem, handshakeTimeout: HANDSHAKE_MS };
  const server = createServer({ ...secured, keepAlive: true }, (incoming, outgoing) => {
    answer(send, incoming, outgoing).catch(() => outgoing.destroy()); // the connection was closed, or the watch was ended
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = 0; // watches have no time limit
  await started(server, port, host);
  const address = server.address();
  return {
    host,
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function started(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') {
      const message = `port ${port} of ${host} is in use by another process`;
      throw new ClusterError('PORT_TAKEN', message, 'choose another port, or 0 for any free one', { cause: error });
    }
    const reason = error instanceof Error ? error.message : String(error);
    const message = `cannot listen on ${host}:${port}: ${reason}`;
    throw new ClusterError('CANNOT_LISTEN', message, 'choose another host or port', { cause: error });
  }
}

async function answer(send: Send, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  discardUnreadBody(incoming, outgoing);
  const disconnected = new AbortController();
  outgoing.once('close', () => disconnected.abort());
  const response = await send(requestOf(incoming, disconnected.signal));
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  outgoing.statusCode = response.status;
  if (response.body) {
    outgoing.flushHeaders(); // a client regards a watch as started when it receives the headers
    await writeBody(response.body, outgoing);
  }
  outgoing.end();
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', rawHeaders } = incoming;
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  const target = new URL(`https://kubernetes${url.startsWith('/') ? url : `/${url}`}`);
  if (method === 'GET' || method === 'HEAD') return new Request(target, { method, headers, signal });
  const body = requestBody(incoming);
  return new Request(target, { method, headers, body, signal, duplex: 'half' });
}
