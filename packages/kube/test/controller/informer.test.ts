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

const kindOfChange = (before: unknown, after: unknown): string =>
  before === undefined ? 'added' : after === undefined ? 'deleted' : 'changed';

/** Starts an informer on the tiny API, and records its events. */
async function startInformer(api: TinyApi, options: InformerOptions<KubeObject> = {}) {
  const clock = new FakeClock();
  const changes: string[] = [];
  const errors: string[] = [];
  const informer = new Informer(new KubeClient(api.send, { clock }), CONFIG_MAPS, {
    clock,
    random: () => 0,
    onChange: (key, { before, after }, listed) =>
      changes.push(`${listed ? 'listed' : 'watched'} ${key} ${kindOfChange(before, after)}`),
    onError: (error, retryIn) =>
      errors.push(`${error instanceof Error ? error.message : String(error)}; retry in ${retryIn}`),
    ...options,
  });
  stops.push(() => informer.stop());
  informer.start();
  await settle();
  return { api, clock, changes, errors, informer };
}

const lists = (api: TinyApi): number => api.requests.filter(({ url }) => !url.searchParams.has('watch')).length;
const watches = (api: TinyApi): URL[] =>
  api.requests.filter(({ url }) => url.searchParams.has('watch')).map(({ url }) => url);

describe('an informer', () => {
  test('lists existing objects, then follows every change', async () => {
    const api = new TinyApi();
    api.put('a', { data: { v: '1' } });
    const { changes, informer } = await startInformer(api);
    expect(await informer.synced).toBe(true);
    api.put('b');
    api.put('a', { data: { v: '2' } });
    api.remove('b');
    await settle();
    expect(changes).toEqual([
      'listed default/a added',
      'watched default/b added',
      'watched default/a changed',
      'watched default/b deleted',
    ]);
    expect(informer.keys()).toEqual(['default/a']);
    expect(informer.get('default/a')).toMatchObject({ data: { v: '2' } });
  });

  test('requests bookmarks and a timeout, and resumes from the last version, including those of bookmarks', async () => {
    const api = new TinyApi();
    const { clock } = await startInformer(api);
    expect(watches(api)[0]!.search).toBe('?watch=true&resourceVersion=100&allowWatchBookmarks=true&timeoutSeconds=290');
    api.put('a');
    api.sendLine('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"170"}}}\n');
    await clock.advance(5000);
    api.breakWatches('end');
    await settle();
    expect(watches(api).at(-1)!.searchParams.get('resourceVersion')).toBe('170');
    expect(lists(api)).toBe(1);
  });

  test('lists in pages', async () => {
    const api = new TinyApi();
    for (let index = 0; index < 7; index++) api.put(`n${index}`);
    const { informer } = await startInformer(api, { pageSize: 3 });
    expect(informer.size).toBe(7);
    expect(lists(api)).toBe(3);
  });

  test('indexes objects by owner and by label, and updates the indexes', async () => {
    const api = new TinyApi();
    const owned = (uid: string, run: string) => ({
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid }], labels: { run } },
    });
    api.put('a', owned('u1', 'r1'));
    api.put('b', owned('u1', 'r2'));
    const { informer } = await startInformer(api, { indexers: { owner: byOwner, run: byLabel('run') } });
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
    expect(() => informer.byIndex('color', 'red')).toThrow('no index "color"; the indexes are owner, run');
  });

  test('drops managedFields and the annotation of the last applied configuration', async () => {
    const api = new TinyApi();
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: 'x' };
    api.put('a', { metadata: { managedFields: [{ manager: 'kubectl' }], annotations } });
    const { informer } = await startInformer(api, {
      transform: (object) => ({ ...object, isTransformed: true }) as KubeObject,
    });
    expect(informer.get('default/a')).toMatchObject({ isTransformed: true, metadata: { annotations: { mine: 'x' } } });
    expect(Object.keys(informer.get('default/a')!.metadata)).not.toContain('managedFields');
    expect(Object.keys(informer.get('default/a')!.metadata.annotations!)).toEqual(['mine']);
  });

  test('reports an exception in a listener and continues', async () => {
    const api = new TinyApi();
    api.put('a');
    const { informer, errors } = await startInformer(api, {
      onChange: () => {
        throw new Error('listener is broken');
      },
    });
    api.put('b');
    await settle();
    expect(informer.size).toBe(2);
    expect(errors).toEqual(['listener is broken; retry in 0', 'listener is broken; retry in 0']);
  });

  test('stops without an error while it watches, waits for a retry, or lists', async () => {
    const api = new TinyApi();
    const watching = await startInformer(api);
    await watching.informer.stop();
    expect([watching.errors, watching.api.watching, watching.clock.pending]).toEqual([[], 0, []]);

    const refusing = new TinyApi();
    refusing.fault = () => Promise.reject(new Error('down'));
    const retrying = await startInformer(refusing);
    await retrying.informer.stop();
    expect(retrying.clock.pending).toEqual([]);
    expect(await retrying.informer.synced).toBe(false);

    const silent = new TinyApi();
    silent.fault = () => new Promise<Response>(() => undefined);
    const listing = await startInformer(silent);
    await listing.informer.stop();
    expect([listing.errors, listing.clock.pending]).toEqual([[], []]);
  });
});

