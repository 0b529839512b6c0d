/** Creation, reading and replacement of objects. */

import { expect, test } from '@jest/globals';
import { configMap, fieldsOf, TABLE_MEDIA_TYPE, type Server } from './server.js';

export function describeObjects(currentServer: () => Server): void {
  test('a created object has a uid, a resourceVersion, a creation time and its namespace', async () => {
    const server = currentServer();
    const spec = configMap('echo', {
      data: { a: '1' },
      metadata: { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z' },
    });
    const { status, body } = await server.post(server.core('configmaps'), spec);
    expect(status).toBe(201);
    expect(body).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } });
    expect(body.metadata.namespace).toBe(server.namespace);
    expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(body.metadata.creationTimestamp).toMatch(/^20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect((await server.get(server.core('configmaps/echo'))).body).toEqual(body);
  });

  test('a second object of the same name is rejected', async () => {
    const server = currentServer();
    await server.configMap('twice');
    const { status, body } = await server.post(server.core('configmaps'), configMap('twice'));
    expect(status).toBe(409);
    expect(body).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: 'configmaps "twice" already exists',
      reason: 'AlreadyExists',
      details: { name: 'twice', kind: 'configmaps' },
      code: 409,
    });
  });

  test('a generated name is unique and has the requested prefix', async () => {
    const server = currentServer();
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-' } };
    const created = await Promise.all(Array.from({ length: 30 }, () => server.create(server.core('configmaps'), body)));
    expect(new Set(created.map(({ metadata }) => metadata.name)).size).toBe(30);
    for (const { metadata } of created) expect(metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  test.each([
    ['upper case', 'BAD'],
    ['an underscore', 'a_b'],
    ['254 characters', 'x'.repeat(254)],
    ['a leading dash', '-a'],
  ])('a name with %s is invalid', async (_, name) => {
    const server = currentServer();
    const response = await server.post(server.core('configmaps'), configMap(name));
    expect(response.status).toBe(422);
    expect(response.body).toMatchObject({ reason: 'Invalid', details: { name, kind: 'ConfigMap' } });
    expect(response.body.message).toMatch(/^ConfigMap ".*" is invalid: metadata\.name: Invalid value: /);
    expect(fieldsOf(response)).toEqual(['metadata.name']);
  });

  test('a name or a generateName is required', async () => {
    const server = currentServer();
    const response = await server.post(server.core('configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {},
    });
    expect([response.status, response.body.reason]).toEqual([422, 'Invalid']);
    expect(response.body.message).toContain('name or generateName is required');
  });

  test('a missing object is not found', async () => {
    const server = currentServer();
    const { status, body } = await server.get(server.core('configmaps/missing'));
    expect(status).toBe(404);
    expect(body).toMatchObject({
      reason: 'NotFound',
      message: 'configmaps "missing" not found',
      details: { name: 'missing', kind: 'configmaps' },
    });
    expect((await server.put(server.core('configmaps/missing'), configMap('missing'))).status).toBe(404);
    const missingNamespace = await server.post('/api/v1/namespaces/no-such-namespace/configmaps', configMap('a'));
    expect(missingNamespace.status).toBe(404);
    expect(missingNamespace.body.message).toBe('namespaces "no-such-namespace" not found');
    expect((await server.get('/apis/no.such.group/v1/things')).status).toBe(404);
    expect((await server.get(server.core('nosuchthings'))).status).toBe(404);
  });

  test.each<[string, object]>([
    ['another namespace', configMap('a', { metadata: { namespace: 'kube-system' } })],
    ['another kind', { ...configMap('a'), kind: 'Secret' }],
    ['another apiVersion', { ...configMap('a'), apiVersion: 'v2' }],
    ['a field of the wrong type', { ...configMap('a'), data: { a: 1 } }],
  ])('a body with %s than the URL is a bad request', async (_, body) => {
    const server = currentServer();
    const response = await server.post(server.core('configmaps'), body);
    expect([response.status, response.body.reason]).toEqual([400, 'BadRequest']);
  });

  test('a body that is not JSON is a bad request; YAML is accepted, other media types are unsupported', async () => {
    const server = currentServer();
    expect((await server.post(server.core('configmaps'), '{"kind":')).status).toBe(400);
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "1"\n';
    const created = await server.post(server.core('configmaps'), yaml, { 'content-type': 'application/yaml' });
    expect([created.status, created.body['data']]).toEqual([201, { a: '1' }]);
    const xml = await server.post(server.core('configmaps'), '<a/>', { 'content-type': 'application/xml' });
    expect([xml.status, xml.body.reason]).toEqual([415, 'UnsupportedMediaType']);
    const unacceptable = await server.get(server.core('configmaps'), { accept: 'application/xml' });
    expect([unacceptable.status, unacceptable.body.reason]).toEqual([406, 'NotAcceptable']);
  });

  test('a body of more than three megabytes is too large', async () => {
    const server = currentServer();
    const response = await server.post(
      server.core('configmaps'),
      configMap('big', { data: { a: 'x'.repeat(3_200_000) } }),
    );
    expect([response.status, response.body.reason]).toEqual([413, 'RequestEntityTooLarge']);
  });

  test('annotations are limited to 256 KiB', async () => {
    const server = currentServer();
    const body = configMap('noted', { metadata: { annotations: { a: 'x'.repeat(262_145) } } });
    const response = await server.post(server.core('configmaps'), body);
    expect([response.status, fieldsOf(response)]).toEqual([422, ['metadata.annotations']]);
  });

  test('a replacement based on a stale read is a conflict', async () => {
    const server = currentServer();
    const created = await server.configMap('stale');
    await server.put(server.core('configmaps/stale'), { ...created, data: { by: 'first' } });
    const conflict = await server.put(server.core('configmaps/stale'), { ...created, data: { by: 'second' } });
    expect(conflict.status).toBe(409);
    expect(conflict.body).toMatchObject({
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "stale": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: 'stale', kind: 'configmaps' },
    });
  });

  test('a replacement without a resourceVersion is unconditional; one with another uid or name is rejected', async () => {
    const server = currentServer();
    await server.configMap('replaced');
    const firstReplacement = await server.put(
      server.core('configmaps/replaced'),
      configMap('replaced', { data: { a: '1' } }),
    );
    expect([firstReplacement.status, firstReplacement.body['data']]).toEqual([200, { a: '1' }]);
    const uid = { metadata: { uid: '00000000-0000-0000-0000-000000000000' } };
    const otherUid = await server.put(server.core('configmaps/replaced'), configMap('replaced', uid));
    expect([otherUid.status, otherUid.body.reason]).toEqual([409, 'Conflict']);
    const renamed = await server.put(server.core('configmaps/replaced'), configMap('renamed'));
    expect([renamed.status, renamed.body.reason]).toEqual([400, 'BadRequest']);
  });

  test('a replacement without changes keeps the resourceVersion', async () => {
    const server = currentServer();
    const created = await server.configMap('same', { data: { a: '1' } });
    const unchanged = await server.put(server.core('configmaps/same'), created);
    expect(unchanged.body.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
  });

  test('a dry run has the response of the write, without effect', async () => {
    const server = currentServer();
    const labels = { metadata: { labels: { dry: 'run' } } };
    const created = await server.configMap('wet', labels);
    const query = `labelSelector=dry&resourceVersion=${created.metadata.resourceVersion}`;
    const watch = await server.watch(server.core('configmaps'), query);
    const dryRun = await server.post(`${server.core('configmaps')}?dryRun=All`, configMap('dry', labels));
    expect([dryRun.status, dryRun.body.metadata.name]).toEqual([201, 'dry']);
    expect(
      (await server.put(`${server.core('configmaps/wet')}?dryRun=All`, configMap('wet', { data: { a: '1' } }))).status,
    ).toBe(200);
    expect((await server.delete(`${server.core('configmaps/wet')}?dryRun=All`)).status).toBe(200);
    expect((await server.get(server.core('configmaps/dry'))).status).toBe(404);
    expect((await server.get(server.core('configmaps/wet'))).body).toEqual(created);
    await server.configMap('end', labels);
    expect((await watch.next()).object.metadata.name).toBe('end');
    await watch.close();
  });

  test('a table has columns and rows', async () => {
    const server = currentServer();
    await server.configMap('row', { data: { a: '1', b: '2' }, metadata: { labels: { table: 'yes' } } });
    const { body } = await server.get(`${server.core('configmaps')}?labelSelector=table%3Dyes`, {
      accept: TABLE_MEDIA_TYPE,
    });
    expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    const columns = body['columnDefinitions'] as { name: string }[];
    expect(columns.map(({ name }) => name)).toEqual(['Name', 'Data', 'Age']);
    const [row] = body['rows'] as { cells: unknown[]; object: object }[];
    expect(row!.cells.slice(0, 2)).toEqual(['row', 2]);
    expect(row!.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'row' } });
  });

  test('discovery lists the served resources', async () => {
    const server = currentServer();
    const core = await server.get('/api/v1');
    expect(core.body.kind).toBe('APIResourceList');
    const resources = core.body['resources'] as { name: string; namespaced: boolean; kind: string; verbs: string[] }[];
    expect(resources.find(({ name }) => name === 'pods')).toMatchObject({ kind: 'Pod', namespaced: true });
    expect(resources.find(({ name }) => name === 'pods')!.verbs).toEqual(
      expect.arrayContaining(['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']),
    );
    expect(resources.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['pods/log', 'pods/status', 'namespaces']),
    );
    const groups = (await server.get('/apis')).body['groups'] as { name: string }[];
    expect(groups.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['apps', 'apiextensions.k8s.io', 'coordination.k8s.io', 'rbac.authorization.k8s.io']),
    );
    expect((await server.get('/version')).body).toHaveProperty('gitVersion');
    for (const path of ['/healthz', '/livez', '/readyz']) expect((await server.get(path)).text).toBe('ok');
  });

  test('a body that is nested too deep, or that expands too much, is a bad request, without effect', async () => {
    const server = currentServer();
    const path = server.core('configmaps');
    const nested = '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000);
    const tooDeep = await server.post(
      path,
      `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"deep"},"more":${nested}}`,
    );
    expect([tooDeep.status, tooDeep.body.reason]).toEqual([400, 'BadRequest']);
    const names = [...'abcdefghi'];
    const lines = names.map(
      (name, index) =>
        `  ${name}: &${name} [${Array(9)
          .fill(index === 0 ? 'x' : `*${names[index - 1]}`)
          .join(', ')}]`,
    );
    const bomb = ['apiVersion: v1', 'kind: ConfigMap', 'metadata: {name: bomb}', 'data:', ...lines].join('\n');
    const aliasBomb = await server.post(path, bomb, { 'content-type': 'application/yaml' });
    expect([aliasBomb.status, aliasBomb.body.reason]).toEqual([400, 'BadRequest']);
    expect(aliasBomb.body.message).toContain('excessive aliasing');
    for (const name of ['deep', 'bomb']) expect((await server.get(`${path}/${name}`)).status).toBe(404);
  });
}
