/** Limits on the depth and size of objects for each kind of write. A rejected write has no effect. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '@pipewright/cluster';

const THINGS_PATH = '/apis/limits.example.com/v1/namespaces/default/things';
const MAPS = '/api/v1/namespaces/default/configmaps';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

let cluster: Cluster;
const internalErrors: string[] = [];

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
  cluster = await startCluster({ crds: [definition], log: (line) => internalErrors.push(line) });
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

const nestedJson = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const nestedJsonLists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const thingJson = (name: string, spec: string): string =>
  `{"apiVersion":"limits.example.com/v1","kind":"Thing","metadata":{"name":"${name}"},"spec":${spec}}`;
const nestedObject = (depth: number): object => {
  let value: object = {};
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
};

/** Returns all objects and the current revision. */
async function state(): Promise<string> {
  return (await sendRequest('GET', THINGS_PATH)).text + (await sendRequest('GET', MAPS)).text;
}

describe('a value that is nested too deep', () => {
  const DEPTHS = [600, 5_000, 100_000];
  const requests: readonly [string, (depth: number) => Promise<{ status: number; message?: string | undefined }>][] = [
    ['as JSON', (depth) => sendRequest('POST', THINGS_PATH, thingJson('deep', nestedJson(depth)))],
    [
      'as JSON lists',
      (depth) => sendRequest('POST', THINGS_PATH, thingJson('deep', `{"a":${nestedJsonLists(depth)}}`)),
    ],
    ['in a replacement', (depth) => sendRequest('PUT', `${THINGS_PATH}/old`, thingJson('old', nestedJson(depth)))],
    [
      'in an unknown field',
      (depth) => sendRequest('POST', MAPS, `{"metadata":{"name":"deep"},"more":${nestedJson(depth)}}`),
    ],
    [
      'as YAML flow',
      (depth) =>
        sendRequest(
          'POST',
          THINGS_PATH,
          `x: y\n${thingJson('deep', nestedJson(Math.min(depth, 5_000)))}`,
          'application/yaml',
        ),
    ],
    [
      'as YAML lists',
      (depth) =>
        sendRequest(
          'POST',
          THINGS_PATH,
          `spec: {}\nmore:\n  ${'- '.repeat(Math.min(depth, 50_000))}a`,
          'application/yaml',
        ),
    ],
    [
      'as YAML keys',
      (depth) => sendRequest('POST', THINGS_PATH, `${'? '.repeat(Math.min(depth, 50_000))}a`, 'application/yaml'),
    ],
    [
      'as a YAML list that contains itself',
      () => sendRequest('POST', THINGS_PATH, 'metadata: {name: deep}\nspec: {a: &a [*a]}', 'application/yaml'),
    ],
    ['in a merge patch', (depth) => sendRequest('PATCH', `${THINGS_PATH}/old`, `{"spec":${nestedJson(depth)}}`, MERGE)],
    [
      'in a strategic patch',
      (depth) => sendRequest('PATCH', `${MAPS}/old`, `{"data":${nestedJson(depth)}}`, STRATEGIC),
    ],
    [
      'in a JSON patch',
      (depth) =>
        sendRequest(
          'PATCH',
          `${THINGS_PATH}/old`,
          `[{"op":"add","path":"/spec/x","value":${nestedJson(depth)}}]`,
          JSON_PATCH,
        ),
    ],
    [
      'in an applied object',
      (depth) => sendRequest('PATCH', `${THINGS_PATH}/new?fieldManager=me`, thingJson('new', nestedJson(depth)), APPLY),
    ],
    [
      'in an object applied to another',
      (depth) => sendRequest('PATCH', `${THINGS_PATH}/old?fieldManager=me`, thingJson('old', nestedJson(depth)), APPLY),
    ],
    ['in the options of a deletion', (depth) => sendRequest('DELETE', `${THINGS_PATH}/old`, nestedJson(depth))],
    [
      'in a review',
      (depth) => sendRequest('POST', '/apis/authentication.k8s.io/v1/tokenreviews', `{"spec":${nestedJson(depth)}}`),
    ],
    [
      'as plain data of this process',
      async (depth) => {
        const body = {
          apiVersion: 'limits.example.com/v1',
          kind: 'Thing',
          metadata: { name: 'deep' },
          spec: nestedObject(depth),
        };
        const { status, value } = await cluster.send.plain!({ method: 'POST', url: THINGS_PATH, headers: {}, body });
        return { status, message: (value as { message?: string }).message };
      },
    ],
  ];

  beforeAll(async () => {
    await sendRequest('POST', THINGS_PATH, thingJson('old', '{"x":{"y":{}}}'));
    await sendRequest('POST', MAPS, '{"metadata":{"name":"old"}}');
  });

  test.each(requests)('%s is rejected, without effect', async (_what, send) => {
    const stateBefore = await state();
    for (const depth of DEPTHS) {
      const { status, message } = await send(depth);
      expect([depth, status, message]).toEqual([depth, 400, expect.stringContaining('exceeded max depth')]);
    }
    expect(await state()).toBe(stateBefore);
    expect(internalErrors).toEqual([]);
  });

  test('is rejected, without effect, if a JSON patch produces it', async () => {
    const stateBefore = await state();
    const value = nestedJson(300);
    const path = '/a'.repeat(300);
    for (const operations of [
      `{"op":"add","path":"/spec/one","value":${value}},{"op":"add","path":"/spec/one${path}","value":${value}}`,
      `{"op":"add","path":"/spec/one","value":${value}},{"op":"copy","from":"/spec/one","path":"/spec/one${path}"}`,
      `{"op":"add","path":"/spec/one","value":${value}},{"op":"add","path":"/spec/two","value":${value}},{"op":"move","from":"/spec/two","path":"/spec/one${path}"}`,
      `{"op":"add","path":"/spec/x/y/z","value":{}},${Array.from({ length: 3000 }, () => '{"op":"move","from":"/spec","path":"/metadata/annotations"},{"op":"add","path":"/spec","value":{}},{"op":"move","from":"/metadata/annotations","path":"/spec/a"}').join(',')}`,
    ]) {
      const { status, message } = await sendRequest('PATCH', `${THINGS_PATH}/old`, `[${operations}]`, JSON_PATCH);
      expect([status, message]).toEqual([422, expect.stringContaining('exceeded max depth')]);
    }
    expect(await state()).toBe(stateBefore);
    expect(internalErrors).toEqual([]);
  });

  test('is accepted up to the limit: it is stored, listed, patched and deleted', async () => {
    const depth = 500;
    expect((await sendRequest('POST', THINGS_PATH, thingJson('fits', nestedJson(depth)))).status).toBe(201);
    expect((await sendRequest('PATCH', `${THINGS_PATH}/fits`, `{"spec":{"b":1}}`, MERGE)).status).toBe(200);
    expect(
      (await sendRequest('PATCH', `${THINGS_PATH}/fits`, `[{"op":"test","path":"/spec/b","value":1}]`, JSON_PATCH))
        .status,
    ).toBe(200);
    expect((await sendRequest('GET', THINGS_PATH)).text).toContain(nestedJson(depth - 1));
    expect((await sendRequest('DELETE', `${THINGS_PATH}/fits`)).status).toBe(200);
  });
});

