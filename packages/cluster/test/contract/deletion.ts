/** Deletion of objects: immediate, after finalizers, with owners, and with namespaces. */

import { expect, test } from '@jest/globals';
import { configMap, MERGE, type Json, type Server } from './server.js';

const ownedBy = (owner: Json, fields: object = {}) => ({
  metadata: {
    ownerReferences: [
      { apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid, ...fields },
    ],
  },
});

export function describeDeletion(currentServer: () => Server): void {
  const isDeleted = (object: Json | undefined): boolean => object === undefined;

  test('a deleted object is not found', async () => {
    const server = currentServer();
    const created = await server.configMap('short');
    const response = await server.delete(server.core('configmaps/short'));
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'short', kind: 'configmaps', uid: created.metadata.uid },
    });
    expect((await server.delete(server.core('configmaps/short'))).status).toBe(404);
  });

  test('preconditions protect a later object of the same name', async () => {
    const server = currentServer();
    const created = await server.configMap('guarded');
    const path = server.core('configmaps/guarded');
    const uid = '00000000-0000-0000-0000-000000000000';
    const otherUid = await server.delete(path, { preconditions: { uid } });
    expect([otherUid.status, otherUid.body.reason]).toEqual([409, 'Conflict']);
    const staleVersion = await server.delete(path, { preconditions: { resourceVersion: '1' } });
    expect([staleVersion.status, staleVersion.body.reason]).toEqual([409, 'Conflict']);
    expect((await server.delete(path, { preconditions: { uid: created.metadata.uid } })).status).toBe(200);
  });

  test('an object with a finalizer stays until its last finalizer is removed; it can be changed, but gets no new finalizers', async () => {
    const server = currentServer();
    const created = await server.configMap('held', { metadata: { finalizers: ['pipewright.dev/hold'] } });
    const path = server.core('configmaps/held');
    const query = `fieldSelector=metadata.name%3Dheld&resourceVersion=${created.metadata.resourceVersion}`;
    const watch = await server.watch(server.core('configmaps'), query);
    const deleted = await server.delete(path);
    expect(deleted.status).toBe(200);
    const heldObject = await server.get(path);
    expect(heldObject.body.metadata.deletionTimestamp).toMatch(/Z$/);
    expect((await server.patch(path, MERGE, { data: { still: 'here' } })).status).toBe(200);
    const newFinalizer = await server.patch(path, MERGE, {
      metadata: { finalizers: ['pipewright.dev/hold', 'pipewright.dev/more'] },
    });
    expect([newFinalizer.status, newFinalizer.body.reason]).toEqual([422, 'Invalid']);
    expect((await server.patch(path, MERGE, { metadata: { finalizers: null } })).status).toBe(200);
    expect((await server.get(path)).status).toBe(404);
    const events = await watch.take(3);
    expect(events.map(({ type }) => type)).toEqual(['MODIFIED', 'MODIFIED', 'DELETED']);
    await watch.close();
  });

  test('background deletion deletes dependents after their owner, transitively', async () => {
    const server = currentServer();
    const parent = await server.configMap('parent');
    const child = await server.configMap('child', ownedBy(parent, { controller: true }));
    await server.configMap('grandchild', ownedBy(child));
    await server.delete(server.core('configmaps/parent'), { propagationPolicy: 'Background' });
    await server.waitForObject(server.core('configmaps'), 'child', isDeleted);
    await server.waitForObject(server.core('configmaps'), 'grandchild', isDeleted);
  });

  test('foreground deletion deletes dependents before their owner', async () => {
    const server = currentServer();
    const parent = await server.configMap('last');
    const child = await server.configMap('first', {
      metadata: { ...ownedBy(parent, { blockOwnerDeletion: true }).metadata, finalizers: ['pipewright.dev/hold'] },
    });
    expect(child.metadata.finalizers).toEqual(['pipewright.dev/hold']);
    await server.delete(server.core('configmaps/last'), { propagationPolicy: 'Foreground' });
    const waitingOwner = await server.get(server.core('configmaps/last'));
    expect(waitingOwner.body.metadata.finalizers).toEqual(['foregroundDeletion']);
    await server.waitForObject(
      server.core('configmaps'),
      'first',
      (object) => object?.metadata.deletionTimestamp !== undefined,
    );
    expect((await server.get(server.core('configmaps/last'))).status).toBe(200);
    await server.patch(server.core('configmaps/first'), MERGE, { metadata: { finalizers: null } });
    await server.waitForObject(server.core('configmaps'), 'last', isDeleted);
    expect((await server.get(server.core('configmaps/first'))).status).toBe(404);
  });

  test('orphaned dependents stay, without an owner reference', async () => {
    const server = currentServer();
    const parent = await server.configMap('leaver');
    await server.configMap('orphan', ownedBy(parent));
    await server.delete(server.core('configmaps/leaver'), { propagationPolicy: 'Orphan' });
    await server.waitForObject(server.core('configmaps'), 'leaver', isDeleted);
    const { body } = await server.get(server.core('configmaps/orphan'));
    expect(body.metadata.ownerReferences ?? []).toEqual([]);
  });

  test('an object whose owner never existed is deleted', async () => {
    const server = currentServer();
    const owner = await server.configMap('real');
    await server.configMap('forged', ownedBy(owner, { uid: '00000000-0000-0000-0000-00000000000f' }));
    await server.configMap('rightful', ownedBy(owner));
    await server.waitForObject(server.core('configmaps'), 'forged', isDeleted);
    expect((await server.get(server.core('configmaps/rightful'))).status).toBe(200);
  });

  test('deletecollection deletes by selector', async () => {
    const server = currentServer();
    for (const name of ['c1', 'c2']) await server.configMap(name, { metadata: { labels: { collect: 'yes' } } });
    await server.configMap('c3', { metadata: { labels: { collect: 'no' } } });
    expect((await server.delete(`${server.core('configmaps')}?labelSelector=collect%3Dyes`)).status).toBe(200);
    const { body } = await server.get(`${server.core('configmaps')}?labelSelector=collect`);
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['c3']);
  });

  test('deleting a namespace deletes its objects and rejects new ones', async () => {
    const server = currentServer();
    const name = `${server.namespace}-going`;
    await server.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const configMapsPath = `/api/v1/namespaces/${name}/configmaps`;
    await server.create(configMapsPath, configMap('held', { metadata: { finalizers: ['pipewright.dev/hold'] } }));
    await server.create(configMapsPath, configMap('free'));
    const deleted = await server.delete(`/api/v1/namespaces/${name}`);
    expect(deleted.body.status).toMatchObject({ phase: 'Terminating' });
    const lateCreation = await server.post(configMapsPath, configMap('late'));
    expect([lateCreation.status, lateCreation.body.reason]).toEqual([403, 'Forbidden']);
    expect(lateCreation.body.message).toContain(
      `unable to create new content in namespace ${name} because it is being terminated`,
    );
    expect(lateCreation.body.details?.causes).toEqual([expect.objectContaining({ reason: 'NamespaceTerminating' })]);
    await server.waitForObject(configMapsPath, 'free', isDeleted);
    expect((await server.get(`/api/v1/namespaces/${name}`)).status).toBe(200);
    await server.waitForObject(configMapsPath, 'held', (object) => object?.metadata.deletionTimestamp !== undefined);
    await server.patch(`${configMapsPath}/held`, MERGE, { metadata: { finalizers: null } });
    await server.waitForObject('/api/v1/namespaces', name, isDeleted);
  });
}
