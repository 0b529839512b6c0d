/** Conformance of the registry to the distribution specification, in memory and on disk. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createRegistry, type Registry } from '../../src/registry/registry.js';

const sha = (bytes: string | Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';

const config = '{}';
const layer = 'a layer';
const absentDigest = sha('absent');
const descriptor = (bytes: string, mediaType: string): object => ({
  mediaType,
  digest: sha(bytes),
  size: bytes.length,
});
const image = (fields: object = {}): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(config, 'application/vnd.oci.image.config.v1+json'),
    layers: [descriptor(layer, 'application/vnd.oci.image.layer.v1.tar')],
    ...fields,
  });

const directories: string[] = [];
const directory = (): string => {
  const created = mkdtempSync(join(tmpdir(), 'registry-'));
  directories.push(created);
  return created;
};
afterAll(() => directories.forEach((created) => rmSync(created, { recursive: true, force: true })));

interface Call {
  readonly headers?: Record<string, string>;
  readonly body?: string | ReadableStream<Uint8Array>;
}

const requester =
  (registry: Registry) =>
  (line: string, { headers = {}, body }: Call = {}): Promise<Response> => {
    const [method = '', path = ''] = line.split(' ');
    return registry.handle(
      new Request(`http://anything${path}`, {
        method,
        headers: { ...(path.includes('/manifests/') && { 'content-type': MANIFEST }), ...headers },
        ...(body !== undefined && { body, duplex: 'half' as const }),
      }),
    );
  };

/** Returns a body whose connection breaks after the first chunk. */
function failingBody(chunk: string): ReadableStream<Uint8Array> {
  let isFirstPull = false;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (isFirstPull) controller.error(new Error('connection reset'));
      else controller.enqueue(Buffer.from(chunk));
      isFirstPull = true;
    },
  });
}

const errorOf = async (response: Response): Promise<string> => {
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  return `${response.status} ${errors[0]?.code}: ${errors[0]?.message}`;
};

