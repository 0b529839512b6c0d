import { describe, expect, test } from '@jest/globals';
import { ApiError, CONFIG_MAPS, KubeClient, ConnectionError, PODS, isExpired, hasReason } from '../../src/index.js';
import type { Send } from '@pipewright/apimachinery';
import { FakeClock, settle } from '../support/fake-clock.js';
import { TinyApi } from '../support/tiny-api.js';

const key = { namespace: 'default', name: 'a' };

const respondingWith =
  (status: number, body: unknown, headers: Record<string, string> = {}): Send =>
  () =>
    Promise.resolve(Response.json(body, { status, headers }));

const statusBody = (code: number, reason: string, message: string, details?: object) => ({
  kind: 'Status',
  apiVersion: 'v1',
  code,
  reason,
  message,
  details,
});

/** Returns the error of a request that the server rejects. */
async function rejectionOf(request: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('verbs', () => {
  test('an object is created, read, replaced, patched and deleted as plain JSON, unknown fields included', async () => {
    const api = new TinyApi();
    const client = new KubeClient(api.send);
    const created = await client.create(
      CONFIG_MAPS,
      { namespace: 'default' },
      { metadata: { name: 'a' }, unknownField: 1 },
    );
    expect(created).toMatchObject({ unknownField: 1, metadata: { name: 'a', uid: 'uid-1' } });
    expect(await client.get(CONFIG_MAPS, key)).toEqual(created);
    const replaced = await client.replace(CONFIG_MAPS, { ...created, data: { b: '1' } } as typeof created);
    expect(replaced).toMatchObject({ unknownField: 1, data: { b: '1' } });
    expect(await client.patch(CONFIG_MAPS, key, { data: { b: '2' } }, { type: 'merge' })).toMatchObject({
      data: { b: '2' },
    });
    await client.delete(CONFIG_MAPS, key);
    expect(await client.get(CONFIG_MAPS, key)).toBeUndefined();
  });

  test('deleting an object that does not exist succeeds', async () => {
    await expect(new KubeClient(new TinyApi().send).delete(CONFIG_MAPS, key)).resolves.toBeUndefined();
  });

  test('deleting by uid does not delete a later object of the same name', async () => {
    const api = new TinyApi();
    api.put('a');
    api.fault = (request) =>
      request.method === 'DELETE'
        ? Response.json(statusBody(409, 'Conflict', 'the UID in the precondition differs'), { status: 409 })
        : undefined;
    const client = new KubeClient(api.send);
    await expect(client.delete(CONFIG_MAPS, key, { uid: 'uid-of-an-earlier-object' })).resolves.toBeUndefined();
    expect(JSON.parse(api.requests[0]!.body)).toMatchObject({ preconditions: { uid: 'uid-of-an-earlier-object' } });
    expect((await rejectionOf(client.delete(CONFIG_MAPS, key, { uid: 'uid-1' }))).reason).toBe('Conflict');
  });

  test.each([
    ['merge', 'application/merge-patch+json'],
    ['json', 'application/json-patch+json'],
    ['strategic', 'application/strategic-merge-patch+json'],
    ['apply', 'application/apply-patch+yaml'],
  ] as const)('a %s patch has the content type %s', async (type, contentType) => {
    let sent: Request | undefined;
    const client = new KubeClient((request) => {
      sent = request;
      return Promise.resolve(Response.json({}));
    });
    await client.patch(CONFIG_MAPS, key, [], {
      type,
      fieldManager: 'us',
      subresource: 'status',
      dryRun: true,
      force: true,
    });
    const url = new URL(sent!.url);
    expect(sent!.headers.get('content-type')).toBe(contentType);
    expect(url.pathname).toBe('/api/v1/namespaces/default/configmaps/a/status');
    expect(url.search).toBe(
      type === 'apply' ? '?dryRun=All&fieldManager=us&force=true' : '?dryRun=All&fieldManager=us',
    );
  });

  test('an apply patch requires a field manager', () => {
    const client = new KubeClient(new TinyApi().send);
    expect(() => client.patch(CONFIG_MAPS, key, {}, { type: 'apply' })).toThrow('an apply patch needs a fieldManager');
  });

  test('a list is read in pages, and its items get the kind that the server omits', async () => {
    const api = new TinyApi();
    for (let index = 0; index < 5; index++) api.put(`n${index}`);
    const list = await new KubeClient(api.send).list(CONFIG_MAPS, { namespace: 'default', pageSize: 2 });
    expect(list.items.map(({ kind, apiVersion, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
      'v1 ConfigMap n0',
      'v1 ConfigMap n1',
      'v1 ConfigMap n2',
      'v1 ConfigMap n3',
      'v1 ConfigMap n4',
    ]);
    expect(list.resourceVersion).toBe(api.version);
    expect(api.requests.map(({ url }) => url.search)).toEqual([
      '?limit=2',
      '?limit=2&continue=2',
      '?limit=2&continue=4',
    ]);
  });

  test('a list whose continue token has expired is repeated without pages', async () => {
    const api = new TinyApi();
    for (let index = 0; index < 3; index++) api.put(`n${index}`);
    api.fault = (request) =>
      request.url.includes('continue=')
        ? Response.json(statusBody(410, 'Expired', 'the continue token is too old'), { status: 410 })
        : undefined;
    const { items } = await new KubeClient(api.send).list(CONFIG_MAPS, { pageSize: 2 });
    expect(items).toHaveLength(3);
    expect(api.requests.map(({ url }) => url.search)).toEqual(['?limit=2', '?limit=2&continue=2', '']);
  });

  test('a log request has all options', async () => {
    let sentUrl = '';
    const client = new KubeClient((request) => {
      sentUrl = request.url;
      return Promise.resolve(new Response('one\n'));
    });
    const stream = await client.podLogs(key, {
      container: 'step-a',
      follow: true,
      tailLines: 0,
      sinceTime: '2026-01-01T00:00:00Z',
    });
    expect(await new Response(stream).text()).toBe('one\n');
    expect(sentUrl).toBe(
      'http://kubernetes/api/v1/namespaces/default/pods/a/log?container=step-a&follow=true&tailLines=0&sinceTime=2026-01-01T00%3A00%3A00Z',
    );
  });
});

describe('an error response', () => {
  test("becomes an ApiError with the server's message, reason and causes", async () => {
    const details = { name: 'a', kind: 'ConfigMap', causes: [{ field: 'data', reason: 'Invalid', message: 'bad' }] };
    const client = new KubeClient(respondingWith(422, statusBody(422, 'Invalid', 'ConfigMap "a" is invalid', details)));
    const error = await rejectionOf(
      client.create(CONFIG_MAPS, { namespace: 'default' }, { data: { token: 'hunter2' } }),
    );
    expect(error.message).toBe('ConfigMap "a" is invalid');
    expect([error.status, error.reason, error.details]).toEqual([422, 'Invalid', details]);
    expect(hasReason(error, 'Invalid')).toBe(true);
  });

  test.each<[string, Response, string, string]>([
    ['an HTML page of a proxy', new Response('<html>\n <b>Bad</b>', { status: 502 }), 'Unknown', ': <html> <b>Bad</b>'],
    ['an empty body', new Response(null, { status: 403 }), 'Forbidden', ''],
    ['text of any length', new Response('x'.repeat(500), { status: 500 }), 'InternalError', `: ${'x'.repeat(120)}…`],
    ['JSON other than a Status', Response.json({ a: 1 }, { status: 500 }), 'InternalError', ': {"a":1}'],
  ])('has a message with its code and first words when it is %s', async (_, response, reason, words) => {
    const error = await rejectionOf(new KubeClient(() => Promise.resolve(response)).list(PODS));
    expect(error.reason).toBe(reason);
    expect(error.message).toBe(`GET /api/v1/pods was answered with ${response.status}${words}`);
  });

  test('without a message gets one with its status code', async () => {
    const error = await rejectionOf(new KubeClient(respondingWith(409, statusBody(409, '', ''))).list(PODS));
    expect([error.reason, error.message]).toEqual(['Conflict', 'the server answered 409']);
  });

  test.each([
    ['an expired version', statusBody(410, 'Expired', ''), true],
    ['a version that is gone', statusBody(410, 'Gone', ''), true],
    ['a conflict', statusBody(409, 'Conflict', ''), false],
  ])('is recognized as expired or not: %s', async (_, body, expired) => {
    expect(isExpired(await rejectionOf(new KubeClient(respondingWith(body.code, body)).list(PODS)))).toBe(expired);
  });
});

describe('retries', () => {
  const busy = (after: string | undefined, status = 429): Response =>
    Response.json(statusBody(status, status === 429 ? 'TooManyRequests' : 'ServiceUnavailable', 'later'), {
      status,
      headers: after === undefined ? {} : { 'retry-after': after },
    });

  test.each<[string, () => Response, number]>([
    ['a 429, for the time in Retry-After', () => busy('7'), 7000],
    ['a 429 without Retry-After, for a second', () => busy(undefined), 1000],
    ['a 503, for the time in Retry-After', () => busy('2', 503), 2000],
    ['a long Retry-After, for at most 30 s', () => busy('3600'), 30_000],
  ])('wait after %s', async (_, respond, ms) => {
    const clock = new FakeClock();
    const api = new TinyApi();
    api.put('a');
    api.fault = () => (api.requests.length === 1 ? respond() : undefined);
    const result = new KubeClient(api.send, { clock }).get(CONFIG_MAPS, key);
    await settle();
    expect(clock.pending).toEqual([ms]);
    await clock.advance(ms);
    expect(await result).toMatchObject({ metadata: { name: 'a' } });
    expect(api.requests).toHaveLength(2);
  });

  test('end after five, with the last error', async () => {
    const clock = new FakeClock();
    const api = new TinyApi();
    api.fault = () => busy('1');
    const rejection = rejectionOf(new KubeClient(api.send, { clock }).get(CONFIG_MAPS, key));
    await clock.advance(60_000);
    expect(await rejection).toMatchObject({ status: 429, retryAfterSeconds: 1 });
    expect(api.requests).toHaveLength(6);
  });

  test.each([500, 503, 409, 403])('do not happen after %i without Retry-After', async (code) => {
    const api = new TinyApi();
    api.fault = () => Response.json(statusBody(code, '', 'no'), { status: code });
    await rejectionOf(new KubeClient(api.send).get(CONFIG_MAPS, key));
    expect(api.requests).toHaveLength(1);
  });

  test('end at the timeout of the request, even if the server never responds', async () => {
    const clock = new FakeClock();
    const client = new KubeClient(() => new Promise(() => undefined), { clock, timeoutMs: 5000 });
    const answer = client.get(CONFIG_MAPS, key);
    const rejection = expect(answer).rejects.toThrow(
      new ConnectionError('GET /api/v1/namespaces/default/configmaps/a got no answer within 5 s'),
    );
    await clock.advance(5000);
    await rejection;
  });

  test('end at once if the caller aborts, also between two attempts', async () => {
    const api = new TinyApi();
    api.fault = () => busy('20');
    const abort = new AbortController();
    const answer = new KubeClient(api.send, { clock: new FakeClock() }).get(CONFIG_MAPS, key, { signal: abort.signal });
    const rejection = expect(answer).rejects.toThrow('cancelled by the caller');
    await settle();
    abort.abort(new Error('cancelled by the caller'));
    await rejection;
    expect(api.requests).toHaveLength(1);
  });

  test('leave no listeners on a signal that several requests share', async () => {
    const api = new TinyApi();
    api.put('a');
    const signal = new AbortController().signal;
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    for (let index = 0; index < 20; index++) await new KubeClient(api.send).get(CONFIG_MAPS, key, { signal });
    expect(listeners).toBeLessThanOrEqual(0);
  });
});

describe('a watch', () => {
  test('yields changes and bookmarks, and ends without an error if the server or the reader ends it', async () => {
    const api = new TinyApi();
    const events = new KubeClient(api.send).watch(CONFIG_MAPS, { resourceVersion: api.version, bookmarks: true });
    const first = events.next();
    await settle();
    api.put('a');
    expect((await first).value).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
    api.bookmark();
    expect((await events.next()).value).toMatchObject({ type: 'BOOKMARK' });
    api.breakWatches('end');
    expect((await events.next()).done).toBe(true);
    expect(api.requests[0]!.url.search).toBe('?watch=true&resourceVersion=100&allowWatchBookmarks=true');
  });

  test('closes its connection if the loop is left', async () => {
    const api = new TinyApi();
    api.put('a');
    for await (const event of new KubeClient(api.send).watch(CONFIG_MAPS)) {
      expect(event.type).toBe('ADDED');
      break;
    }
    expect(api.watching).toBe(0);
  });

  test.each<[string, string, string]>([
    [
      'an ERROR event',
      '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}\n',
      'too old resource version',
    ],
    ['an ERROR event without a message', '{"type":"ERROR","object":null}\n', 'the watch failed without a reason'],
    ['an incomplete event', '{"type":"ADD\n', 'the watch ended in the middle of an event'],
    ['an event of unknown type', '{"type":"NEW"}\n', 'the watch sent an event of the unknown type "NEW"'],
  ])('throws for %s', async (_, line, message) => {
    const api = new TinyApi();
    const next = new KubeClient(api.send).watch(CONFIG_MAPS).next();
    const rejection = expect(next).rejects.toThrow(message);
    await settle();
    api.sendLine(line);
    await rejection;
    expect(api.watching).toBe(0);
  });

  test('throws the error with which the server rejects it', async () => {
    const api = new TinyApi();
    api.compact();
    const error = await rejectionOf(new KubeClient(api.send).watch(CONFIG_MAPS, { resourceVersion: '1' }).next());
    expect(isExpired(error)).toBe(true);
  });
});
