/**
 * Request bodies as web streams.
 *
 * Node's own conversion destroys the connection when the stream is cancelled, so that the error response would be lost.
 */

import type { IncomingMessage } from 'node:http';

/** Returns the body; cancelling it keeps the connection open. */
export function requestBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next: IteratorResult<unknown> = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value as Uint8Array); // without an encoding, chunks are buffers
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 }, // no read-ahead
  );
}
