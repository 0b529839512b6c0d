/** A cluster in a data directory: restarts, crashes, and concurrent processes. */

import { spawn } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '@pipewright/cluster';
import { openStorage } from '../../src/storage/open.js';

let dataDir: string;
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'pipewright-test-')), 'data');
});
afterEach(() => rmSync(join(dataDir, '..'), { recursive: true, force: true }));

async function call(cluster: Cluster, method: string, path: string, body?: object) {
  const init = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {};
  const response = await cluster.send(new Request(`http://kubernetes${path}`, { method, ...init }));
  return (await response.json()) as {
    code?: number;
    metadata: { uid: string; resourceVersion: string };
    data?: object;
  };
}

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

test('objects, revisions, secrets and definitions survive a restart', async () => {
  const crds = [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.x.io' },
      spec: {
        group: 'x.io',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
  ];
  const first = await startCluster({ dataDir, crds });
  const created = await call(first, 'POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: 'v' } });
  await call(first, 'POST', CONFIG_MAPS, { metadata: { name: 'b' } });
  await call(first, 'DELETE', `${CONFIG_MAPS}/b`);
  await call(first, 'POST', '/apis/x.io/v1/namespaces/default/things', { metadata: { name: 't' } });
  const before = await first.serve();
  await first.close();

  const second = await startCluster({ dataDir });
  expect(await call(second, 'GET', `${CONFIG_MAPS}/a`)).toEqual(created);
  expect((await call(second, 'GET', `${CONFIG_MAPS}/b`)).code).toBe(404);
  expect((await call(second, 'GET', '/apis/x.io/v1/namespaces/default/things/t')).metadata).toMatchObject({
    name: 't',
  });
  const after = await call(second, 'POST', CONFIG_MAPS, { metadata: { name: 'c' } });
  expect(Number(after.metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
  const watch = await call(
    second,
    'GET',
    `${CONFIG_MAPS}?watch=true&resourceVersion=${created.metadata.resourceVersion}`,
  );
  expect(watch.code).toBe(410);
  const served = await second.serve();
  expect([served.token, served.caPem]).toEqual([before.token, before.caPem]);
  await second.close();
});

/** Leaves a directory as a killed process does, without a snapshot or shutdown. */
async function leaveCrashedDirectory(): Promise<void> {
  const storage = await openStorage(dataDir);
  for (const name of ['a', 'b']) {
    storage.store.put('/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', uid: name, resourceVersion: '', creationTimestamp: '' },
    });
  }
  await storage.store.settled();
  rmSync(join(dataDir, 'lock'));
}

test('a record that a crash truncated is removed, and writing continues', async () => {
  await leaveCrashedDirectory();
  const log = join(dataDir, 'log-00000001.ndjson');
  appendFileSync(log, readFileSync(log, 'utf8').split('\n')[0]!.slice(0, 40));
  const reopened = await openStorage(dataDir);
  expect(
    reopened.store
      .collection('/configmaps')
      .list('default')
      .map(({ metadata }) => metadata.name),
  ).toEqual(['a', 'b']);
  expect(reopened.store.revision).toBe(2);
  await reopened.close();
});

test('damage in the middle of the log is an error, and is not skipped', async () => {
  await leaveCrashedDirectory();
  const log = join(dataDir, 'log-00000001.ndjson');
  writeFileSync(log, readFileSync(log, 'utf8').replace('"name":"a"', '"name":"x"'));
  await expect(openStorage(dataDir)).rejects.toMatchObject({
    code: 'DATA_DIR_DAMAGED',
    message: `${log} is damaged: record 2 at byte ${readFileSync(log).indexOf('\n') + 1} has a wrong checksum`,
    hint: 'restore the whole directory from a copy, or start with an empty directory',
  });
});

test('a directory in use is rejected with the process that uses it', async () => {
  const first = await openStorage(dataDir);
  await expect(startCluster({ dataDir })).rejects.toMatchObject({
    code: 'DATA_DIR_IN_USE',
    message: `data directory ${dataDir} is in use by process ${process.pid}`,
    hint: 'stop that process, or use another directory',
  });
  await first.close();
});

test('the lock of a dead process is ignored, even if its pid was reused', async () => {
  const first = await openStorage(dataDir);
  await first.close();
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  for (const lockOwner of [{ pid: child.pid, began: '1' }, { pid: process.pid, began: '1' }, 'half']) {
    writeFileSync(join(dataDir, 'lock'), JSON.stringify(lockOwner));
    await (await openStorage(dataDir)).close();
  }
});

test('a crash during locking does not lock out a process with the same pid', async () => {
  const first = await openStorage(dataDir);
  await first.close();
  const file = join(dataDir, 'lock');
  writeFileSync(file, JSON.stringify({ pid: process.pid, began: '1' }));
  linkSync(file, `${file}.${process.pid}`);
  await (await openStorage(dataDir)).close();
  expect(readdirSync(dataDir).filter((name) => name.startsWith('lock'))).toEqual([]);
});

test('a lock is released only by the process that acquired it', async () => {
  const first = await openStorage(dataDir);
  const other = JSON.stringify({ pid: 1, began: '1' });
  writeFileSync(join(dataDir, 'lock'), other);
  await first.close();
  expect(readFileSync(join(dataDir, 'lock'), 'utf8')).toBe(other);
});

test.each([
  ['a file is in its place', () => join(dataDir, 'file'), /^cannot use the data directory .*\/file: E(EXIST|NOTDIR)/],
  ['it is not writable', () => '/proc/self', /^cannot use the data directory \/proc\/self: it is not writable \(E/],
])('an unusable directory is rejected: %s', async (_what, path, message) => {
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'file'), '');
  await expect(openStorage(path())).rejects.toMatchObject({
    code: 'DATA_DIR_UNUSABLE',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/^(name a directory that exists|make the directory writable)/),
  });
});

test('a directory that is removed while in use rejects writes, and closing reports it', async () => {
  const storage = await openStorage(dataDir);
  const tryPut = (): Promise<void> | undefined => {
    storage.store.put('/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default', uid: 'a', resourceVersion: '', creationTimestamp: '' },
    });
    return storage.store.settled();
  };
  await tryPut();
  rmSync(dataDir, { recursive: true });
  await expect(tryPut()).rejects.toThrow(
    `cannot write to the data directory ${dataDir}: ENOENT: the file was removed while it was in use '${dataDir}/log-00000001.ndjson'`,
  );
  expect(storage.store.revision).toBe(1);
  await expect(storage.close()).rejects.toMatchObject({
    code: 'DATA_DIR_NOT_SAVED',
    hint: 'name a directory that exists, and do not remove it while it is in use',
  });
});

test('a registry that cannot be closed does not keep the data directory locked', async () => {
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'registry'), 'not a directory');
  const first = await startCluster({ dataDir });
  const created = await call(first, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } });
  await expect(first.close()).rejects.toMatchObject({ code: 'ENOTDIR' });
  rmSync(join(dataDir, 'registry'));

  const second = await startCluster({ dataDir });
  expect(await call(second, 'GET', `${CONFIG_MAPS}/a`)).toEqual(created);
  await second.close();
});

test('other users cannot read the data directory', async () => {
  const storage = await openStorage(dataDir);
  await storage.close();
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  const modes = readdirSync(dataDir).map((name) => [name, statSync(join(dataDir, name)).mode & 0o777]);
  expect(modes).toEqual([
    ['committed', 0o600],
    ['log-00000001.ndjson', 0o600],
    ['secrets.json', 0o600],
  ]);
});
