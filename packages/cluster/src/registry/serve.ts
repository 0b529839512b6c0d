/**
 * Serves a Request -> Response function on 127.0.0.1, for clients outside of the process.
 *
 * Bodies are streamed in both directions.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { serveLoopback, type LoopbackServer } from '../http/loopback-server.js';
import { requestBody } from '../http/request-body.js';
import { RegistryError } from './registry-error.js';

/** Listens. @param port 0 for any free port. Rejects with the system's EADDRINUSE if the port is in use */
export const serveOnLoopback = (
  handle: (request: Request) => Promise<Response>,
  port: number,
): Promise<LoopbackServer> =>
  serveLoopback((incoming, outgoing) => answer(handle, incoming, outgoing), {
    port,
    refuse: (outgoing, reason) =>
      void send(new RegistryError('DENIED', reason).response(), outgoing).catch(() => outgoing.destroy()),
  });

async function answer(
  handle: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  await send(await handle(requestOf(incoming)), outgoing);
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.from(response.body), outgoing);
  else outgoing.end();
}

function requestOf(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  // URL resolves `..` in a path before names are validated, which only shortens the path.
  const target = new URL(`http://registry${url.startsWith('/') ? url : `/${url}`}`);
  if (method === 'GET' || method === 'HEAD') return new Request(target, { method, headers });
  const body = requestBody(incoming);
  return new Request(target, { method, headers, body, duplex: 'half' });
}
