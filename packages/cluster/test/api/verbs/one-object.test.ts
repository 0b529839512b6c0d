/** A user with permissions for one object can read only that object, regardless of the encoding of the URL. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '@pipewright/cluster';
import fc from 'fast-check';

const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/a';
const SECRETS = '/api/v1/namespaces/a/secrets';
const FORBIDDEN_TEXT = 'not-for-everyone';

let cluster: Cluster;
let sendPlain: NonNullable<Cluster['send']['plain']>;

const requestAsAdmin = async (method: string, url: string, body?: object): Promise<unknown> => {
  const { status, value } = await sendPlain({ method, url, headers: {}, ...(body && { body }) });
  if (status > 201) throw new Error(`${method} ${url}: ${status} ${JSON.stringify(value)}`);
  return value;
};

beforeAll(async () => {
  cluster = await startCluster({});
  sendPlain = cluster.send.plain!;
  for (const name of ['a', 'b']) await requestAsAdmin('POST', '/api/v1/namespaces', { metadata: { name } });
  for (const name of ['mine', 'other', 'mine2', 'mine.mine'])
    await requestAsAdmin('POST', SECRETS, {
      metadata: { name, labels: { x: 'y' } },
      stringData: { k: FORBIDDEN_TEXT },
    });
  await requestAsAdmin('PUT', `${SECRETS}/mine`, { metadata: { name: 'mine' }, stringData: { k: 'for-me' } });
  await requestAsAdmin('POST', '/api/v1/namespaces/b/secrets', {
    metadata: { name: 'mine' },
    stringData: { k: FORBIDDEN_TEXT },
  });
  const rules = [{ apiGroups: [''], resources: ['secrets', 'secrets/*'], resourceNames: ['mine'], verbs: ['*'] }];
  await requestAsAdmin('POST', `${RBAC}/roles`, { metadata: { name: 'mine' }, rules });
  const roleRef = { kind: 'Role', name: 'mine' };
  const subjects = [{ kind: 'User', name: 'reader' }];
  await requestAsAdmin('POST', `${RBAC}/rolebindings`, { metadata: { name: 'mine' }, roleRef, subjects });
});
afterAll(() => cluster.close());

const hexOf = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0');
const ENCODINGS: readonly ((letter: string) => string)[] = [
  (character) => `%${hexOf(character)}`,
  (character) => `%${hexOf(character).toUpperCase()}`,
  (character) => `%25${hexOf(character)}`,
  (character) => character.toUpperCase(),
];

/** A text with up to two characters encoded differently. */
const withEncodedCharacters = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat({ max: Math.max(0, text.length - 1) }), fc.constantFrom(0, 0, 0, 1, 1, 1, 2, 3)), {
      maxLength: 2,
    })
    .map((changes) =>
      [...text]
        .map((character, index) => {
          const change = changes.find(([position]) => position === index);
          return change ? ENCODINGS[change[1]]!(character) : character;
        })
        .join(''),
    );

/** A text that is encoded differently in one of ten cases. */
const rarelyEncoded = (text: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(text) }, { weight: 1, arbitrary: withEncodedCharacters(text) });

const slash = fc.oneof(
  { weight: 30, arbitrary: fc.constant('/') },
  { weight: 1, arbitrary: fc.constantFrom('//', '/./', '/x/../', '/%2e/', '%2F', '/%2e%2e/', '\\', '/;/') },
);
const segments = fc.oneof(
  fc.constantFrom(
    ['api', 'v1', 'namespaces', 'a', 'secrets', 'mine'],
    ['api', 'v1', 'namespaces', 'a', 'secrets'],
    ['api', 'v1', 'namespaces', 'a', 'secrets', 'other'],
    ['api', 'v1', 'namespaces', 'b', 'secrets', 'mine'],
    ['api', 'v1', 'namespaces', 'a', 'secrets', 'mine', 'status'],
    ['api', 'v1', 'namespaces', 'a', 'secrets', 'mine', '..', 'other'],
    ['api', 'v1', 'namespaces', 'a', 'namespaces', 'b', 'secrets', 'mine'],
    ['api', 'v1', 'namespaces', 'a', 'namespaces', 'b'],
    ['api', 'v1', 'secrets', 'mine'],
    ['api', 'v1', 'secrets'],
    ['api', 'v1', 'watch', 'namespaces', 'a', 'secrets', 'mine'],
    ['api', 'v1', 'watch', 'namespaces', 'a', 'secrets'],
    ['apis', '', 'v1', 'namespaces', 'a', 'secrets', 'mine'],
  ),
);
const path = segments.chain((pathSegments) =>
  fc
    .tuple(
      fc.tuple(
        ...pathSegments.map((segment, index) =>
          (index === pathSegments.length - 1 ? withEncodedCharacters : rarelyEncoded)(segment),
        ),
      ),
      fc.array(slash, { minLength: 9, maxLength: 9 }),
      fc.constantFrom('', '', '', '/', '//', '%2F', '/.', '?', '%00'),
    )
    .map(
      ([texts, slashes, suffix]) =>
        texts.map((text, index) => `${index === 0 ? '/' : slashes[index]}${text}`).join('') + suffix,
    ),
);
const term = fc.oneof(
  fc.constantFrom(
    'watch=true',
    'watch=1',
    'watch',
    'watch=TRUE',
    'watch=false',
    'watch=0',
    'limit=1',
    'resourceVersion=0',
  ),
  fc
    .constantFrom(
      'metadata.name=mine',
      'metadata.name==mine',
      'metadata.name!=mine',
      'metadata.name=other',
      'metadata.name=mine,metadata.name=other',
      'metadata.name=other,metadata.name=mine',
      'type=x\\,metadata.name=mine',
      'metadata.name=mine\\,other',
      ' metadata.name=mine',
      'metadata.name=mine ',
      'metadata.namespace=b,metadata.name=mine',
    )
    .map((selector) => `fieldSelector=${encodeURIComponent(selector)}`),
  fc.constantFrom('labelSelector=x', 'labelSelector=x%3Dy'),
);
const request = fc.record({
  method: fc.oneof(
    { weight: 6, arbitrary: fc.constant('GET') },
    { weight: 2, arbitrary: fc.constantFrom('DELETE', 'PATCH', 'PUT', 'POST', 'HEAD', 'OPTIONS', 'get') },
  ),
  path,
  query: fc.array(term, { maxLength: 3 }).map((terms) => (terms.length === 0 ? '' : `?${terms.join('&')}`)),
});

