/**
 * Writes a response body to a connection as fast as the client reads it.
 *
 * Separate from the server because a watch may wait for its client thousands of times on one connection: what each wait leaves
 * behind would accumulate.
 */

import type { Writable } from 'node:stream';

/** Writes the body until its end or until the connection is closed; then the body is cancelled. Does not end the connection. */
export async function writeBody(body: ReadableStream<Uint8Array>, connection: Writable): Promise<void> {
  for await (const chunk of body) {
    if (connection.destroyed) break;
    if (!connection.write(chunk)) await drained(connection);
  }
}

/** Settles when the connection accepts more data, or is closed. */
const drained = (connection: Writable): Promise<void> =>
  new Promise((resolve) => {
    const release = (): void => {
      connection.off('drain', release).off('close', release);
      resolve();
    };
    connection.on('drain', release).on('close', release);
  });
