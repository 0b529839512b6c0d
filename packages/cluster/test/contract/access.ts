/** What a path means, who may ask for it, and as whom. */

import { expect, test } from '@jest/globals';
import type { Server } from './server.js';

export function describeAccess(at: () => Server): void {
  test('a path means the same with encoded letters, and with a slash at its end', async () => {
    const server = at();
    const made = await server.configMap('spelled');
    for (const path of ['configmaps/%73pelled', 'configmaps/spelled/', '%63onfigmaps/spelled'])
      expect((await server.get(server.core(path))).body).toEqual(made);
  });

  test('one object is got, not watched; a watch of it says nothing of others', async () => {
    const server = at();
    const made = await server.configMap('watched', { data: { a: '1' } });
    await server.configMap('watched-too');
    expect((await server.get(`${server.core('configmaps/watched')}?watch=true`)).body).toEqual(made);
    const { body } = await server.get(server.core('configmaps'));
    const path = server.core('configmaps/watched').replace('/api/v1/', '/api/v1/watch/');
    const watch = await server.watch(path, `resourceVersion=${body.metadata.resourceVersion}`);
    await server.delete(server.core('configmaps/watched-too'));
    await server.delete(server.core('configmaps/watched'));
    expect((await watch.next()).object.metadata.name).toBe('watched');
    await watch.leave();
  });

  test.each([
    ['POST', 'configmaps/routed', 405],
    ['PUT', 'configmaps', 405],
    ['POST', 'pods/routed/status', 405],
    ['DELETE', 'pods/routed/status', 405],
    ['DELETE', 'pods/routed/log', 405],
    ['GET', 'pods/routed/log/more', 404],
    ['GET', 'namespaces/default', 404],
    ['DELETE', 'namespaces/none', 404],
    ['GET', 'nodes', 404],
  ])('%s of %s is no way to anything: %i', async (method, path, status) => {
    const server = at();
    const body = method === 'GET' ? undefined : {};
    expect((await server.ask(method, server.core(path), body)).status).toBe(status);
  });
}
