/**
 * Serves directories of this machine as buckets, so that a pipeline's storage resources are fetched from and uploaded to them.
 *
 * It listens on 127.0.0.1 alone, and its address holds a random part, since it lets whoever has it write to the directories.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { answerObjects } from './object-api.js';
import { BucketFiles } from './bucket-files.js';

/** A running store. */
export interface ObjectStore {
  /** What stands before the paths of the JSON API. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts one. `find` is asked at every request which directory answers for a bucket. */
export async function startObjectStore(find: (bucket: string) => string | undefined): Promise<ObjectStore> {
  const secret = randomBytes(16).toString('hex');
  const bucketNamed = (name: string): BucketFiles | undefined => {
    const directory = find(name);
    return directory === undefined ? undefined : new BucketFiles(directory);
  };
  const server = createServer((incoming, outgoing) => {
    answer(incoming, secret, bucketNamed).then(
      (response) => send(response, outgoing),
      (cause: unknown) => outgoing.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(cause)}\n`),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(port)}/${secret}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  secret: string,
  find: (bucket: string) => BucketFiles | undefined,
): Promise<Response> {
  const [, given, rest = ''] = /^\/([^/]*)(\/.*)$/.exec(incoming.url ?? '') ?? [];
  if (given !== secret) return new Response('no bucket is served here\n', { status: 404 });
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer); // a request without an encoding gives buffers
  const { method = 'GET' } = incoming;
  const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  const body = method === 'POST' ? Buffer.concat(chunks) : null;
  return answerObjects(new Request(`http://store${rest}`, { method, headers, body }), find);
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    'content-length': String(body.length),
  });
  outgoing.end(body);
}