describe.each([
  ['in memory', () => createRegistry()],
  ['on disk', () => createRegistry({ dir: directory() })],
])('a registry %s', (_where, create) => {
  let registry: Registry;
  let call: ReturnType<typeof requester>;

  beforeEach(() => {
    registry = create();
    call = requester(registry);
  });

  const push = async (repository: string, bytes: string): Promise<void> => {
    const response = await call(`POST /v2/${repository}/blobs/uploads/?digest=${sha(bytes)}`, { body: bytes });
    expect(response.status).toBe(201);
  };
  const pushImage = async (repository: string, tag: string, manifest = image()): Promise<string> => {
    await push(repository, config);
    await push(repository, layer);
    const response = await call(`PUT /v2/${repository}/manifests/${tag}`, {
      body: manifest,
      headers: { 'content-type': MANIFEST },
    });
    expect(response.status).toBe(201);
    return sha(manifest);
  };

  test('reports its API version', async () => {
    const response = await call('GET /v2/');
    expect([response.status, response.headers.get('docker-distribution-api-version')]).toEqual([200, 'registry/2.0']);
  });

  test('stores a blob with POST and PUT, and serves it whole, in part and by HEAD', async () => {
    const startResponse = await call('POST /v2/team/app/blobs/uploads/');
    const location = startResponse.headers.get('location') ?? '';
    expect([startResponse.status, location]).toEqual([
      202,
      expect.stringMatching(/^\/v2\/team\/app\/blobs\/uploads\/[\w-]+$/),
    ]);
    const response = await call(`PUT ${location}?digest=${sha(layer)}`, { body: layer });
    expect([response.status, response.headers.get('location'), response.headers.get('docker-content-digest')]).toEqual([
      201,
      `/v2/team/app/blobs/${sha(layer)}`,
      sha(layer),
    ]);

    const wholeBlob = await call(`GET /v2/team/app/blobs/${sha(layer)}`);
    expect([wholeBlob.status, wholeBlob.headers.get('content-length'), await wholeBlob.text()]).toEqual([
      200,
      '7',
      layer,
    ]);
    const head = await call(`HEAD /v2/team/app/blobs/${sha(layer)}`);
    expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, '7', null]);
    const part = await call(`GET /v2/team/app/blobs/${sha(layer)}`, { headers: { range: 'bytes=2-3' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-3/7', 'la']);
  });

  test('accepts a blob in chunks, reports progress, and rejects a chunk out of order', async () => {
    const location = (await call('POST /v2/app/blobs/uploads/')).headers.get('location') ?? '';
    const first = await call(`PATCH ${location}`, { body: 'a la', headers: { 'content-range': '0-3' } });
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-3']);
    const gap = await call(`PATCH ${location}`, { body: 'er', headers: { 'content-range': '5-6' } });
    expect([gap.headers.get('range'), await errorOf(gap)]).toEqual([
      '0-3',
      '416 RANGE_INVALID: the upload continues at byte 4',
    ]);
    const progress = await call(`GET ${location}`);
    expect([progress.status, progress.headers.get('range')]).toEqual([204, '0-3']);
    await call(`PATCH ${location}`, { body: 'ye', headers: { 'content-range': '4-5' } });
    const completion = await call(`PUT ${location}?digest=${sha(layer)}`, {
      body: 'r',
      headers: { 'content-range': '6-6' },
    });
    expect(completion.status).toBe(201);
    expect(await (await call(`GET /v2/app/blobs/${sha(layer)}`)).text()).toBe(layer);
  });

  test('keeps bytes that arrived before a connection failed, so that the client can resume', async () => {
    const location = (await call('POST /v2/app/blobs/uploads/')).headers.get('location') ?? '';
    expect((await call(`PATCH ${location}`, { body: failingBody('a la') })).status).toBe(500);
    expect((await call(`GET ${location}`)).headers.get('range')).toBe('0-3');
    expect((await call(`PUT ${location}?digest=${sha(layer)}`, { body: 'yer' })).status).toBe(201);
  });

  test('rejects content that does not match its digest, and stores none of it', async () => {
    const rejection = await call(`POST /v2/app/blobs/uploads/?digest=${absentDigest}`, { body: layer });
    expect(await errorOf(rejection)).toBe(
      `400 DIGEST_INVALID: the uploaded content has the digest ${sha(layer)}, not ${absentDigest}`,
    );
    expect((await call(`HEAD /v2/app/blobs/${absentDigest}`)).status).toBe(404);
    expect((await call(`HEAD /v2/app/blobs/${sha(layer)}`)).status).toBe(404);
  });

  test('mounts a blob from another repository, or starts an upload if that does not have it', async () => {
    await push('one', layer);
    expect((await call(`HEAD /v2/two/blobs/${sha(layer)}`)).status).toBe(404);
    expect((await call(`POST /v2/two/blobs/uploads/?mount=${sha(layer)}&from=one`)).status).toBe(201);
    expect((await call(`HEAD /v2/two/blobs/${sha(layer)}`)).status).toBe(200);
    expect((await call(`POST /v2/two/blobs/uploads/?mount=${absentDigest}&from=one`)).status).toBe(202);
    await call(`DELETE /v2/one/blobs/${sha(layer)}`);
    expect(await (await call(`GET /v2/two/blobs/${sha(layer)}`)).text()).toBe(layer);
  });

  test('stores a manifest by tag and serves the same bytes by tag and by digest', async () => {
    const digest = await pushImage('aiyijing/nginx', '7661907');
    for (const reference of ['7661907', digest]) {
      const response = await call(`GET /v2/aiyijing/nginx/manifests/${reference}`);
      expect([
        response.headers.get('content-type'),
        response.headers.get('docker-content-digest'),
        await response.text(),
      ]).toEqual([MANIFEST, digest, image()]);
    }
    expect(await registry.resolve('aiyijing/nginx', '7661907')).toEqual({ digest, mediaType: MANIFEST });
    expect(await registry.resolve('aiyijing/nginx', 'latest')).toBeUndefined();
    expect(await registry.repositories()).toEqual(['aiyijing/nginx']);
  });

  test.each([
    ['a Docker manifest', DOCKER, image({ mediaType: DOCKER })],
    ['an index', INDEX, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] })],
    [
      'a Docker list',
      'application/vnd.docker.distribution.manifest.list.v2+json',
      JSON.stringify({ schemaVersion: 2, manifests: [] }),
    ],
  ])('keeps the media type of %s', async (_what, type, manifest) => {
    await push('app', config);
    await push('app', layer);
    const response = await call('PUT /v2/app/manifests/latest', { body: manifest, headers: { 'content-type': type } });
    expect(response.status).toBe(201);
    expect((await call('HEAD /v2/app/manifests/latest')).headers.get('content-type')).toBe(type);
  });

  test.each<[string, string, Call, string]>([
    ['a manifest that is not JSON', 'PUT /v2/app/manifests/v1', { body: 'x' }, '400 MANIFEST_INVALID'],
    [
      'a manifest of schema 1',
      'PUT /v2/app/manifests/v1',
      { body: '{"schemaVersion":1}' },
      '400 MANIFEST_INVALID: schemaVersion must be 2',
    ],
    [
      'a manifest whose media type contradicts the header',
      'PUT /v2/app/manifests/v1',
      { body: image(), headers: { 'content-type': DOCKER } },
      `400 MANIFEST_INVALID: the mediaType of the manifest is ${MANIFEST}, but its Content-Type is ${DOCKER}`,
    ],
    [
      'a manifest whose layer was not pushed',
      'PUT /v2/app/manifests/v1',
      { body: image({ layers: [{ mediaType: 'x', digest: absentDigest, size: 1 }] }) },
      `404 MANIFEST_BLOB_UNKNOWN: push ${absentDigest} to app before the manifest that needs it`,
    ],
    [
      'a manifest under another digest',
      `PUT /v2/app/manifests/${absentDigest}`,
      { body: image() },
      `400 DIGEST_INVALID: the manifest has the digest ${sha(image())}, not ${absentDigest}`,
    ],
    [
      'a manifest beyond the size limit',
      'PUT /v2/app/manifests/v1',
      { body: 'x'.repeat(4 * 1024 * 1024 + 1) },
      '413 SIZE_INVALID',
    ],
    ['an unknown tag', 'GET /v2/app/manifests/v2', {}, '404 MANIFEST_UNKNOWN: app has no manifest v2'],
    ['an unknown repository', 'GET /v2/other/tags/list', {}, '404 NAME_UNKNOWN: nothing was pushed to other'],
    ['an unknown blob', `GET /v2/app/blobs/${absentDigest}`, {}, `404 BLOB_UNKNOWN: app has no blob ${absentDigest}`],
    [
      'a range beyond the blob',
      `GET /v2/app/blobs/${sha(layer)}`,
      { headers: { range: 'bytes=7-9' } },
      '416 RANGE_INVALID',
    ],
    [
      'an unknown upload',
      'PATCH /v2/app/blobs/uploads/1',
      {},
      '404 BLOB_UPLOAD_UNKNOWN: app has no upload 1; begin with POST',
    ],
    ['an upper-case name', 'GET /v2/App/tags/list', {}, '400 NAME_INVALID: "App" is not a valid repository name'],
    [
      'a repository name with ..',
      'GET /v2/a%2F..%2F..%2Fb/tags/list',
      {},
      '400 NAME_INVALID: "a/../../b" is not a valid repository name',
    ],
    [
      'a repository name that the registry uses itself',
      'GET /v2/app/_tags/tags/list',
      {},
      '400 NAME_INVALID: "app/_tags" is not a valid repository name',
    ],
    [
      'a tag with ..',
      'GET /v2/app/manifests/..%2Fx',
      {},
      '404 MANIFEST_UNKNOWN: "../x" is neither a tag nor a sha256 digest',
    ],
    [
      'a digest of an unsupported algorithm',
      'GET /v2/app/blobs/md5:00',
      {},
      '400 DIGEST_INVALID: "md5:00" is not sha256:<64 hex digits>',
    ],
    ['an unsupported method', `PUT /v2/app/blobs/${absentDigest}`, {}, '405 UNSUPPORTED: PUT is not supported'],
    [
      'a path outside the specification',
      'GET /v3/',
      {},
      '404 NAME_UNKNOWN: /v3/ is not an endpoint of a registry; see /v2/',
    ],
  ])('rejects %s', async (_what, line, request, expected) => {
    await pushImage('app', 'v1');
    expect(await errorOf(await call(line, request))).toContain(expected);
  });

  test('lists tags in order, in pages', async () => {
    for (const tag of ['b', 'c', 'a']) await pushImage('app', tag);
    const allTags = await call('GET /v2/app/tags/list');
    expect([await allTags.json(), allTags.headers.get('link')]).toEqual([{ name: 'app', tags: ['a', 'b', 'c'] }, null]);
    const firstPage = await call('GET /v2/app/tags/list?n=2');
    expect([await firstPage.json(), firstPage.headers.get('link')]).toEqual([
      { name: 'app', tags: ['a', 'b'] },
      '</v2/app/tags/list?n=2&last=b>; rel="next"',
    ]);
    const secondPage = await call('GET /v2/app/tags/list?n=2&last=b');
    expect([await secondPage.json(), secondPage.headers.get('link')]).toEqual([{ name: 'app', tags: ['c'] }, null]);
    expect(await (await call('GET /v2/app/tags/list?n=0')).json()).toEqual({ name: 'app', tags: [] });
  });

  test('lists the manifests that refer to a subject; none for a subject without referrers', async () => {
    const subject = await pushImage('app', 'v1');
    const signature = image({
      subject: { mediaType: MANIFEST, digest: subject, size: 1 },
      artifactType: 'text/signature',
      annotations: { by: 'us' },
    });
    const response = await call(`PUT /v2/app/manifests/${sha(signature)}`, { body: signature });
    expect(response.headers.get('oci-subject')).toBe(subject);

    const row = {
      mediaType: MANIFEST,
      digest: sha(signature),
      size: signature.length,
      artifactType: 'text/signature',
      annotations: { by: 'us' },
    };
    const referrers = await call(`GET /v2/app/referrers/${subject}`);
    expect([referrers.headers.get('content-type'), await referrers.json()]).toEqual([
      INDEX,
      { schemaVersion: 2, mediaType: INDEX, manifests: [row] },
    ]);
    const withoutMatch = await call(`GET /v2/app/referrers/${subject}?artifactType=other`);
    expect([withoutMatch.headers.get('oci-filters-applied'), await withoutMatch.json()]).toEqual([
      'artifactType',
      { schemaVersion: 2, mediaType: INDEX, manifests: [] },
    ]);
    expect(await (await call(`GET /v2/none/referrers/${absentDigest}`)).json()).toMatchObject({ manifests: [] });
  });

  test('deletes a tag alone, and a digest with its tags', async () => {
    const digest = await pushImage('app', 'v1');
    await pushImage('app', 'v2');
    await pushImage('app', 'v3');
    expect((await call('DELETE /v2/app/manifests/v1')).status).toBe(202);
    expect((await call(`HEAD /v2/app/manifests/${digest}`)).status).toBe(200);
    expect((await call(`DELETE /v2/app/manifests/${digest}`)).status).toBe(202);
    expect((await call('HEAD /v2/app/manifests/v2')).status).toBe(404);
    expect(await (await call('GET /v2/app/tags/list')).json()).toEqual({ name: 'app', tags: [] });
    expect((await call(`DELETE /v2/app/blobs/${sha(layer)}`)).status).toBe(202);
    expect((await call(`DELETE /v2/app/blobs/${sha(layer)}`)).status).toBe(404);
  });

  test('cancels an upload', async () => {
    const location = (await call('POST /v2/app/blobs/uploads/')).headers.get('location') ?? '';
    expect((await call(`DELETE ${location}`)).status).toBe(204);
    expect((await call(`GET ${location}`)).status).toBe(404);
  });

  test('accepts concurrent pushes of one blob', async () => {
    const pushes = Array.from({ length: 20 }, () => push('app', layer));
    await Promise.all(pushes);
    expect(await (await call(`GET /v2/app/blobs/${sha(layer)}`)).text()).toBe(layer);
  });
});

