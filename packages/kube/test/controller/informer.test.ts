import { afterEach, describe, expect, test } from '@jest/globals';
import {
  byLabel,
  byOwner,
  CONFIG_MAPS,
  KubeClient,
  Informer,
  type KubeObject,
  type InformerOptions,
} from '../../src/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { TinyApi } from '../support/tiny-api.js';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Starts an informer on the tiny API, and records its events. */
async function begin(api: TinyApi, options: InformerOptions<KubeObject> = {}) {
  const clock = new FakeClock();
  const changes: string[] = [];
  const errors: string[] = [];
  const informer = new Informer(new KubeClient(api.send, { clock }), CONFIG_MAPS, {
    clock,
    random: () => 0,
    onChange: (key, { before, after }, listed) =>
      changes.push(`${listed ? 'listed' : 'seen'} ${key} ${before ? 'was' : ''}${after ? 'is' : ''}`),
    onError: (error, retryIn) =>
      errors.push(`${error instanceof Error ? error.message : String(error)}; again in ${retryIn}`),
    ...options,
  });
  stops.push(() => informer.stop());
  informer.start();
  await settle();
  return { api, clock, told: changes, errors, reflector: informer };
}

const lists = (api: TinyApi): number => api.requests.filter(({ url }) => !url.searchParams.has('watch')).length;
const watches = (api: TinyApi): URL[] =>
  api.requests.filter(({ url }) => url.searchParams.has('watch')).map(({ url }) => url);

describe('an informer', () => {
  test('lists existing objects, then follows every change', async () => {
    const api = new TinyApi();
    api.put('a', { data: { v: '1' } });
    const { told: changes, reflector: informer } = await begin(api);
    expect(await informer.synced).toBe(true);
    api.put('b');
    api.put('a', { data: { v: '2' } });
    api.remove('b');
    await settle();
    expect(changes).toEqual(['listed default/a is', 'seen default/b is', 'seen default/a wasis', 'seen default/b was']);
    expect(informer.keys()).toEqual(['default/a']);
    expect(informer.get('default/a')).toMatchObject({ data: { v: '2' } });
  });

  test('asks for bookmarks and a time limit, and goes on from the last version, bookmarks included', async () => {
    const api = new TinyApi();
    const { clock } = await begin(api);
    expect(watches(api)[0]!.search).toBe('?watch=true&resourceVersion=100&allowWatchBookmarks=true&timeoutSeconds=290');
    api.put('a');
    api.say('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"170"}}}\n');
    await clock.advance(5000);
    api.breakWatches('end');
    await settle();
    expect(watches(api).at(-1)!.searchParams.get('resourceVersion')).toBe('170');
    expect(lists(api)).toBe(1);
  });

  test('reads page by page', async () => {
    const api = new TinyApi();
    for (let index = 0; index < 7; index++) api.put(`n${index}`);
    const { reflector: informer } = await begin(api, { pageSize: 3 });
    expect(informer.size).toBe(7);
    expect(lists(api)).toBe(3);
  });

  test('finds objects by owner and by label, as they are now', async () => {
    const api = new TinyApi();
    const owned = (uid: string, run: string) => ({
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid }], labels: { run } },
    });
    api.put('a', owned('u1', 'r1'));
    api.put('b', owned('u1', 'r2'));
    const { reflector: informer } = await begin(api, { indexers: { owner: byOwner, run: byLabel('run') } });
    const names = (index: string, value: string) => informer.byIndex(index, value).map(({ metadata }) => metadata.name);
    expect([names('owner', 'u1'), names('run', 'r2')]).toEqual([['a', 'b'], ['b']]);
    api.put('b', owned('u2', 'r1'));
    api.remove('a');
    await settle();
    expect([names('owner', 'u1'), names('owner', 'u2'), names('run', 'r1'), names('run', 'r2')]).toEqual([
      [],
      ['b'],
      ['b'],
      [],
    ]);
    expect(() => informer.byIndex('color', 'red')).toThrow('no index "color": there are owner, run');
  });

  test('keeps no managedFields and no copy of what was applied', async () => {
    const api = new TinyApi();
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: 'x' };
    api.put('a', { metadata: { managedFields: [{ manager: 'kubectl' }], annotations } });
    const { reflector: informer } = await begin(api, {
      transform: (object) => ({ ...object, slimmed: true }) as KubeObject,
    });
    expect(informer.get('default/a')).toMatchObject({ slimmed: true, metadata: { annotations: { mine: 'x' } } });
    expect(Object.keys(informer.get('default/a')!.metadata)).not.toContain('managedFields');
    expect(Object.keys(informer.get('default/a')!.metadata.annotations!)).toEqual(['mine']);
  });

  test('survives a listener that throws, and says so', async () => {
    const api = new TinyApi();
    api.put('a');
    const { reflector: informer, errors } = await begin(api, {
      onChange: () => {
        throw new Error('listener is broken');
      },
    });
    api.put('b');
    await settle();
    expect(informer.size).toBe(2);
    expect(errors).toEqual(['listener is broken; again in 0', 'listener is broken; again in 0']);
  });

  test('stops silently, whatever it is doing', async () => {
    const api = new TinyApi();
    const watching = await begin(api);
    await watching.reflector.stop();
    expect([watching.errors, watching.api.watching, watching.clock.pending]).toEqual([[], 0, []]);

    const refusing = new TinyApi();
    refusing.fault = () => Promise.reject(new Error('down'));
    const waiting = await begin(refusing);
    await waiting.reflector.stop();
    expect(waiting.clock.pending).toEqual([]);
    expect(await waiting.reflector.synced).toBe(false);

    const silent = new TinyApi();
    silent.fault = () => new Promise<Response>(() => undefined);
    const listing = await begin(silent);
    await listing.reflector.stop();
    expect([listing.errors, listing.clock.pending]).toEqual([[], []]);
  });
});

