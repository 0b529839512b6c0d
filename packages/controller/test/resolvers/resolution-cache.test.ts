import { describe, expect, test } from '@jest/globals';
import type { ResolvedManifest } from '../../src/resolvers/resolution.js';
import { cacheKeyOf, isCached, ResolutionCache } from '../../src/resolvers/resolution-cache.js';

const result = (manifest: string): ResolvedManifest => ({
  kind: 'resolved',
  manifest,
  refSource: { uri: 'u', digest: { sha256: 'd' } },
});
const request = { resolver: 'http', namespace: 'ns', run: 'r', params: [{ name: 'url', value: 'https://a.b' }] };

describe('a cached result', () => {
  test('is used for five minutes', () => {
    const cache = new ResolutionCache();
    cache.set('k', result('a'), 1000);
    expect(cache.get('k', 300_999)).toEqual(result('a'));
    expect(cache.get('k', 301_000)).toBeUndefined();
  });

  test('is dropped if a thousand others were used after it', () => {
    const cache = new ResolutionCache();
    for (let n = 0; n < 1000; n += 1) cache.set(`k${String(n)}`, result('a'), 0);
    cache.get('k0', 1);
    cache.set('another', result('b'), 1);
    expect([cache.get('k0', 2), cache.get('k1', 2)]).toEqual([result('a'), undefined]);
  });
});

test.each<[string, object, boolean]>([
  ['a run of another name', { run: 'other' }, true],
  ['another namespace, whose Secrets may differ', { namespace: 'other' }, false],
  ['another param', { params: [{ name: 'url', value: 'https://a.c' }] }, false],
  ['another resolver', { resolver: 'hub' }, false],
])('a result for %s: %j is shared: %s', (_what, difference, isShared) => {
  expect(cacheKeyOf({ ...request, ...difference }) === cacheKeyOf(request)).toBe(isShared);
});

test('by default only results that cannot change are cached', () => {
  const bundle = { kind: 'bundles', name: 'x', objectKind: 'task' } as const;
  const pinned = { ...bundle, bundle: `a.b/c@sha256:${'0'.repeat(64)}` };
  const tagged = { ...bundle, bundle: 'a.b/c:1' };
  expect([isCached('auto', pinned), isCached('auto', tagged)]).toEqual([true, false]);
  expect([isCached('never', pinned), isCached('always', tagged)]).toEqual([false, true]);
});
