import { describe, expect, test } from '@jest/globals';
import { openMutationCache, widget } from '../support/mutation-cache-harness.js';

const created = (resourceVersion: string) => widget('a', undefined, resourceVersion);

/** Records the response to a create, and then lists no objects at version 10. `changes` has what listeners receive. */
async function createThenList(resourceVersion: string) {
  const changes: unknown[] = [];
  const harness = await openMutationCache({
    created: [created(resourceVersion)],
    listeners: [(key, change, listed) => void changes.push({ key, ...change, listed })],
  });
  return { ...harness, changes };
}

describe('a created object that the list does not contain', () => {
  test('has been deleted if the list is as new as the object, and its owner is enqueued', async () => {
    const { cache, changes, close } = await createThenList('10');
    expect(changes).toEqual([{ key: 'n/a', before: created('10'), listed: true }]);
    expect(cache.get('n/a')).toBeUndefined();
    await close();
  });

  test.each([
    ['is newer than the list if its version is', '11'],
    ['cannot be compared with the list if its version is opaque', 'opaque'],
  ])('%s, and remains in the cache', async (_case, resourceVersion) => {
    const { cache, changes, close } = await createThenList(resourceVersion);
    expect(changes).toEqual([]);
    expect(cache.get('n/a')).toEqual(created(resourceVersion));
    await close();
  });

  test('causes its owner to be enqueued when it expires without a confirmation', async () => {
    const { cache, changes, advance, close } = await createThenList('11');
    advance(60_001);
    expect(cache.get('n/a')).toBeUndefined();
    expect(changes).toEqual([{ key: 'n/a', before: created('11'), listed: true }]);
    await close();
  });
});
