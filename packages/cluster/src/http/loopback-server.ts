/**
 * An HTTP server for programs of this machine, on 127.0.0.1.
 *
 * Browsers can reach it too: a web page can send requests to any address, and after DNS rebinding it can read the responses. So
 * requests of web pages and under unknown names are rejected before they are handled, and stalled connections are closed.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

/** A server that listens. */
export interface LoopbackServer {
  readonly port: number;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

/** Answers a request; an exception or a rejection ends the connection. */
export type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> | void;

/** How a server listens. */
export interface LoopbackOptions {
  /** @default 0, any free port */
  readonly port?: number;
  /** Refuses a request, with a sentence that says why. @default - status 403, as text */
  readonly refuse?: (outgoing: ServerResponse, reason: string) => void;
  /** How long the headers of a request may take, in milliseconds. @default 20 s */
  readonly headersMs?: number;
  /** How long a connection may stay silent in the middle of a request, in milliseconds. @default 5 min */
  readonly silenceMs?: number;
}

/** Connections at once: each takes one of the process's files. */
const MAX_CONNECTIONS = 1024;

/** Listens. A port that is taken rejects with the system's EADDRINUSE. */
export async function serveLoopback(handle: Handler, options: LoopbackOptions = {}): Promise<LoopbackServer> {
  const { port = 0, refuse = refuseAsText, headersMs = 20_000, silenceMs = 300_000 } = options;
  const server = createServer(
    { headersTimeout: headersMs, connectionsCheckingInterval: Math.min(headersMs, 5000), requestTimeout: 0 },
    (incoming, outgoing) => {
      discardUnreadBody(incoming, outgoing);
      const reason = foreignRequest(incoming.headers);
      if (reason !== undefined) return refuse(outgoing, reason);
      Promise.resolve()
        .then(() => handle(incoming, outgoing))
        .catch(() => outgoing.destroy()); // the client went away
    },
  );
  server.timeout = silenceMs;
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject); // stays: while it listens, an error only means that a connection was not accepted
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** How much of an unused body is read, in bytes. */
const MAX_DISCARDED = 1024 * 1024;

/** Reads the rest of a body after the response, so that the connection can be reused; closes it if the body is long. */
export function discardUnreadBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  // Before Node's own listener, which reads an unused body to its end, however long that is.
  outgoing.prependOnceListener('finish', () => {
    if (incoming.complete) return;
    let remaining = MAX_DISCARDED;
    incoming.removeAllListeners('data').removeAllListeners('readable'); // its reader has stopped
    incoming.on('data', (chunk: Buffer) => {
      remaining -= chunk.byteLength;
      if (remaining < 0) incoming.socket.destroy();
    });
    incoming.read(0);
    incoming.resume();
  });
}

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;

/** Why a request is rejected as one of a web page; undefined if it is not. Pure. */
function foreignRequest(headers: IncomingHttpHeaders): string | undefined {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers;
  if (!LOOPBACK.test(host)) return `${JSON.stringify(host)} is not a host name of this server; use 127.0.0.1`;
  if (origin !== undefined || site !== 'none') return 'requests from web pages are rejected';
  return undefined;
}

function refuseAsText(outgoing: ServerResponse, reason: string): void {
  outgoing.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}

/** Whether two texts are equal, in a time that does not depend on where they differ. */
export function equalInConstantTime(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
