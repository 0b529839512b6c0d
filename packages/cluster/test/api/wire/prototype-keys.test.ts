/** Names of JavaScript's built-in properties in requests: they must be treated as data or rejected. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '@pipewright/cluster';

let cluster: Cluster;
const internalErrors: string[] = [];
const MAPS = '/api/v1/namespaces/default/configmaps';
const PROTOTYPE_KEYS = { constructor: '1', toString: '2', hasOwnProperty: '3', valueOf: '4' };

async function sendRequest(
  method: string,
  path: string,
  type?: string,
  body?: string,
): Promise<{ status: number; body: unknown }> {
  const headers = type === undefined ? {} : { 'content-type': type };
  const response = await cluster.send(
    new Request(`http://kubernetes${path}`, { method, headers, ...(body !== undefined && { body }) }),
  );
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const object = (fields: object): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', ...fields });

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => internalErrors.push(line) });
  await sendRequest('POST', MAPS, 'application/json', object({ metadata: { name: 'odd' }, data: PROTOTYPE_KEYS }));
});
afterAll(async () => {
  expect(internalErrors).toEqual([]);
  await cluster.close();
});

const JSON_TYPE = 'application/json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';
const PATCH = 'application/json-patch+json';
const YAML = 'application/yaml';

test.each<[string, string, string, string]>([
  ['POST', '', JSON_TYPE, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"p"},"data":{"__proto__":"x"}}'],
  ['POST', '', JSON_TYPE, '{"__proto__":{"data":{}},"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"p"}}'],
  [
    'POST',
    '',
    JSON_TYPE,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"p","\\u005f_proto__":{"labels":{}}}}',
  ],
  ['POST', '', YAML, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata: {__proto__: a}'],
  ['POST', '', YAML, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata: {<<: {__proto__: {polluted: a}}}'],
  ['PATCH', '/odd', MERGE, '{"__proto__":{"polluted":1}}'],
  ['PATCH', '/odd', MERGE, '{"data":{"__proto__":{"polluted":"1"}}}'],
  ['PATCH', '/odd', STRATEGIC, '{"metadata":{"__proto__":{"polluted":1}}}'],
  ['PATCH', '/odd', STRATEGIC, '{"metadata":{"$retainKeys":["__proto__"],"__proto__":{"polluted":1}}}'],
  ['PATCH', '/odd?fieldManager=m', APPLY, '{"apiVersion":"v1","kind":"ConfigMap","data":{"__proto__":"1"}}'],
  ['PATCH', '/odd?fieldManager=m', APPLY, 'apiVersion: v1\nkind: ConfigMap\n__proto__: {polluted: 1}'],
  ['PATCH', '/odd', PATCH, '[{"op":"add","path":"/__proto__/polluted","value":"1"}]'],
  ['PATCH', '/odd', PATCH, '[{"op":"copy","from":"/data","path":"/__proto__"}]'],
  ['PATCH', '/odd', PATCH, '[{"op":"add","path":"/data/x","value":{"__proto__":{"polluted":1}}}]'],
])('%s %s as %s is rejected: %s', async (method, path, type, body) => {
  const original = await sendRequest('GET', `${MAPS}/odd`);
  const response = await sendRequest(method, `${MAPS}${path}`, type, body);
  expect([response.status, response.body]).toEqual([
    400,
    expect.objectContaining({
      kind: 'Status',
      message: expect.stringContaining('a field may not be called "__proto__"'),
    }),
  ]);
  expect(await sendRequest('GET', `${MAPS}/odd`)).toEqual(original);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
});

test.each<[string, string, string]>([
  ['a merge patch', MERGE, JSON.stringify({ data: { constructor: 'm' } })],
  ['a strategic merge patch', STRATEGIC, JSON.stringify({ data: { constructor: 'm' } })],
  ['server-side apply', APPLY, object({ data: { constructor: 'm' } })],
  ['a JSON patch', PATCH, JSON.stringify([{ op: 'replace', path: '/data/constructor', value: 'm' }])],
])('%s changes a field called constructor like any other field', async (_, type, patch) => {
  const reset = JSON.stringify({ data: PROTOTYPE_KEYS });
  await sendRequest('PATCH', `${MAPS}/odd`, MERGE, reset);
  const { status, body } = await sendRequest(
    'PATCH',
    `${MAPS}/odd?fieldManager=m${type === APPLY ? '&force=true' : ''}`,
    type,
    patch,
  );
  expect([status, body]).toEqual([200, expect.objectContaining({ data: { ...PROTOTYPE_KEYS, constructor: 'm' } })]);
});

test('a JSON patch does not reach inherited properties of JavaScript objects', async () => {
  const patch = '[{"op":"add","path":"/constructor/prototype/polluted","value":1}]';
  expect((await sendRequest('PATCH', `${MAPS}/odd`, PATCH, patch)).status).toBe(422);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
});

test.each([
  [`${MAPS}?labelSelector=constructor`, 200],
  [`${MAPS}?labelSelector=__proto__`, 400],
  [`${MAPS}?fieldSelector=constructor%3Da`, 400],
  [`${MAPS}/__proto__`, 404],
  [`${MAPS}/constructor`, 404],
  [`${MAPS}/odd/constructor`, 404],
  ['/api/v1/namespaces/default/constructor', 404],
  ['/api/v1/namespaces/constructor/configmaps', 200],
  ['/apis/constructor/v1/things', 404],
  ['/apis/__proto__', 404],
  ['/openapi/v3/constructor', 404],
])('GET %s answers %d', async (path, status) => {
  expect((await sendRequest('GET', path)).status).toBe(status);
});
