/** Limits on the depth and size of objects for each kind of write. A rejected write has no effect. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '@pipewright/cluster';

const THINGS = '/apis/limits.example.com/v1/namespaces/default/things';
const MAPS = '/api/v1/namespaces/default/configmaps';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

let cluster: Cluster;
const bugs: string[] = [];

const openAPIV3Schema = {
  type: 'object',
  properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
};
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.limits.example.com' },
  spec: {
    group: 'limits.example.com',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
  },
};

beforeAll(async () => {
  cluster = await startCluster({ crds: [definition], log: (line) => bugs.push(line) });
});
afterAll(() => cluster.close());

/** Sends a request with a text body, which can be nested more deeply than JSON.stringify allows. */
async function sendRequest(method: string, path: string, body?: string, type = 'application/json') {
  const init = body === undefined ? { method } : { method, body, headers: { 'content-type': type } };
  const response = await cluster.send(new Request(`http://kubernetes${path}`, init));
  const text = await response.text();
  const { code, reason, message } = JSON.parse(text) as { code?: number; reason?: string; message?: string };
  return { status: response.status, code, reason, message, text };
}

const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const thing = (name: string, spec: string): string =>
  `{"apiVersion":"limits.example.com/v1","kind":"Thing","metadata":{"name":"${name}"},"spec":${spec}}`;
const plainly = (depth: number): object => {
  let value: object = {};
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
};

/** Returns all objects and the current revision. */
async function state(): Promise<string> {
  return (await sendRequest('GET', THINGS)).text + (await sendRequest('GET', MAPS)).text;
}

describe('a value that is nested too deep', () => {
  const DEEP = [600, 5_000, 100_000];
  const ways: readonly [string, (depth: number) => Promise<{ status: number; message?: string | undefined }>][] = [
    ['as JSON', (depth) => sendRequest('POST', THINGS, thing('deep', nested(depth)))],
    ['as JSON lists', (depth) => sendRequest('POST', THINGS, thing('deep', `{"a":${lists(depth)}}`))],
    ['in a replacement', (depth) => sendRequest('PUT', `${THINGS}/old`, thing('old', nested(depth)))],
    [
      'in an unknown field',
      (depth) => sendRequest('POST', MAPS, `{"metadata":{"name":"deep"},"more":${nested(depth)}}`),
    ],
    [
      'as YAML flow',
      (depth) =>
        sendRequest('POST', THINGS, `x: y\n${thing('deep', nested(Math.min(depth, 5_000)))}`, 'application/yaml'),
    ],
    [
      'as YAML lists',
      (depth) =>
        sendRequest('POST', THINGS, `spec: {}\nmore:\n  ${'- '.repeat(Math.min(depth, 50_000))}a`, 'application/yaml'),
    ],
    [
      'as YAML keys',
      (depth) => sendRequest('POST', THINGS, `${'? '.repeat(Math.min(depth, 50_000))}a`, 'application/yaml'),
    ],
    [
      'as a YAML list that contains itself',
      () => sendRequest('POST', THINGS, 'metadata: {name: deep}\nspec: {a: &a [*a]}', 'application/yaml'),
    ],
    ['in a merge patch', (depth) => sendRequest('PATCH', `${THINGS}/old`, `{"spec":${nested(depth)}}`, MERGE)],
    ['in a strategic patch', (depth) => sendRequest('PATCH', `${MAPS}/old`, `{"data":${nested(depth)}}`, STRATEGIC)],
    [
      'in a JSON patch',
      (depth) =>
        sendRequest('PATCH', `${THINGS}/old`, `[{"op":"add","path":"/spec/x","value":${nested(depth)}}]`, JSON_PATCH),
    ],
    [
      'in an applied object',
      (depth) => sendRequest('PATCH', `${THINGS}/new?fieldManager=me`, thing('new', nested(depth)), APPLY),
    ],
    [
      'in an object applied to another',
      (depth) => sendRequest('PATCH', `${THINGS}/old?fieldManager=me`, thing('old', nested(depth)), APPLY),
    ],
    ['in the options of a deletion', (depth) => sendRequest('DELETE', `${THINGS}/old`, nested(depth))],
    [
      'in a review',
      (depth) => sendRequest('POST', '/apis/authentication.k8s.io/v1/tokenreviews', `{"spec":${nested(depth)}}`),
    ],
    [
      'as plain data of this process',
      async (depth) => {
        const body = {
          apiVersion: 'limits.example.com/v1',
          kind: 'Thing',
          metadata: { name: 'deep' },
          spec: plainly(depth),
        };
        const { status, value } = await cluster.send.plain!({ method: 'POST', url: THINGS, headers: {}, body });
        return { status, message: (value as { message?: string }).message };
      },
    ],
  ];

  beforeAll(async () => {
    await sendRequest('POST', THINGS, thing('old', '{"x":{"y":{}}}'));
    await sendRequest('POST', MAPS, '{"metadata":{"name":"old"}}');
  });

  test.each(ways)('%s is rejected, without effect', async (_way, send) => {
    const before = await state();
    for (const depth of DEEP) {
      const { status, message } = await send(depth);
      expect([depth, status, message]).toEqual([depth, 400, expect.stringContaining('exceeded max depth')]);
    }
    expect(await state()).toBe(before);
    expect(bugs).toEqual([]);
  });

  test('is rejected, without effect, if a JSON patch produces it', async () => {
    const before = await state();
    const value = nested(300);
    const path = '/a'.repeat(300);
    for (const operations of [
      `{"op":"add","path":"/spec/one","value":${value}},{"op":"add","path":"/spec/one${path}","value":${value}}`,
      `{"op":"add","path":"/spec/one","value":${value}},{"op":"copy","from":"/spec/one","path":"/spec/one${path}"}`,
      `{"op":"add","path":"/spec/one","value":${value}},{"op":"add","path":"/spec/two","value":${value}},{"op":"move","from":"/spec/two","path":"/spec/one${path}"}`,
      `{"op":"add","path":"/spec/x/y/z","value":{}},${Array.from({ length: 3000 }, () => '{"op":"move","from":"/spec","path":"/metadata/annotations"},{"op":"add","path":"/spec","value":{}},{"op":"move","from":"/metadata/annotations","path":"/spec/a"}').join(',')}`,
    ]) {
      const { status, message } = await sendRequest('PATCH', `${THINGS}/old`, `[${operations}]`, JSON_PATCH);
      expect([status, message]).toEqual([422, expect.stringContaining('exceeded max depth')]);
    }
    expect(await state()).toBe(before);
    expect(bugs).toEqual([]);
  });

  test('is accepted up to the limit: it is stored, listed, patched and deleted', async () => {
    const depth = 500;
    expect((await sendRequest('POST', THINGS, thing('fits', nested(depth)))).status).toBe(201);
    expect((await sendRequest('PATCH', `${THINGS}/fits`, `{"spec":{"b":1}}`, MERGE)).status).toBe(200);
    expect(
      (await sendRequest('PATCH', `${THINGS}/fits`, `[{"op":"test","path":"/spec/b","value":1}]`, JSON_PATCH)).status,
    ).toBe(200);
    expect((await sendRequest('GET', THINGS)).text).toContain(nested(depth - 1));
    expect((await sendRequest('DELETE', `${THINGS}/fits`)).status).toBe(200);
  });
});

