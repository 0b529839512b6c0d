/** Visibility of writes that are not durable yet, and of those that fail, to clients and watchers of the API server. */

import { expect, test } from '@jest/globals';
import { fake } from '@pipewright/cluster';
import { startClusterOn, type Cluster } from '../../src/cluster.js';
import { openStorageOn } from '../../src/storage/open.js';
import { SECRETS } from '../support/stored-objects.js';
import { diskError, MemoryDisk, yieldToEventLoop } from '../support/memory-disk.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

async function call(cluster: Cluster, method: string, path: string, body?: object, type = 'application/json') {
  const init = body ? { body: JSON.stringify(body), headers: { 'content-type': type } } : {};
  const response = await cluster.send(new Request(`http://kubernetes${path}`, { method, ...init }));
  return (await response.json()) as ParsedResponse;
}

interface ParsedResponse {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly data?: object;
  readonly items?: readonly ParsedResponse[];
}

/** Starts a cluster on a disk with controllable delays. */
async function clusterOn(disk: MemoryDisk): Promise<Cluster> {
  return startClusterOn(await openStorageOn(disk, { secrets: SECRETS }), {});
}

/** Blocks the syncs of a disk until the returned function is called. With an error, the syncs fail. */
function blockSyncs(disk: MemoryDisk): (error?: Error) => void {
  let release: (error?: Error) => void = () => undefined;
  const blocked = new Promise<void>((resolve, reject) => {
    release = (error) => (error ? reject(error) : resolve());
  });
  blocked.catch(() => undefined);
  disk.beforeOperation = ({ kind }) => (kind === 'datasync' ? blocked : undefined);
  return (error) => {
    disk.beforeOperation = () => undefined;
    release(error);
  };
}

/** Collects the events of a watch as they arrive. */
async function watch(cluster: Cluster, path: string): Promise<string[]> {
  const events: string[] = [];
  const response = await cluster.send(new Request(`http://kubernetes${path}?watch=true`));
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const { type, object } = JSON.parse(decoder.decode(chunk)) as { type: string; object: ParsedResponse };
      events.push(`${type} ${object.metadata.name}`);
    }
  })().catch(() => undefined);
  await yieldToEventLoop();
  events.length = 0; // drop the initial events
  return events;
}

const yieldRepeatedly = async (): Promise<void> => {
  for (let n = 0; n < 20; n += 1) await yieldToEventLoop();
};

const namesIn = (response: ParsedResponse): string[] => (response.items ?? []).map(({ metadata }) => metadata.name);

test('a write is visible to get, list and watch only when it is durable', async () => {
  const disk = new MemoryDisk();
  const cluster = await clusterOn(disk);
  const events = await watch(cluster, CONFIG_MAPS);
  const before = await call(cluster, 'GET', CONFIG_MAPS);
  const release = blockSyncs(disk);
  let response = false;
  const creation = call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } }).finally(() => (response = true));
  await yieldRepeatedly();
  expect([(await call(cluster, 'GET', `${CONFIG_MAPS}/a`)).code, response, events]).toEqual([404, false, []]);
  expect(await call(cluster, 'GET', CONFIG_MAPS)).toEqual(before);
  release();
  const created = await creation;
  await yieldRepeatedly();
  expect(await call(cluster, 'GET', `${CONFIG_MAPS}/a`)).toEqual(created);
  expect(events).toEqual(['ADDED a']);
  await cluster.close();
});

test('writes are computed on pending ones, and a conflict is reported only when it is certain', async () => {
  const disk = new MemoryDisk();
  const cluster = await clusterOn(disk);
  const release = blockSyncs(disk);
  const json = 'application/merge-patch+json';
  const requests: (() => Promise<ParsedResponse>)[] = [
    () => call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { one: '1' } }),
    () => call(cluster, 'PATCH', `${CONFIG_MAPS}/a`, { data: { two: '2' } }, json),
    () => call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } }),
    () => call(cluster, 'DELETE', `${CONFIG_MAPS}/a`),
    () => call(cluster, 'DELETE', `${CONFIG_MAPS}/a`),
  ];
  let responseCount = 0;
  const writes: Promise<ParsedResponse>[] = [];
  for (const request of requests) {
    writes.push(request().finally(() => (responseCount += 1)));
    await yieldRepeatedly();
  }
  expect(responseCount).toBe(0);
  release();
  const [, patched, conflicting, , secondDeletion] = await Promise.all(writes);
  expect(patched?.data).toEqual({ one: '1', two: '2' });
  expect([conflicting?.reason, secondDeletion?.reason]).toEqual(['AlreadyExists', 'NotFound']);
  await cluster.close();
});

