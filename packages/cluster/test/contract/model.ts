/**
 * Concurrent writers and a watch: the state computed from events must equal the list.
 *
 * The operations are generated from a seed, so that failures are reproducible. The server determines their order.
 */

import { expect, test } from '@jest/globals';
import { configMap, JSON_PATCH, MERGE, type Json, type Server } from './server.js';

/** Returns a pseudorandom generator of integers from 0 to `below` - 1 (Park-Miller). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}

async function write(server: Server, nextNumber: (limit: number) => number): Promise<void> {
  const name = `model-${nextNumber(6)}`;
  const path = server.core(`configmaps/${name}`);
  const value = String(nextNumber(1000));
  switch (nextNumber(5)) {
    case 0:
    case 1:
      await server.post(server.core('configmaps'), configMap(name, { metadata: { labels: { model: 'yes' } } }));
      break;
    case 2:
      await server.patch(path, MERGE, { data: { value } });
      break;
    case 3:
      await server.patch(path, JSON_PATCH, [{ op: 'add', path: '/metadata/labels/turn', value }]);
      break;
    default:
      await server.delete(path);
  }
}

const versionOf = ({ metadata }: Json): number => Number(metadata.resourceVersion);

export function describeModel(currentServer: () => Server): void {
  test.each([1, 7, 42])('the events of a watch are consistent with the list (seed %i)', async (seed) => {
    const server = currentServer();
    const list = `${server.core('configmaps')}?labelSelector=model%3Dyes`;
    const { body } = await server.get(list);
    const query = `labelSelector=model%3Dyes&resourceVersion=${body.metadata.resourceVersion}`;
    const watch = await server.watch(server.core('configmaps'), query);
    const writers = [1, 2, 3].map(async (writer) => {
      const nextNumber = numbers(seed * 100 + writer);
      for (let index = 0; index < 40; index++) await write(server, nextNumber);
    });
    await Promise.all(writers);
    await server.configMap(`end-${seed}`, { metadata: { labels: { model: 'yes' } } });

    const fromEvents = new Map(body.items.map((item) => [item.metadata.name, item.metadata.resourceVersion]));
    const uids = new Map(body.items.map((item) => [item.metadata.name, item.metadata.uid]));
    let lastVersion = Number(body.metadata.resourceVersion);
    for (;;) {
      const { type, object } = await watch.next();
      const { name, uid, resourceVersion } = object.metadata;
      expect(versionOf(object)).toBeGreaterThan(lastVersion);
      lastVersion = versionOf(object);
      expect(`${name} ${type} ${uids.has(name)}`).toBe(`${name} ${type} ${type !== 'ADDED'}`);
      if (type !== 'ADDED') expect(uid).toBe(uids.get(name));
      if (type === 'DELETED') [fromEvents, uids].forEach((map) => map.delete(name));
      else {
        fromEvents.set(name, resourceVersion);
        uids.set(name, uid);
      }
      if (name === `end-${seed}`) break;
    }
    await watch.close();
    const listed = (await server.get(list)).body.items.map((item) => [
      item.metadata.name,
      item.metadata.resourceVersion,
    ]);
    expect([...fromEvents].sort()).toEqual(listed.sort());
  });
}
