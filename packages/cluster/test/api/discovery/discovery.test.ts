/** Non-resource paths of the API server: OpenAPI, metrics, health. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '@pipewright/cluster';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({});
});
afterAll(() => cluster.close());

const get = async (path: string): Promise<{ readonly type: string | null; readonly text: string }> => {
  const response = await cluster.send(new Request(`http://kubernetes${path}`));
  return { type: response.headers.get('content-type'), text: await response.text() };
};

test('OpenAPI v2 is served in JSON, and every reference in it resolves', async () => {
  const { type, text } = await get('/openapi/v2');
  expect(type).toBe('application/json');
  const document = JSON.parse(text) as { swagger: string; paths: object; definitions: object };
  expect(document.swagger).toBe('2.0');
  expect(document.paths).toHaveProperty(['/api/v1/namespaces/{namespace}/pods/{name}', 'patch']);
  const names = [...text.matchAll(/"#\/definitions\/([^"]+)"/g)].map(([, name]) => name ?? '');
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name) => !Object.hasOwn(document.definitions, name))).toEqual([]);
  expect(text).not.toContain('"x-or"');
});

test('metrics count requests by verb, resource and status, and stored objects', async () => {
  await get('/api/v1/namespaces/default/pods/none');
  await get('/api/v1/made-up-1/x');
  await get('/api/v1/made-up-2/x');
  const { type, text } = await get('/metrics');
  expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = text.split('\n');
  const labels = 'group="",resource="pods",scope="resource",subresource="",verb="GET",version="v1"';
  const sorted = (line: string): string => /\{(.*)\}/.exec(line)?.[1]?.split(',').sort().join(',') ?? '';
  expect(lines.map(sorted)).toContain(`code="404",component="apiserver",${labels}`);
  expect(lines).toContain('apiserver_storage_objects{resource="namespaces"} 4');
  expect(text).not.toContain('made-up');
  expect(text).toMatch(/^kubernetes_build_info\{git_version="v1\./m);
});

test('verbose health lists its checks', async () => {
  expect((await get('/livez')).text).toBe('ok');
  expect((await get('/readyz?verbose')).text).toBe('[+]ping ok\n[+]etcd ok\nreadyz check passed\n');
});

test('the root lists every group and version', async () => {
  const { paths } = JSON.parse((await get('/')).text) as { paths: string[] };
  expect(paths).toEqual(expect.arrayContaining(['/api/v1', '/apis/apps/v1', '/metrics', '/openapi/v2', '/version']));
});

test('the error for a connection that is not served names the alternative', async () => {
  const pods = '/api/v1/namespaces/default/pods';
  const body = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  await cluster.send(new Request(`http://kubernetes${pods}`, { method: 'POST', body: JSON.stringify(body) }));
  expect(JSON.parse((await get(`${pods}/p/exec?command=date`)).text)).toMatchObject({
    code: 501,
    reason: 'NotImplemented',
    message:
      'the embedded cluster does not serve pods/exec: kubectl exec and kubectl cp need it; kubectl logs shows what a container wrote',
  });
  expect(JSON.parse((await get(`${pods}/none/exec`)).text)).toMatchObject({
    code: 404,
    message: 'pods "none" not found',
  });
});