test('a write that the disk rejects gets a Status with the reason, and is never visible', async () => {
  const disk = new MemoryDisk();
  const cluster = await clusterOn(disk);
  const events = await watch(cluster, CONFIG_MAPS);
  const release = blockSyncs(disk);
  const writes = [
    call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } }),
    call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } }),
  ];
  await yieldRepeatedly();
  release(diskError('ENOSPC', 'log-00000001.ndjson'));
  for (const response of await Promise.all(writes)) {
    expect(response).toMatchObject({
      kind: 'Status',
      code: 500,
      reason: 'InternalError',
      message:
        "Internal error occurred: cannot write to the data directory /data: the disk is full (ENOSPC: injected, '/data/log-00000001.ndjson')",
    });
  }
  expect((await call(cluster, 'GET', `${CONFIG_MAPS}/a`)).code).toBe(404);
  const created = await call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'b' } });
  await yieldRepeatedly();
  expect(events).toEqual(['ADDED b']);
  expect(namesIn(await call(cluster, 'GET', CONFIG_MAPS))).toEqual(['b', 'kube-root-ca.crt']);
  const list = await call(cluster, 'GET', CONFIG_MAPS);
  expect(list.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
  await cluster.close();
});

test('a cluster whose disk is full at the start reports it', async () => {
  const disk = new MemoryDisk();
  const storage = await openStorageOn(disk, { secrets: SECRETS });
  disk.capacity = 10_000;
  await expect(startClusterOn(storage, {})).rejects.toMatchObject({
    code: 'DATA_DIR_UNUSABLE',
    message: expect.stringContaining('cannot write to the data directory /data: the disk is full'),
    hint: 'free space on the disk',
  });
});

test('namespaces are emptied, quotas updated and dependents deleted after the disk was full', async () => {
  const disk = new MemoryDisk();
  const waiting: (() => void)[] = [];
  const clock = {
    date: () => new Date(0),
    now: () => 0,
    defer: (run: () => void) => void setImmediate(run),
    after: (_ms: number, run: () => void) => {
      waiting.push(run);
      return () => undefined;
    },
  };
  const cluster = await startClusterOn(await openStorageOn(disk, { secrets: SECRETS, clock }), { wireClock: clock });
  await call(cluster, 'POST', '/api/v1/namespaces', { metadata: { name: 'ci' } });
  const owner = await call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'owner' } });
  const { uid } = owner.metadata as unknown as { readonly uid: string };
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
  await call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'owned', ownerReferences } });
  await yieldRepeatedly();
  let allowed = 2; // the two deletions; later writes fail
  disk.beforeOperation = ({ kind, name }) => {
    if (kind === 'write' && name.startsWith('log') && allowed-- <= 0) throw diskError('ENOSPC', name);
  };
  await call(cluster, 'DELETE', '/api/v1/namespaces/ci');
  await call(cluster, 'DELETE', `${CONFIG_MAPS}/owner`);
  await yieldRepeatedly();
  expect((await call(cluster, 'GET', `${CONFIG_MAPS}/owned`)).code).toBeUndefined();
  disk.beforeOperation = () => undefined;
  for (const run of waiting.splice(0)) run();
  await yieldRepeatedly();
  expect((await call(cluster, 'GET', `${CONFIG_MAPS}/owned`)).code).toBe(404);
  expect((await call(cluster, 'GET', '/api/v1/namespaces/ci')).code).toBe(404);
  await cluster.close();
});