test('a registry on disk keeps its content after a restart, and drops unfinished uploads', async () => {
  const dir = directory();
  const firstProcess = requester(createRegistry({ dir }));
  await firstProcess(`POST /v2/app/blobs/uploads/?digest=${sha(config)}`, { body: config });
  await firstProcess(`POST /v2/app/blobs/uploads/?digest=${sha(layer)}`, { body: layer });
  await firstProcess('PUT /v2/app/manifests/v1', { body: image() });
  await firstProcess('PATCH ' + (await firstProcess('POST /v2/app/blobs/uploads/')).headers.get('location'), {
    body: 'half',
  });

  const registry = createRegistry({ dir });
  expect(await registry.resolve('app', 'v1')).toEqual({ digest: sha(image()), mediaType: MANIFEST });
  const blob = await requester(registry)(`GET /v2/app/blobs/${sha(layer)}`);
  expect(await blob.text()).toBe(layer);
  expect(readdirSync(dir).sort()).toEqual(['blobs', 'repositories']);
});

test('an upload in one request whose connection fails leaves no session', async () => {
  const call = requester(createRegistry({ limits: { sessions: 1 } }));
  const path = `/v2/app/blobs/uploads/?digest=${sha(layer)}`;
  expect((await call(`POST ${path}`, { body: failingBody('a la') })).status).toBe(500);
  expect((await call(`POST ${path}`, { body: layer })).status).toBe(201);
});

test('listens on loopback, and rejects if the port is in use', async () => {
  const server = await createRegistry().serve();
  const { username, password } = server.login;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const response = await fetch(`http://127.0.0.1:${server.port}/v2/`, { headers: { authorization } });
  expect([response.status, await response.json()]).toEqual([200, {}]);
  await expect(createRegistry().serve({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await server.close();
});