describe('an object that is larger than etcd’s limit', () => {
  const MOST = 1.5 * 1024 * 1024;
  const TOO_LARGE = { status: 500, code: 500, reason: undefined, message: 'etcdserver: request is too large' };
  const half = 'x'.repeat(MOST / 2);

  test('is rejected with etcd’s message, without effect', async () => {
    await sendRequest('POST', THINGS, thing('half', `{"a":"${half}"}`));
    const before = await state();
    const stored = (await sendRequest('GET', `${THINGS}/half`)).text;
    for (const response of [
      await sendRequest('POST', THINGS, thing('large', `{"a":"${half}","b":"${half}"}`)),
      await sendRequest('POST', THINGS, thing('large', `{"a":"${'\\u0001'.repeat(MOST / 6)}"}`)),
      await sendRequest('PUT', `${THINGS}/half`, stored.replace('"spec":{', `"spec":{"b":"${half}",`)),
      await sendRequest('PATCH', `${THINGS}/half`, `{"spec":{"b":"${half}"}}`, MERGE),
      await sendRequest('PATCH', `${THINGS}/half`, `[{"op":"copy","from":"/spec/a","path":"/spec/b"}]`, JSON_PATCH),
      await sendRequest('PATCH', `${THINGS}/half?fieldManager=me`, thing('half', `{"b":"${half}"}`), APPLY),
      await sendRequest('POST', `${THINGS}?dryRun=All`, thing('large', `{"a":"${half}","b":"${half}"}`)),
    ]) {
      const { text: _text, ...status } = response;
      expect(status).toEqual(TOO_LARGE);
    }
    expect(await state()).toBe(before);
    expect(bugs).toEqual([]);
    const body = { metadata: { name: 'large' }, spec: { a: half, b: half } };
    const { status, value } = await cluster.send.plain!({ method: 'POST', url: THINGS, headers: {}, body });
    expect([status, value]).toEqual([
      500,
      { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: TOO_LARGE.message, code: 500 },
    ]);
  });

  test('is accepted up to the limit', async () => {
    expect((await sendRequest('POST', THINGS, thing('fits', `{"a":"${'x'.repeat(MOST - 1000)}"}`))).status).toBe(201);
    expect((await sendRequest('DELETE', `${THINGS}/fits`)).status).toBe(200);
  });

  test.each([
    ['ConfigMap', MAPS, 'data', '[]'],
    ['Secret', '/api/v1/namespaces/default/secrets', 'stringData', 'data'],
  ])('a %s holds at most a mebibyte of data', async (kind, path, field, message) => {
    const body = (length: number) => `{"metadata":{"name":"mebibyte"},"${field}":{"a":"${'x'.repeat(length)}"}}`;
    const rejection = await sendRequest('POST', path, body(1024 * 1024 + 1));
    expect([rejection.status, rejection.message]).toEqual([
      422,
      `${kind} "mebibyte" is invalid: ${message}: Too long: may not be more than 1048576 bytes`,
    ]);
    expect((await sendRequest('POST', `${path}?dryRun=All`, body(1024 * 1024))).status).toBe(201);
  });
});
