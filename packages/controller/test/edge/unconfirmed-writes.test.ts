import { describe, expect, test } from '@jest/globals';
import { KubeClient, type KubeObject, type Resource } from '@pipewright/kube';
import { systemClock, type Send } from '@pipewright/apimachinery';
import { MutationCache } from '../../src/edge/mutation-cache.js';

const WIDGETS: Resource = { group: 'g', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };

const widget = (resourceVersion: string): KubeObject => ({
  apiVersion: 'g/v1',
  kind: 'Widget',
  metadata: { name: 'a', namespace: 'n', uid: 'uid-a', resourceVersion },
});

/** Records the response to a create, and then lists no objects at version 10. Returns the changes that listeners receive. */
async function createThenList(created: KubeObject) {
  const list = { kind: 'WidgetList', apiVersion: 'g/v1', metadata: { resourceVersion: '10' }, items: [] };
  const send: Send = ({ url }) =>
    Promise.resolve(url.includes('watch=') ? new Response(new ReadableStream()) : Response.json(list));
  let now = 0;
  const clock = { ...systemClock, now: () => now, date: () => new Date(now), after: () => () => undefined };
  const cache = new MutationCache<KubeObject>(new KubeClient(send), WIDGETS, clock, {});
  const changes: unknown[] = [];
  cache.subscribe((key, change, listed) => changes.push({ key, ...change, listed }));
  cache.record(created);
  await cache.informer.start().synced;
  return { cache, changes, advance: (ms: number) => (now += ms) };
}

describe('a created object that the list does not contain', () => {
  test('has been deleted if the list is as new as the object, and its owner is woken', async () => {
    const { cache, changes } = await createThenList(widget('10'));
    expect(changes).toEqual([{ key: 'n/a', before: widget('10'), listed: true }]);
    expect(cache.get('n/a')).toBeUndefined();
    await cache.stop();
  });

  test('is newer than the list if its version is, and stays in the cache', async () => {
    const { cache, changes } = await createThenList(widget('11'));
    expect(changes).toEqual([]);
    expect(cache.get('n/a')).toEqual(widget('11'));
    await cache.stop();
  });

  test('stays in the cache if its version cannot be compared', async () => {
    const { cache, changes } = await createThenList(widget('opaque'));
    expect(changes).toEqual([]);
    expect(cache.get('n/a')).toEqual(widget('opaque'));
    await cache.stop();
  });

  test('wakes its owner when it expires without a confirmation', async () => {
    const { cache, changes, advance } = await createThenList(widget('11'));
    advance(60_001);
    expect(cache.get('n/a')).toBeUndefined();
    expect(changes).toEqual([{ key: 'n/a', before: widget('11'), listed: true }]);
    await cache.stop();
  });
});
