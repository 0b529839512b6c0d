/**
 * Requests to a git server in protocol version 2: over HTTP, or to a git daemon.
 *
 * The controller has no git program. Redirects are refused, and the size of a response is limited.
 */

import { connect, type Socket } from 'node:net';
import { ResolverError } from '../../resolvers/resolution.js';
import { boundedBody } from '../bounded-body.js';
import { daemonRequest, FLUSH } from './git-packets.js';
import type { FetchContext } from './fetch-context.js';

/** The maximum size of a response: the files of one commit. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A server, for one repository. */
export interface GitTransport {
  /** Returns the capabilities of the server. */
  capabilities(): Promise<Buffer>;
  /** Returns the response to a command. */
  request(command: Buffer): Promise<Buffer>;
}

/** Returns the transport for a URL with the scheme http, https or git. `token`: the password of git's HTTP servers. */
export const gitTransport = (url: URL, context: FetchContext, token?: string): GitTransport =>
  url.protocol === 'git:' ? daemonTransport(url, context) : httpTransport(url, context, token);

function httpTransport(url: URL, { fetch, signal }: FetchContext, token: string | undefined): GitTransport {
  const base = url.href.replace(/\/$/, '');
  const headers = {
    'git-protocol': 'version=2',
    ...(token !== undefined && { authorization: `Basic ${Buffer.from(`git:${token}`).toString('base64')}` }),
  };
  const send = async (path: string, init: RequestInit): Promise<Buffer> => {
    const response = await fetch(`${base}/${path}`, { ...init, redirect: 'manual', signal });
    if (response.status === 401 || response.status === 403 || response.status === 404)
      throw new ResolverError(
        `git clone error: fatal: repository '${base}/' not found, or it requires credentials (HTTP status ${String(response.status)}); check the URL, and the params gitToken and gitTokenKey`,
      );
    if (response.status !== 200)
      throw new ResolverError(
        `git clone error: fatal: unable to access '${base}/': HTTP status ${String(response.status)}`,
      );
    return boundedBody(response, MAX_BYTES, tooLarge);
  };
  return {
    capabilities: () => send('info/refs?service=git-upload-pack', { headers }),
    request: (command) =>
      send('git-upload-pack', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-git-upload-pack-request' },
        body: new Uint8Array(command),
      }),
  };
}

function daemonTransport(url: URL, { signal }: FetchContext): GitTransport {
  const request = async (command: Buffer): Promise<Buffer> => {
    const socket = connect({ host: url.hostname, port: Number(url.port || '9418'), signal });
    // The flush ends the connection after the response.
    const start = Buffer.from(daemonRequest(decodeURIComponent(url.pathname), url.host));
    socket.write(Buffer.concat([start, command, Buffer.from(FLUSH)]));
    return await responseOf(socket);
  };
  return { capabilities: () => request(Buffer.alloc(0)), request };
}

/**
 * Returns all that a daemon sends. A daemon that reports an error closes the connection without reading the rest of the request, which
 * resets it; the report has arrived before.
 */
const responseOf = (socket: Socket): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) socket.destroy(tooLarge());
      else chunks.push(chunk);
    });
    socket.once('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (chunks.length > 0 && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) resolve(Buffer.concat(chunks));
      else reject(error);
    });
  });

const tooLarge = (): ResolverError =>
  new ResolverError(
    `the files of the commit are larger than ${String(MAX_BYTES)} bytes; use the http resolver with the URL of the raw file`,
  );