describe('an object that is larger than etcd’s limit', () => {
  const MAX_BYTES = 1.5 * 1024 * 1024;
  const TOO_LARGE = { status: 500, code: 500, reason: undefined, message: 'etcdserver: request is too large' };
  const halfOfMaxBytes = 'x'.repeat(MAX_BYTES / 2);

  test('is rejected with etcd’s message, without effect', async () => {
    await sendRequest('POST', THINGS_PATH, thingJson('half', `{"a":"${halfOfMaxBytes}"}`));
    const stateBefore = await state();
    const stored = (await sendRequest('GET', `${THINGS_PATH}/half`)).text;
    for (const response of [
      await sendRequest('POST', THINGS_PATH, thingJson('large', `{"a":"${halfOfMaxBytes}","b":"${halfOfMaxBytes}"}`)),
      await sendRequest('POST', THINGS_PATH, thingJson('large', `{"a":"${'\\u0001'.repeat(MAX_BYTES / 6)}"}`)),
      await sendRequest('PUT', `${THINGS_PATH}/half`, stored.replace('"spec":{', `"spec":{"b":"${halfOfMaxBytes}",`)),
      await sendRequest('PATCH', `${THINGS_PATH}/half`, `{"spec":{"b":"${halfOfMaxBytes}"}}`, MERGE),
      await sendRequest(
        'PATCH',
        `${THINGS_PATH}/half`,
        `[{"op":"copy","from":"/spec/a","path":"/spec/b"}]`,
        JSON_PATCH,
      ),
      await sendRequest(
        'PATCH',
        `${THINGS_PATH}/half?fieldManager=me`,
        thingJson('half', `{"b":"${halfOfMaxBytes}"}`),
        APPLY,
      ),
      await sendRequest(
        'POST',
        `${THINGS_PATH}?dryRun=All`,
        thingJson('large', `{"a":"${halfOfMaxBytes}","b":"${halfOfMaxBytes}"}`),
      ),
    ]) {
      const { text: _text, ...status } = response;
      expect(status).toEqual(TOO_LARGE);
    }
    expect(await state()).toBe(stateBefore);
    expect(internalErrors).toEqual([]);
    const body = { metadata: { name: 'large' }, spec: { a: halfOfMaxBytes, b: halfOfMaxBytes } };
    const { status, value } = await cluster.send.plain!({ method: 'POST', url: THINGS_PATH, headers: {}, body });
    expect([status, value]).toEqual([
      500,
      { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: TOO_LARGE.message, code: 500 },
    ]);
  });

  test('is accepted up to the limit', async () => {
    expect(
      (await sendRequest('POST', THINGS_PATH, thingJson('fits', `{"a":"${'x'.repeat(MAX_BYTES - 1000)}"}`))).status,
    ).toBe(201);
    expect((await sendRequest('DELETE', `${THINGS_PATH}/fits`)).status).toBe(200);
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
