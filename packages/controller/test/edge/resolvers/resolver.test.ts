/** Resolvers, each with a real server: HTTP on loopback, the embedded API server, and the embedded registry. */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createRegistry, startCluster, type Cluster, type ServedRegistry } from '@pipewright/cluster';
import { KubeClient, NAMESPACES, resource } from '@pipewright/kube';
import { systemClock, type Clock } from '@pipewright/apimachinery';
import { crds } from '@pipewright/tekton';
import { Resolver, type ResolverDeps } from '../../../src/edge/resolvers/resolver.js';
import type { Resolution } from '../../../src/resolvers/resolution.js';
import { plainTarOf } from '../../support/tar.js';

const MANIFEST = 'apiVersion: tekton.dev/v1\nkind: Task\nmetadata: { name: greet }\n';
const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

type Respond = (request: IncomingMessage) => {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

let cluster: Cluster;
let client: KubeClient;
let web: Server;
let base = '';
let respond: Respond = () => ({});
let requests: string[] = [];

beforeAll(async () => {
  cluster = await startCluster({ crds: crds() });
  client = new KubeClient(cluster.send);
  await client.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  web = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const { status = 200, headers = {}, body = '' } = respond(request);
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(web, 'listening');
  base = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`;
});
afterEach(() => {
  requests = [];
});
afterAll(async () => {
  web.closeAllConnections();
  web.close();
  await cluster.close();
});

const newResolver = (deps: Partial<ResolverDeps> = {}): Resolver =>
  new Resolver({ client, clock: systemClock, fetch, ...deps });

const resolve = (
  resolver: string,
  params: Readonly<Record<string, string>>,
  instance = newResolver(),
): Promise<Resolution> => {
  const list = Object.entries(params).map(([name, value]) => ({ name, value }));
  return instance.resolve({ resolver, params: list, namespace: 'ns', run: 'run' });
};

/** Returns the end of the message, which follows the name of the request. */
const reasonOf = (resolution: Resolution): string =>
  resolution.kind === 'failed'
    ? `${resolution.reason}: ${resolution.message.replace(/^.*?ns\/[a-z]+-[0-9a-f]{32}": /, '')}`
    : 'resolved';

describe('the http resolver', () => {
  test('returns the manifest with its URL and digest', async () => {
    respond = () => ({ body: MANIFEST });
    expect(await resolve('http', { url: `${base}/greet.yaml` })).toEqual({
      kind: 'resolved',
      manifest: MANIFEST,
      refSource: { uri: `${base}/greet.yaml`, digest: { sha256: sha256(MANIFEST) } },
    });
  });

  test('reports what Tekton reports for a missing file', async () => {
    respond = () => ({ status: 404 });
    expect(await resolve('http', { url: `${base}/none.yaml` })).toEqual({
      kind: 'failed',
      reason: 'NotFetched',
      message: expect.stringMatching(
        /^error requesting remote resource: error getting "Http" "ns\/http-[0-9a-f]{32}": requested URL '.*\/none\.yaml' is not found$/,
      ),
    });
  });

  test.each<[string, Respond, (url: string) => string]>([
    [
      'a redirect to another host',
      () => ({ status: 302, headers: { location: 'http://169.254.169.254/latest' } }),
      (url) =>
        `NotFetched: the requested URL '${url}' redirects to another host (http://169.254.169.254); if you trust it, refer to it directly`,
    ],
    [
      'endless redirects',
      () => ({ status: 302, headers: { location: '/again' } }),
      (url) => `NotFetched: the requested URL '${url}' redirects more than 5 times`,
    ],
    [
      'a larger file than the API server accepts',
      () => ({ body: 'x'.repeat(1_600_000) }),
      (url) =>
        `NotFetched: the response of '${url}' is larger than 1572864 bytes, the limit of an object of the API server`,
    ],
    [
      'a file that requires credentials',
      () => ({ status: 401 }),
      (url) =>
        `NotFetched: requested URL '${url}' requires valid credentials (HTTP status 401); set http-username and http-password-secret`,
    ],
    [
      'a failing server',
      () => ({ status: 500 }),
      (url) => `NotFetched: requested URL '${url}' failed with HTTP status 500`,
    ],
  ])('rejects %s', async (_what, response, expected) => {
    respond = response;
    expect(reasonOf(await resolve('http', { url: `${base}/a` }))).toBe(expected(`${base}/a`));
  });

  test('rejects content with another digest', async () => {
    respond = () => ({ body: MANIFEST });
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(reasonOf(await resolve('http', { url: `${base}/a`, digest }))).toBe(
      `NotFetched: the content of '${base}/a' has the digest sha256:${sha256(MANIFEST)}, not ${digest}; correct the param digest if the content is the expected one`,
    );
  });

  test('sends a password from a Secret of the namespace of the run', async () => {
    await client.create(resource('v1', 'secrets', 'Secret'), { namespace: 'ns' }, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web' },
      stringData: { password: 'pass word' },
    } as never); // a Secret has stringData
    respond = ({ headers }) => ({ body: headers.authorization ?? '' });
    const params = { url: `${base}/a`, 'http-username': 'me', 'http-password-secret': 'web' };
    expect(await resolve('http', params)).toMatchObject({
      manifest: `Basic ${Buffer.from('me:pass word').toString('base64')}`,
    });
    expect(reasonOf(await resolve('http', { ...params, 'http-password-secret-key': 'token' }))).toBe(
      'NotFetched: cannot get API token, key token not found in secret web in namespace ns',
    );
    expect(reasonOf(await resolve('http', { ...params, 'http-password-secret': 'none' }))).toBe(
      'NotFetched: cannot get API token, secret none not found in namespace ns',
    );
  });

  test('caches a file with a digest, and others only on request', async () => {
    respond = () => ({ body: MANIFEST });
    const resolver = newResolver();
    for (const params of [{ digest: `sha256:${sha256(MANIFEST)}` }, { cache: 'always' }, {}])
      for (let count = 0; count < 2; count++) await resolve('http', { url: `${base}/a`, ...params }, resolver);
    expect(requests).toHaveLength(1 + 1 + 2);
    expect(reasonOf(await resolve('http', { url: `${base}/a`, cache: 'often' }))).toBe(
      'InvalidRequest: invalid cache mode: the param cache must be always, never or auto',
    );
  });
});

test('a request that takes longer than the limit fails, and is aborted', async () => {
  let elapse = (): void => undefined;
  const clock: Clock = { ...systemClock, after: (_ms, run) => ((elapse = run), () => undefined) };
  let isAborted = false;
  const hang: typeof fetch = (_url, init) =>
    new Promise((_, reject) => {
      init?.signal?.addEventListener('abort', () => {
        isAborted = true;
        reject(new Error('aborted'));
      });
      elapse();
    });
  expect(await resolve('http', { url: `${base}/a` }, newResolver({ clock, fetch: hang }))).toEqual({
    kind: 'failed',
    reason: 'Timeout',
    message: 'error requesting remote resource: resolution took longer than global timeout of 1m0s',
  });
  expect(isAborted).toBe(true);
});

test('a request to an unknown resolver fails at once, with the known ones', async () => {
  expect(reasonOf(await resolve('nosuch', {}))).toBe(
    'InvalidRequest: there is no resolver "nosuch"; the resolvers are bundles, cluster, git, http and hub',
  );
});

describe('the cluster resolver', () => {
  const params = { kind: 'task', name: 'greet', namespace: 'ns' };

  test('returns a Task without its status and server fields', async () => {
    const spec = { steps: [{ name: 's', image: 'busybox', script: 'echo hello' }] };
    const task = {
      apiVersion: 'tekton.dev/v1',
      kind: 'Task',
      metadata: { name: 'greet', labels: { own: 'label' } },
      spec,
    };
    const { metadata } = await client.create(resource('tekton.dev/v1', 'tasks', 'Task'), { namespace: 'ns' }, task);
    const resolution = await resolve('cluster', params);
    expect(resolution).toMatchObject({
      kind: 'resolved',
      refSource: { uri: `/apis/tekton.dev/v1/namespaces/ns/task/greet@${metadata.uid ?? ''}` },
    });
    expect(resolution.kind === 'resolved' && (JSON.parse(resolution.manifest) as unknown)).toMatchObject({
      apiVersion: 'tekton.dev/v1',
      kind: 'Task',
      metadata: { name: 'greet', namespace: 'ns', labels: { own: 'label' } },
      spec,
    });
  });

  test("reports Tekton's message for a missing Task", async () => {
    expect(reasonOf(await resolve('cluster', { ...params, name: 'nope' }))).toBe(
      'NotFetched: tasks.tekton.dev "nope" not found',
    );
  });
});

describe('the bundles resolver', () => {
  const registry = createRegistry();
  let served: ServedRegistry;
  let bundle = '';

  const push = async (path: string, body: string | Buffer, type = 'application/octet-stream'): Promise<number> => {
    const request = new Request(`http://registry/v2/${path}`, {
      method: 'PUT',
      body,
      headers: { 'content-type': type },
    });
    return (await registry.handle(request)).status;
  };
  const pushBlob = async (content: Buffer | string): Promise<string> => {
    const digest = `sha256:${sha256(content)}`;
    const start = await registry.handle(
      new Request(`http://registry/v2/sample/bundle/blobs/uploads/?digest=${digest}`, {
        method: 'POST',
        body: content,
      }),
    );
    expect(start.status).toBe(201);
    return digest;
  };
  const pushManifest = async (tag: string, layers: readonly object[]): Promise<string> => {
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: await pushBlob('{}'), size: 2 };
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers });
    expect(await push(`sample/bundle/manifests/${tag}`, manifest, mediaType)).toBe(201);
    return sha256(manifest);
  };
  const layerOf = async (content: Buffer, kind: string | undefined, name: string): Promise<object> => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: await pushBlob(content),
    size: content.length,
    annotations: { 'dev.tekton.image.name': name, ...(kind !== undefined && { 'dev.tekton.image.kind': kind }) },
  });

  beforeAll(async () => {
    served = await registry.serve();
    const host = `127.0.0.1:${String(served.port)}`;
    bundle = `${host}/sample/bundle`;
    const auths = { [host]: { username: served.login.username, password: served.login.password } };
    await client.create(resource('v1', 'secrets', 'Secret'), { namespace: 'ns' }, {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/dockerconfigjson',
      metadata: { name: 'pull' },
      stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
    } as never); // a Secret has stringData
  });
  afterAll(() => served.close());

  const resolveBundle = (params: Readonly<Record<string, string>>): Promise<Resolution> => {
    const host = `127.0.0.1:${String(served.port)}`;
    return resolve(
      'bundles',
      { name: 'greet', secret: 'pull', ...params },
      newResolver({ registries: { [host]: { url: `http://${host}` } } }),
    );
  };

  test.each([
    ['a tar archive', (tar: Buffer) => tar],
    ['a compressed tar archive', (tar: Buffer) => gzipSync(tar)],
  ])('returns the object of a layer that is %s, with credentials of a Secret', async (_what, layerForm) => {
    const content = layerForm(plainTarOf([{ name: 'greet', text: MANIFEST }]));
    const other = await layerOf(plainTarOf([{ name: 'greet', text: 'other' }]), 'pipeline', 'greet');
    const digest = await pushManifest('1', [other, await layerOf(content, 'Task', 'greet')]);
    expect(await resolveBundle({ bundle: `${bundle}:1` })).toEqual({
      kind: 'resolved',
      manifest: MANIFEST,
      refSource: { uri: bundle, digest: { sha256: digest }, entryPoint: 'greet' },
    });
    expect(reasonOf(await resolveBundle({ bundle: `${bundle}:1`, kind: 'foo', name: 'x' }))).toBe(
      'NotFetched: could not find object in image with kind: foo and name: x',
    );
    expect((await resolveBundle({ bundle: `${bundle}@sha256:${digest}` })).kind).toBe('resolved');
  });

  test('rejects images that are not bundles', async () => {
    const layer = await layerOf(Buffer.from('x'), undefined, 'greet');
    await pushManifest('image', [layer]);
    expect(reasonOf(await resolveBundle({ bundle: `${bundle}:image` }))).toBe(
      'NotFetched: invalid tekton bundle: the layer 0 does not contain a dev.tekton.image.kind annotation',
    );
    await pushManifest('damaged', [await layerOf(Buffer.from('x'), 'task', 'greet')]);
    expect(reasonOf(await resolveBundle({ bundle: `${bundle}:damaged` }))).toMatch(
      /^NotFetched: the layer sha256:[0-9a-f]{64} of .* is not a tar archive with a file$/,
    );
  });

  test('reports a missing image, and missing credentials', async () => {
    expect(reasonOf(await resolveBundle({ bundle: `${bundle}:none` }))).toMatch(
      /^NotFetched: could not find image in registry: .*\/sample\/bundle:none: MANIFEST_UNKNOWN/,
    );
    expect(reasonOf(await resolveBundle({ bundle: `${bundle}:1`, secret: 'none' }))).toBe(
      'NotFetched: the secret "none" does not exist in namespace ns; correct the param secret',
    );
  });
});

