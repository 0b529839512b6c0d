/**
 * The body of a request that arrives at a port, as a web stream.
 *
 * Node's own conversion destroys the connection when the stream is cancelled, and with it the answer that says why.
 */

import type { IncomingMessage } from 'node:http';

/** The body; cancelling it leaves the connection as it is. */
export function requestBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next: IteratorResult<unknown> = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value as Uint8Array); // a request without an encoding gives buffers
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 }, // nothing is read ahead of whoever reads
  );
}
