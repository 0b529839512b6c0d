/** Patches of each type. */

import { expect, test } from '@jest/globals';
import { APPLY, configMap, JSON_PATCH, MERGE, STRATEGIC, type Server } from './server.js';

const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: 'a', image: 'one', env: [{ name: 'X', value: '1' }] },
          { name: 'b', image: 'two' },
        ],
      },
    },
  },
});

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

const containersOf = (body: { readonly spec?: unknown }): readonly Container[] =>
  (body.spec as { template: { spec: { containers: Container[] } } }).template.spec.containers;

export function describePatches(currentServer: () => Server): void {
  test('a merge patch sets fields, and deletes those that are null', async () => {
    const server = currentServer();
    await server.configMap('merge', { data: { a: '1', b: '1' } });
    const { status, body } = await server.patch(server.core('configmaps/merge'), MERGE, { data: { a: null, c: '3' } });
    expect([status, body['data']]).toEqual([200, { b: '1', c: '3' }]);
  });

  test('a JSON patch applies its operations in order, all or none', async () => {
    const server = currentServer();
    await server.configMap('ops', { data: { c: '2' }, metadata: { annotations: { 'a/b': '1', z: '1' } } });
    const path = server.core('configmaps/ops');
    const patched = await server.patch(path, JSON_PATCH, [
      { op: 'test', path: '/metadata/annotations/a~1b', value: '1' },
      { op: 'move', from: '/data/c', path: '/data/d' },
      { op: 'add', path: '/metadata/labels', value: { x: 'y' } },
      { op: 'remove', path: '/metadata/annotations/a~1b' },
    ]);
    expect([patched.status, patched.body['data'], patched.body.metadata.labels]).toEqual([200, { d: '2' }, { x: 'y' }]);
    expect(patched.body.metadata.annotations).toEqual({ z: '1' });
    const failed = await server.patch(path, JSON_PATCH, [
      { op: 'add', path: '/data/e', value: '5' },
      { op: 'test', path: '/data/d', value: 'other' },
    ]);
    expect(failed.status).toBe(422);
    const missingPath = await server.patch(path, JSON_PATCH, [
      { op: 'replace', path: '/data/none/deeper', value: '1' },
    ]);
    expect(missingPath.status).toBe(422);
    expect((await server.patch(path, JSON_PATCH, { op: 'add' })).status).toBe(400);
    expect((await server.get(path)).body['data']).toEqual({ d: '2' });
  });

  test('a strategic patch merges containers and their variables by name', async () => {
    const server = currentServer();
    await server.create(server.group('apps/v1', 'deployments'), deployment('strategic'));
    const path = server.group('apps/v1', 'deployments/strategic');
    const containers = [
      { name: 'a', image: 'three', env: [{ name: 'Y', value: '2' }] },
      { name: 'b', $patch: 'delete' },
    ];
    const { status, body } = await server.patch(path, STRATEGIC, { spec: { template: { spec: { containers } } } });
    expect(status).toBe(200);
    expect(containersOf(body).map(({ name, image }) => `${name}=${image}`)).toEqual(['a=three']);
    expect(
      containersOf(body)[0]!
        .env?.map(({ name }) => name)
        .sort(),
    ).toEqual(['X', 'Y']);
  });

  test('a merge patch replaces a list that a strategic patch would merge', async () => {
    const server = currentServer();
    await server.create(server.group('apps/v1', 'deployments'), deployment('replaced'));
    const patch = { spec: { template: { spec: { containers: [{ name: 'c', image: 'four' }] } } } };
    const { body } = await server.patch(server.group('apps/v1', 'deployments/replaced'), MERGE, patch);
    expect(containersOf(body).map(({ name }) => name)).toEqual(['c']);
  });

  test('a patch of unknown type is unsupported', async () => {
    const server = currentServer();
    await server.configMap('typed');
    const response = await server.patch(server.core('configmaps/typed'), 'application/json', {});
    expect([response.status, response.body.reason]).toEqual([415, 'UnsupportedMediaType']);
  });

  test('a patch with a stale resourceVersion is a conflict, one with another name a bad request, one of a missing object not found', async () => {
    const server = currentServer();
    const created = await server.configMap('versioned');
    const path = server.core('configmaps/versioned');
    await server.patch(path, MERGE, { data: { a: '1' } });
    const { resourceVersion } = created.metadata;
    expect((await server.patch(path, MERGE, { metadata: { resourceVersion }, data: { a: '2' } })).status).toBe(409);
    expect((await server.patch(path, MERGE, { metadata: { name: 'other' } })).status).toBe(400);
    expect((await server.patch(server.core('configmaps/none'), MERGE, {})).status).toBe(404);
  });

  test('a patch without changes keeps the resourceVersion', async () => {
    const server = currentServer();
    const created = await server.configMap('quiet', { data: { a: '1' } });
    const unchanged = await server.patch(server.core('configmaps/quiet'), MERGE, { data: { a: '1' } });
    expect(unchanged.body.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
  });

  test('forty concurrent patches are all applied', async () => {
    const server = currentServer();
    await server.configMap('busy', { data: { start: '0' } });
    const path = server.core('configmaps/busy');
    const names = Array.from({ length: 40 }, (_, index) => `k${index}`);
    // A real server aborts a patch with 409 after five conflicts with other writers, and clients retry.
    const write = async (name: string): Promise<void> => {
      const { status } = await server.patch(path, MERGE, { data: { [name]: '1' } });
      if (status === 409) return write(name);
      expect(status).toBe(200);
    };
    await Promise.all(names.map(write));
    expect(Object.keys((await server.get(path)).body['data'] as object).sort()).toEqual([...names, 'start'].sort());
  });

  test('server-side apply creates and merges; a field of another manager is a conflict unless forced', async () => {
    const server = currentServer();
    const path = server.core('configmaps/applied');
    const ownFields = await server.patch(`${path}?fieldManager=me`, APPLY, configMap('applied', { data: { a: '1' } }));
    expect(ownFields.status).toBe(201);
    const otherObject = configMap('applied', { data: { b: '2' } });
    expect((await server.patch(`${path}?fieldManager=they`, APPLY, otherObject)).body['data']).toEqual({
      a: '1',
      b: '2',
    });
    const conflicting = configMap('applied', { data: { a: '9', b: '2' } });
    const conflict = await server.patch(`${path}?fieldManager=they`, APPLY, conflicting);
    expect([conflict.status, conflict.body.reason]).toEqual([409, 'Conflict']);
    expect(conflict.body.message).toContain('conflict with "me"');
    const forcedApply = await server.patch(`${path}?fieldManager=they&force=true`, APPLY, conflicting);
    expect([forcedApply.status, forcedApply.body['data']]).toEqual([200, { a: '9', b: '2' }]);
    const removedField = await server.patch(
      `${path}?fieldManager=they`,
      APPLY,
      configMap('applied', { data: { b: '2' } }),
    );
    expect(removedField.body['data']).toEqual({ b: '2' });
    expect((await server.patch(path, APPLY, otherObject)).status).toBe(422); // without a fieldManager
  });

  test('a JSON patch has at most ten thousand operations, and copies at most three mebibytes', async () => {
    const server = currentServer();
    await server.configMap('large', { data: { a: 'x'.repeat(100) } });
    const path = server.core('configmaps/large');
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: 'x' }));
    const tooMany = await server.patch(path, JSON_PATCH, operations);
    expect([tooMany.status, tooMany.body.reason]).toEqual([413, 'RequestEntityTooLarge']);
    expect(tooMany.body.message).toContain('The allowed maximum operations in a JSON patch is 10000, got 10001');
    const doubling = Array.from({ length: 24 }, (_, index) => ({ op: 'copy', from: '/data', path: `/data/b${index}` }));
    const tooLarge = await server.patch(path, JSON_PATCH, doubling);
    expect([tooLarge.status, tooLarge.body.reason]).toEqual([422, 'Invalid']);
    expect(tooLarge.body.message).toContain('the server rejected our request due to an error in our request');
  });
}