describe('the hub resolver, with a fake of the Artifact Hub API', () => {
  const PACKAGE = '/api/v1/packages/tekton-task/tekton-catalog-tasks/greet';
  /** Responds with the fields of Artifact Hub's API that the resolver reads. */
  const fakeHub: Respond = ({ url }) => {
    if (url === PACKAGE)
      return { body: JSON.stringify({ available_versions: [{ version: '0.6' }, { version: '0.10' }] }) };
    if (url === `${PACKAGE}/0.10`) return { body: JSON.stringify({ data: { manifestRaw: MANIFEST } }) };
    return { status: 404 };
  };

  test.each(['0.10', '>= 0.6'])('returns version %s', async (version) => {
    respond = fakeHub;
    expect(await resolve('hub', { name: 'greet', version, url: base })).toEqual({
      kind: 'resolved',
      manifest: MANIFEST,
      refSource: { uri: `${base}${PACKAGE}/0.10`, digest: { sha256: sha256(MANIFEST) } },
    });
  });

  test.each([
    ['0.1', () => `NotFetched: requested resource '${base}${PACKAGE}/0.1' not found on hub (HTTP status 404)`],
    ['> 1', () => 'NotFetched: no version of greet matches > 1; available: 0.6, 0.10'],
  ])('reports that version %s does not exist', async (version, expected) => {
    respond = fakeHub;
    expect(reasonOf(await resolve('hub', { name: 'greet', version, url: base }))).toBe(expected());
  });

  test('does not leave the path of the package', async () => {
    respond = fakeHub;
    await resolve('hub', { name: '../../x', version: '1', url: base });
    expect(requests).toEqual(['GET /api/v1/packages/tekton-task/tekton-catalog-tasks/..%2F..%2Fx/1']);
  });
});
