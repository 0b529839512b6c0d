/**
 * Puts a Request -> Response function on a port of 127.0.0.1, for clients outside the process.
 *
 * Bodies stream both ways and are never collected.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A listening registry. */
export interface Serving {
  readonly port: number;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

/** @param port 0 takes any free one; a port that is taken rejects with the system's EADDRINUSE */
export async function serveOnLoopback(handle: (request: Request) => Promise<Response>, port: number): Promise<Serving> {
  const server = createServer((incoming, outgoing) => {
    answer(handle, incoming, outgoing).catch(() => outgoing.destroy()); // the client went away
  });
  server.requestTimeout = 0; // a layer takes as long as it takes
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
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

async function answer(
  handle: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const response = await handle(requestOf(incoming));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.from(response.body), outgoing);
  else outgoing.end();
  incoming.resume(); // what a refused client still sends must not block the connection
}

function requestOf(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  // URL would resolve `..` in a path before names are checked; that only ever makes the path shorter.
  const target = new URL(`http://registry${url.startsWith('/') ? url : `/${url}`}`);
  if (method === 'GET' || method === 'HEAD') return new Request(target, { method, headers });
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>; // Node declares web streams twice
  return new Request(target, { method, headers, body, duplex: 'half' });
}