describe('after a fault, an informer', () => {
  test('resumes the watch from the last version after a connection reset, and misses nothing', async () => {
    const { api, clock, changes, errors } = await startInformer(new TinyApi());
    api.put('a');
    await settle();
    api.breakWatches('reset');
    api.put('b');
    await clock.advance(800);
    expect(changes).toEqual(['watched default/a added', 'watched default/b added']);
    expect(errors).toEqual(['read ECONNRESET; retry in 800']);
    expect(lists(api)).toBe(1);
  });

  test('receives an event again that the end of the connection has truncated', async () => {
    const { api, clock, changes, errors } = await startInformer(new TinyApi());
    api.sendLine('{"type":"ADDED","object":{"metadata":{"name":"ha');
    api.breakWatches('end');
    api.put('half');
    await clock.advance(800);
    expect(errors).toEqual(['the watch ended in the middle of an event; retry in 800']);
    expect(changes).toEqual(['watched default/half added']);
  });

  test.each([
    [
      'at the start of the watch',
      (api: TinyApi) => {
        api.breakWatches('end');
        api.compact();
      },
    ],
    [
      'as an event',
      (api: TinyApi) => {
        api.sendLine('{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}\n');
        api.freezeWatches();
      },
    ],
  ])('lists again after a 410 %s, and reports only differences', async (_, expire) => {
    const api = new TinyApi();
    api.put('same');
    api.put('gone');
    api.put('changed');
    const { clock, changes, errors, informer } = await startInformer(api);
    await clock.advance(5000);
    changes.length = 0;
    expire(api);
    await settle();
    api.remove('gone');
    api.put('changed', { data: {} });
    api.put('new');
    api.compact();
    await clock.advance(2000);
    expect(changes.map((line) => line.replace('watched', 'listed')).sort()).toEqual([
      'listed default/changed changed',
      'listed default/gone deleted',
      'listed default/new added',
    ]);
    expect(errors).toEqual([]);
    expect(informer.keys().sort()).toEqual(['default/changed', 'default/new', 'default/same']);
  });

  test('limits its requests if every watch is answered with 410', async () => {
    const api = new TinyApi();
    api.fault = (request) =>
      request.url.includes('watch=')
        ? Response.json({ kind: 'Status', code: 410, reason: 'Expired' }, { status: 410 })
        : undefined;
    const { clock } = await startInformer(api);
    await clock.advance(60_000);
    expect(lists(api)).toBeLessThanOrEqual(8); // 0.8 + 1.6 + 3.2 + 6.4 + 12.8 + 25.6 + …
  });

  test('limits its requests if every watch ends at once', async () => {
    const api = new TinyApi();
    api.fault = (request) => (request.url.includes('watch=') ? new Response('') : undefined);
    const { clock, errors } = await startInformer(api);
    await clock.advance(60_000);
    expect(watches(api).length).toBeLessThanOrEqual(16);
    expect(errors[0]).toBe('the watch of configmaps was ended by the server after 0 ms; retry in 800');
  });

  test('detects a dead connection: a change that it hides is received within 40 s', async () => {
    const { api, clock, changes, errors } = await startInformer(new TinyApi());
    api.freezeWatches();
    api.put('a');
    await clock.advance(39_999);
    expect(changes).toEqual([]);
    await clock.advance(1);
    expect(changes).toEqual(['watched default/a added']);
    expect([errors, lists(api)]).toEqual([[], 1]);
  });

  test('reports a deletion and an addition if an object was replaced by one of the same name unnoticed', async () => {
    const api = new TinyApi();
    api.put('a');
    const { clock, changes } = await startInformer(api);
    await clock.advance(5000);
    changes.length = 0;
    api.freezeWatches();
    api.remove('a');
    api.put('a');
    api.compact();
    await clock.advance(41_000);
    expect(changes).toEqual(['listed default/a deleted', 'listed default/a added']);
  });

  test('retries lists after 0.8 s, doubled up to 30 s, and resets the delay after a success', async () => {
    const api = new TinyApi();
    api.fault = () => Response.json({ kind: 'Status', code: 500, message: 'boom' }, { status: 500 });
    const { clock, errors, informer } = await startInformer(api);
    await clock.advance(100_000);
    expect(errors.map((line) => Number(line.split('retry in ')[1]))).toEqual([
      800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
    ]);
    api.fault = undefined;
    await clock.advance(30_000);
    expect(await informer.synced).toBe(true);
    await clock.advance(5000);
    errors.length = 0;
    api.breakWatches('reset');
    await settle();
    expect(errors).toEqual(['read ECONNRESET; retry in 800']);
  });

  test.each([1, 2, 3, 5, 8])('has the state of the server after any sequence of faults (seed %i)', async (seed) => {
    let state = seed;
    const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    const api = new TinyApi();
    const changes = new Map<string, string>();
    const { clock, informer } = await startInformer(api, {
      pageSize: 2,
      onChange: (key, { after }) => void (after ? changes.set(key, after.metadata.uid!) : changes.delete(key)),
    });
    const faults: (() => void)[] = [
      () => api.breakWatches('reset'),
      () => api.breakWatches('end'),
      () => api.freezeWatches(),
      () => api.compact(),
      () => api.sendLine('{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n'),
      () => api.sendLine('not JSON\n'),
      () => (api.fault = () => Response.json({ kind: 'Status', message: 'down' }, { status: 503 })),
      () => (api.fault = undefined),
    ];
    for (let turn = 0; turn < 150; turn++) {
      const name = `n${random(5)}`;
      if (random(3) === 0) api.remove(name);
      else api.put(name, { data: { turn: String(turn) } });
      if (random(4) === 0) faults[random(faults.length)]!();
      if (random(3) === 0) await clock.advance(random(3000));
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