test('closing ends while the disk is full and pods are running', async () => {
  const disk = new MemoryDisk();
  const runtime = fake({ script: () => ({ duration: 'forever' }) });
  const cluster = await startClusterOn(await openStorageOn(disk, { secrets: SECRETS }), {
    runtime,
    images: () => ({ rootfs: 'host' }),
  });
  const spec = { containers: [{ name: 'main', image: 'busybox', command: ['sleep'] }] };
  await call(cluster, 'POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec });
  await yieldRepeatedly();
  disk.beforeOperation = ({ kind, name }) => {
    if (kind === 'write') throw diskError('ENOSPC', name);
  };
  const outcome = await cluster.close().catch((cause: unknown) => cause);
  expect(outcome === undefined || (outcome as { code: string }).code === 'DATA_DIR_NOT_SAVED').toBe(true);
});

test('a quota that was not updated before a crash is updated at the next start', async () => {
  const disk = new MemoryDisk();
  const cluster = await clusterOn(disk);
  const quotas = '/api/v1/namespaces/default/resourcequotas';
  await call(cluster, 'POST', quotas, { metadata: { name: 'few' }, spec: { hard: { configmaps: '5' } } });
  await yieldRepeatedly();
  let crashed: MemoryDisk | undefined;
  const creation = call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } });
  disk.beforeOperation = ({ kind, name }) => {
    if (kind === 'write' && name.startsWith('log')) crashed = disk.copy(); // before the last write, the quota's status
  };
  await creation;
  await yieldRepeatedly();
  await cluster.close();
  const restarted = await clusterOn(crashed!);
  await yieldRepeatedly();
  const { status } = (await call(restarted, 'GET', `${quotas}/few`)) as ParsedResponse & { readonly status: object };
  expect(status).toEqual({ hard: { configmaps: '5' }, used: { configmaps: '2' } });
  await restarted.close();
});

test('objects whose definition was deleted before a crash are removed at the next start, and others stay', async () => {
  const disk = new MemoryDisk();
  const cluster = await clusterOn(disk);
  const definition = (plural: string, kind: string, served: boolean) => ({
    metadata: { name: `${plural}.x.io` },
    spec: {
      group: 'x.io',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: 'v1', served, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const [plural, kind] of [
    ['things', 'Thing'],
    ['others', 'Other'],
  ] as const) {
    await call(cluster, 'POST', definitions, definition(plural, kind, true));
    await call(cluster, 'POST', `/apis/x.io/v1/namespaces/default/${plural}`, { metadata: { name: 'one' } });
  }
  let crashed: MemoryDisk | undefined;
  disk.beforeOperation = ({ kind, name }) => {
    // the deletion of the definition is durable, but the next one, of its objects, is not yet
    if (kind === 'write' && name.startsWith('log')) crashed = disk.copy();
  };
  await call(cluster, 'DELETE', `${definitions}/things.x.io`);
  await yieldRepeatedly();
  await cluster.close();
  const storage = await openStorageOn(crashed!, { secrets: SECRETS });
  expect([storage.store.collection('x.io/things').size, storage.store.collection('x.io/others').size]).toEqual([1, 1]);
  const restarted = await startClusterOn(storage, {});
  expect([storage.store.collection('x.io/things').size, storage.store.collection('x.io/others').size]).toEqual([0, 1]);
  await restarted.close();
});

test('objects of built-in kinds that only a later version serves are kept', async () => {
  const disk = new MemoryDisk();
  const storage = await openStorageOn(disk, { secrets: SECRETS });
  const metadata = { name: 'one', namespace: 'default', uid: 'u', resourceVersion: '', creationTimestamp: '' };
  const resources = ['/laters', 'batch/laters', 'later.k8s.io/laters'];
  for (const resource of resources) storage.store.put(resource, { apiVersion: 'v1', kind: 'Later', metadata });
  await (await startClusterOn(storage, {})).close();
  const reopened = await openStorageOn(disk, { secrets: SECRETS });
  expect(resources.map((resource) => reopened.store.collection(resource).size)).toEqual([1, 1, 1]);
  await reopened.close();
});
