/** Exceptions in handlers of a loopback server. */

import { expect, test } from '@jest/globals';
import { serveLoopback } from '../../src/http/loopback-server.js';

test('a handler that throws ends its connection, and the server continues', async () => {
  const server = await serveLoopback((incoming, outgoing) => {
    if (incoming.url === '/bug') throw new Error('a bug');
    outgoing.end('fine');
  });
  const url = `http://127.0.0.1:${server.port}`;
  await expect(fetch(`${url}/bug`)).rejects.toThrow();
  expect(await (await fetch(url)).text()).toBe('fine');
  await server.close();
});