interface Secret {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
}

/** Returns the objects that the user must not read, by path and version. */
async function forbiddenObjects(): Promise<string[]> {
  const list = async (url: string) => ((await requestAsAdmin('GET', url)) as { items: Secret[] }).items;
  return [...(await list('/api/v1/secrets')), ...(await list('/api/v1/namespaces'))]
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}@${metadata.resourceVersion}`)
    .filter((text) => !text.startsWith('a/mine@'));
}

/** Returns a complete response. A watch is aborted after another secret has been created and deleted. */
async function responseTo(method: string, url: string): Promise<string> {
  const stop = new AbortController();
  const headers = { 'impersonate-user': 'reader', 'content-type': 'application/merge-patch+json' };
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: { metadata: { labels: { changed: 'yes' } } } };
  const { value, events, stream } = await sendPlain({ method, url, headers, ...body, signal: stop.signal });
  if (stream) return new Response(stream).text();
  if (!events) return JSON.stringify(value);
  await requestAsAdmin('POST', SECRETS, { metadata: { name: 'passing' }, stringData: { k: FORBIDDEN_TEXT } });
  await requestAsAdmin('DELETE', `${SECRETS}/passing`);
  stop.abort();
  let text = '';
  for await (const event of events) text += JSON.stringify(event);
  return text;
}

const inBase64 = Buffer.from(FORBIDDEN_TEXT).toString('base64');

test('no spelling of a request reads or changes an object that its user may not access', async () => {
  const objectsBefore = await forbiddenObjects();
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path: encodedPath, query }) => {
      const text = await responseTo(method, encodedPath.includes('?') ? encodedPath : encodedPath + query);
      expect(text).not.toContain(inBase64);
      expect(text).not.toMatch(/"name":"(other|mine2|mine\.mine|passing)","uid"/);
      expect(await forbiddenObjects()).toEqual(objectsBefore);
    }),
    { numRuns: 400 },
  );
});

/** Grants a user permissions in namespace `a`. */
async function grant(user: string, ...rules: object[]): Promise<void> {
  await requestAsAdmin('POST', `${RBAC}/roles`, { metadata: { name: user }, rules });
  const roleRef = { kind: 'Role', name: user };
  await requestAsAdmin('POST', `${RBAC}/rolebindings`, {
    metadata: { name: user },
    roleRef,
    subjects: [{ kind: 'User', name: user }],
  });
}

test('permissions in a namespace do not extend to other namespaces, however the path is prefixed', async () => {
  await grant('keeper', { apiGroups: [''], resources: ['namespaces', 'nodes'], verbs: ['*'] });
  const statuses: unknown[] = [];
  for (const [method, url] of [
    ['GET', '/api/v1/namespaces/a'],
    ['GET', '/api/v1/namespaces/a/namespaces/b'],
    ['DELETE', '/api/v1/namespaces/a/namespaces/b'],
    ['GET', '/api/v1/namespaces/a/namespaces'],
    ['GET', '/api/v1/namespaces/a/nodes'],
  ] as const)
    statuses.push((await sendPlain({ method, url, headers: { 'impersonate-user': 'keeper' } })).status);
  expect(statuses).toEqual([200, 404, 404, 404, 404]);
});

test('permissions for a subresource do not extend to its object', async () => {
  await grant('status-writer', { apiGroups: [''], resources: ['pods/status', 'pods/log'], verbs: ['*'] });
  const containers = [{ name: 'main', image: 'none' }];
  const pods = '/api/v1/namespaces/a/pods';
  const pod = { metadata: { name: 'one' }, spec: { containers } };
  await requestAsAdmin('POST', pods, pod);
  const statuses: unknown[] = [];
  for (const [method, path] of [
    ['GET', 'one/status'],
    ['DELETE', 'one/status'],
    ['POST', 'one/status'],
    ['DELETE', 'one/log'],
    ['GET', 'one/log/more'],
  ] as const) {
    const body = method === 'POST' ? { body: { ...pod, metadata: { name: 'two' } } } : {};
    const url = `${pods}/${path}`;
    statuses.push((await sendPlain({ method, url, headers: { 'impersonate-user': 'status-writer' }, ...body })).status);
  }
  expect(statuses).toEqual([200, 405, 405, 405, 404]);
  const { items } = (await requestAsAdmin('GET', pods)) as { items: Secret[] };
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['one']);
});