describe('after a fault, a reflector', () => {
  test('watches on from the last version after a reset in mid-stream, and loses nothing', async () => {
    const { api, clock, told: changes, errors } = await begin(new TinyApi());
    api.put('a');
    await settle();
    api.breakWatches('reset');
    api.put('b');
    await clock.advance(800);
    expect(changes).toEqual(['seen default/a is', 'seen default/b is']);
    expect(errors).toEqual(['read ECONNRESET; again in 800']);
    expect(lists(api)).toBe(1);
  });

  test('sees an event that was cut in two by the end of the connection', async () => {
    const { api, clock, told: changes, errors } = await begin(new TinyApi());
    api.say('{"type":"ADDED","object":{"metadata":{"name":"ha');
    api.breakWatches('end');
    api.put('half');
    await clock.advance(800);
    expect(errors).toEqual(['the watch broke off in the middle of an event; again in 800']);
    expect(changes).toEqual(['seen default/half is']);
  });

  test.each([
    [
      'at connect',
      (api: TinyApi) => {
        api.breakWatches('end');
        api.compact();
      },
    ],
    [
      'in the stream',
      (api: TinyApi) => {
        api.say('{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}\n');
        api.freezeWatches();
      },
    ],
  ])('lists again after a 410 %s, and tells only what is different', async (_, expire) => {
    const api = new TinyApi();
    api.put('same');
    api.put('gone');
    api.put('changed');
    const { clock, told: changes, errors, reflector: informer } = await begin(api);
    await clock.advance(5000);
    changes.length = 0;
    expire(api);
    await settle();
    api.remove('gone');
    api.put('changed', { data: {} });
    api.put('new');
    api.compact();
    await clock.advance(2000);
    expect(changes.map((line) => line.replace('seen', 'listed')).sort()).toEqual([
      'listed default/changed wasis',
      'listed default/gone was',
      'listed default/new is',
    ]);
    expect(errors).toEqual([]);
    expect(informer.keys().sort()).toEqual(['default/changed', 'default/new', 'default/same']);
  });

  test('does not ask in a circle when every watch is answered with 410', async () => {
    const api = new TinyApi();
    api.fault = (request) =>
      request.url.includes('watch=')
        ? Response.json({ kind: 'Status', code: 410, reason: 'Expired' }, { status: 410 })
        : undefined;
    const { clock } = await begin(api);
    await clock.advance(60_000);
    expect(lists(api)).toBeLessThanOrEqual(8); // 0.8 + 1.6 + 3.2 + 6.4 + 12.8 + 25.6 + …
  });

  test('does not ask in a circle when every watch ends as it begins', async () => {
    const api = new TinyApi();
    api.fault = (request) => (request.url.includes('watch=') ? new Response('') : undefined);
    const { clock, errors } = await begin(api);
    await clock.advance(60_000);
    expect(watches(api).length).toBeLessThanOrEqual(16);
    expect(errors[0]).toBe('the watch of configmaps was ended by the server after 0 ms; again in 800');
  });

  test('notices silence: what happened behind a dead connection is seen within 40 s', async () => {
    const { api, clock, told: changes, errors } = await begin(new TinyApi());
    api.freezeWatches();
    api.put('a');
    await clock.advance(39_999);
    expect(changes).toEqual([]);
    await clock.advance(1);
    expect(changes).toEqual(['seen default/a is']);
    expect([errors, lists(api)]).toEqual([[], 1]);
  });

  test('tells a removal and an addition when a name came back with another uid unseen', async () => {
    const api = new TinyApi();
    api.put('a');
    const { clock, told: changes } = await begin(api);
    await clock.advance(5000);
    changes.length = 0;
    api.freezeWatches();
    api.remove('a');
    api.put('a');
    api.compact();
    await clock.advance(41_000);
    expect(changes).toEqual(['listed default/a was', 'listed default/a is']);
  });

  test('keeps trying to list, from 0.8 s up to half a minute, and starts from 0.8 s after it has worked', async () => {
    const api = new TinyApi();
    api.fault = () => Response.json({ kind: 'Status', code: 500, message: 'boom' }, { status: 500 });
    const { clock, errors, reflector: informer } = await begin(api);
    await clock.advance(100_000);
    expect(errors.map((line) => Number(line.split('again in ')[1]))).toEqual([
      800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
    ]);
    api.fault = undefined;
    await clock.advance(30_000);
    expect(await informer.synced).toBe(true);
    await clock.advance(5000);
    errors.length = 0;
    api.breakWatches('reset');
    await settle();
    expect(errors).toEqual(['read ECONNRESET; again in 800']);
  });

  test.each([1, 2, 3, 5, 8])('is right in the end, whatever went wrong on the way (seed %i)', async (seed) => {
    let state = seed;
    const pick = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    const api = new TinyApi();
    const changes = new Map<string, string>();
    const { clock, reflector: informer } = await begin(api, {
      pageSize: 2,
      onChange: (key, { after }) => void (after ? changes.set(key, after.metadata.uid!) : changes.delete(key)),
    });
    const faults: (() => void)[] = [
      () => api.breakWatches('reset'),
      () => api.breakWatches('end'),
      () => api.freezeWatches(),
      () => api.compact(),
      () => api.say('{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n'),
      () => api.say('not JSON\n'),
      () => (api.fault = () => Response.json({ kind: 'Status', message: 'down' }, { status: 503 })),
      () => (api.fault = undefined),
    ];
    for (let turn = 0; turn < 150; turn++) {
      const name = `n${pick(5)}`;
      if (pick(3) === 0) api.remove(name);
      else api.put(name, { data: { turn: String(turn) } });
      if (pick(4) === 0) faults[pick(faults.length)]!();
      if (pick(3) === 0) await clock.advance(pick(3000));
    }
    api.fault = undefined;
    await clock.advance(120_000);
    const uids = [...api.objects.values()].map(({ metadata }) => [`default/${metadata.name}`, metadata.uid]);
    expect(
      informer
        .list()
        .map(({ metadata }) => metadata.resourceVersion)
        .sort(),
    ).toEqual([...api.objects.values()].map(({ metadata }) => metadata.resourceVersion).sort());
    expect([...changes].sort()).toEqual(uids.sort());
  });
});
