/**
 * Serves local directories as buckets, so that a pipeline's storage resources are downloaded from and uploaded to them.
 *
 * Listens only on 127.0.0.1, and its URL contains a random part, because any client with the URL can write to the
 * directories.
 */

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { equalInConstantTime, serveLoopback } from '@pipewright/cluster';
import { handleObjectRequest } from './object-api.js';
import { BucketFiles, MAX_OBJECT_BYTES } from './bucket-files.js';

/** A running object store. */
export interface ObjectStore {
  /** The prefix of the JSON API's paths. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts an object store. `find` is called for every request and returns the directory of a bucket. */
export async function startObjectStore(find: (bucket: string) => string | undefined): Promise<ObjectStore> {
  const secret = randomBytes(16).toString('hex');
  const bucketNamed = (name: string): BucketFiles | undefined => {
    const directory = find(name);
    return directory === undefined ? undefined : new BucketFiles(directory);
  };
  const server = await serveLoopback(async (incoming, outgoing) => {
    try {
      await send(await handleRequest(incoming, secret, bucketNamed), outgoing);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      outgoing.writeHead(500, { 'content-type': 'application/json' });
      // Use the format of API errors: the step prints the message.
      outgoing.end(JSON.stringify({ error: { code: 500, message } }));
    }
  });
  return { url: `http://127.0.0.1:${String(server.port)}/${secret}`, close: () => server.close() };
}

async function handleRequest(
  incoming: IncomingMessage,
  secret: string,
  find: (bucket: string) => BucketFiles | undefined,
): Promise<Response> {
  const [, given, rest = ''] = /^\/([^/]*)(\/.*)$/.exec(incoming.url ?? '') ?? [];
  if (!equalInConstantTime(given ?? '', secret)) return new Response('bucket not found\n', { status: 404 });
  const { method = 'GET' } = incoming;
  const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  const body = method === 'POST' ? await bytesOf(incoming) : null;
  if (body === undefined) return bodyTooLarge();
  return handleObjectRequest(new Request(`http://store${rest}`, { method, headers, body }), find);
}

/** @returns undefined if the body is too large */
async function bytesOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    // a request without an encoding yields buffers
    size += chunk.byteLength;
    if (size > MAX_OBJECT_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function bodyTooLarge(): Response {
  const message = `an object may have at most ${String(MAX_OBJECT_BYTES)} bytes`;
  return Response.json({ error: { code: 413, message } }, { status: 413 });
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    'content-length': String(body.length),
  });
  outgoing.end(body);
}
