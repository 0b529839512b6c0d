import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '@pipewright/cluster';

let cluster: Cluster;
let sendPlain: NonNullable<Cluster['send']['plain']>;

beforeAll(async () => {
  cluster = await startCluster({});
  if (!cluster.send.plain) throw new Error('the cluster answers no plain requests');
  sendPlain = cluster.send.plain;
});
afterAll(() => cluster.close());

const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } });
const headers = { accept: 'application/json', 'content-type': 'application/json' };
const create = (body: object) => sendPlain({ method: 'POST', url: MAPS, headers, body });

describe('a plain request', () => {
  test.each([
    ['an object', 'GET', '/api/v1/namespaces/default'],
    ['a list', 'GET', '/api/v1/namespaces'],
    ['a page of a list', 'GET', '/api/v1/namespaces?limit=1'],
    ['a table', 'GET', '/api/v1/namespaces'],
    ['discovery', 'GET', '/apis/apps/v1'],
    ['the version', 'GET', '/version'],
    ['a missing object', 'GET', '/api/v1/namespaces/nowhere'],
    ['a resource that is not served', 'GET', '/apis/example.com/v1/things'],
    ['a method that is not allowed', 'POST', '/api/v1/namespaces/default'],
    ['an invalid selector', 'GET', '/api/v1/namespaces?labelSelector=%21%21'],
  ])('for %s gets the response of a web request', async (_what, method, url) => {
    const accept = _what === 'a table' ? 'application/json;as=Table;v=v1;g=meta.k8s.io' : 'application/json';
    const web = await cluster.send(new Request(`http://kubernetes${url}`, { method, headers: { accept } }));
    const plainResponse = await sendPlain({ method, url, headers: { accept } });
    expect(plainResponse.status).toBe(web.status);
    expect(plainResponse.headers['content-type']).toBe(web.headers.get('content-type'));
    expect(plainResponse.value).toEqual(await web.json());
  });

  test('does not keep the body of the caller', async () => {
    const body = map('kept');
    await create(body);
    Object.assign(body, { data: { a: 'changed' } });
    const { value } = await sendPlain({ method: 'GET', url: `${MAPS}/kept`, headers });
    expect(value).toMatchObject({ data: { a: 'b' } });
  });

  test('is read like its JSON: values that JSON cannot represent are dropped', async () => {
    const { value } = await create({ ...map('undefined'), immutable: undefined });
    expect(Object.keys(value as object)).not.toContain('immutable');
  });

  test.each([
    [
      '__proto__ as a field',
      JSON.parse('{"metadata":{"name":"x","labels":{"__proto__":"x"}}}') as object,
      400,
      'a field may not be called "__proto__"',
    ],
    [
      'a body that is too large',
      { metadata: { name: 'x' }, data: { a: 'x'.repeat(3 * 1024 * 1024) } },
      413,
      'Request entity too large: limit is 3145728',
    ],
  ])('with %s is rejected', async (_what, body, status, message) => {
    expect(await create(body)).toMatchObject({ status, value: { kind: 'Status', message } });
  });

  test('returns the stored object, which is frozen', async () => {
    await create(map('shared'));
    const { value } = await sendPlain({ method: 'GET', url: `${MAPS}/shared`, headers });
    expect(() => Object.assign((value as { data: object }).data, { a: 'changed' })).toThrow('read only property');
  });
});

describe('a plain watch', () => {
  const watch = async (signal: AbortSignal, query = '') => {
    const { events } = await sendPlain({ method: 'GET', url: `${MAPS}?watch=true${query}`, headers, signal });
    if (!events) throw new Error('no events');
    return events[Symbol.asyncIterator]();
  };

  test('receives changes, and ends with its signal', async () => {
    const stop = new AbortController();
    const { value } = await sendPlain({ method: 'GET', url: MAPS, headers });
    const { resourceVersion } = (value as { metadata: { resourceVersion: string } }).metadata;
    const events = await watch(stop.signal, `&resourceVersion=${resourceVersion}`);
    await create(map('seen'));
    expect((await events.next()).value).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'seen' } } });
    const nextEvent = events.next();
    stop.abort();
    expect(await nextEvent).toMatchObject({ done: true });
  });

  test('is rejected if its revision is too old', async () => {
    const url = `${MAPS}?watch=true&resourceVersion=99999999`;
    expect(await sendPlain({ method: 'GET', url, headers })).toMatchObject({
      status: 504,
      value: { reason: 'Timeout' },
    });
  });

  test('is ended if it is not read', async () => {
    const events = await watch(new AbortController().signal);
    await events.next();
    for (let n = 0; n < 4200; n += 1) {
      const body = { data: { n: String(n) } };
      const url = `${MAPS}/seen`;
      await sendPlain({
        method: 'PATCH',
        url,
        headers: { ...headers, 'content-type': 'application/merge-patch+json' },
        body,
      });
    }
    const readAll = async (): Promise<void> => {
      while (!(await events.next()).done);
    };
    await expect(readAll()).rejects.toThrow('the watch was ended because its client does not read');
  });
});
