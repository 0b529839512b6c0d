/** Behavior of the embedded cluster outside the contract: specific to this server, and over TLS. */

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fake, startCluster, type Admission, type Cluster, type ClusterOptions } from '@pipewright/cluster';

interface ParsedResponse {
  readonly status: number;
  readonly body: {
    message?: string;
    reason?: string;
    details?: object;
    metadata: {
      name: string;
      namespace?: string;
      uid: string;
      resourceVersion: string;
      finalizers?: string[];
      continue?: string;
    };
    items: { metadata: { name: string } }[];
    status?: unknown;
    spec?: unknown;
    data?: Record<string, string>;
  };
  readonly warning: string | null;
}

const open: Cluster[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((startTestCluster) => startTestCluster.close()));
});

async function startTestCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const started = await startCluster(options);
  open.push(started);
  return started;
}

async function call(
  cluster: Cluster,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ParsedResponse> {
  const type = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json', ...headers };
  const init = { method, headers: type, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await cluster.send(new Request(`http://kubernetes${path}`, init));
  const text = await response.text();
  return {
    status: response.status,
    body: JSON.parse(text) as ParsedResponse['body'],
    warning: response.headers.get('warning'),
  };
}

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const pod = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec },
});

/** Reads a watch until an event satisfies `enough`; returns all events up to it. */
async function watchUntil(
  cluster: Cluster,
  path: string,
  isLast: (event: WatchedEvent) => boolean,
): Promise<WatchedEvent[]> {
  const stop = new AbortController();
  const response = await cluster.send(new Request(`http://kubernetes${path}`, { signal: stop.signal }));
  const events: WatchedEvent[] = [];
  let incompleteLine = '';
  reading: for await (const chunk of response.body!) {
    const lines = (incompleteLine + Buffer.from(chunk as Uint8Array).toString()).split('\n');
    incompleteLine = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as WatchedEvent;
      events.push(event);
      if (isLast(event)) break reading;
    }
  }
  stop.abort();
  return events;
}

interface WatchedEvent {
  readonly type: string;
  readonly object: ParsedResponse['body'];
}

describe('writes of built-in kinds', () => {
  test('a field of the wrong type is rejected with the decoder’s message', async () => {
    const env = [{ name: 'A', value: 1 }];
    const { status, body } = await call(
      await startTestCluster(),
      'POST',
      PODS,
      pod('a', { containers: [{ name: 'c', image: 'x', env }] }),
    );
    expect([status, body.message]).toEqual([
      400,
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field ' +
        'EnvVar.spec.containers.env.value of type string',
    ]);
  });

  test('an unknown field is rejected, warned about or dropped, by fieldValidation', async () => {
    const cluster = await startTestCluster();
    const body = { metadata: { name: 'a', label: { a: 'b' } }, dat: { a: 'b' } };
    const strictResponse = await call(cluster, 'POST', `${CONFIG_MAPS}?fieldValidation=Strict`, body);
    expect([strictResponse.status, strictResponse.body.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.label", unknown field "dat"',
    ]);
    const defaultResponse = await call(cluster, 'POST', CONFIG_MAPS, body);
    expect([defaultResponse.status, defaultResponse.warning]).toEqual([
      201,
      '299 - "unknown field \\"metadata.label\\"", 299 - "unknown field \\"dat\\""',
    ]);
    expect(defaultResponse.body).not.toHaveProperty('dat');
    const ignoreResponse = await call(cluster, 'PUT', `${CONFIG_MAPS}/a?fieldValidation=Ignore`, body);
    expect([ignoreResponse.status, ignoreResponse.warning]).toEqual([200, null]);
  });

  test.each([
    [
      'POST',
      '/api/v1/namespaces/default/secrets',
      { metadata: { name: 's' }, data: { a: '%%' } },
      400,
      /illegal base64 data at input byte 0$/,
    ],
    [
      'POST',
      `${CONFIG_MAPS}?dryRun=x`,
      { metadata: { name: 'a' } },
      422,
      /^CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: "x": supported values: "All"$/,
    ],
    [
      'DELETE',
      `${CONFIG_MAPS}/kube-root-ca.crt`,
      { preconditions: { uid: 'x' } },
      409,
      /the UID in the precondition \(x\) does not match the UID in record/,
    ],
    [
      'DELETE',
      `${CONFIG_MAPS}/kube-root-ca.crt`,
      { propagationPolicy: 'x' },
      422,
      /^DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "x"/,
    ],
    ['POST', `${CONFIG_MAPS}/a`, {}, 405, /^the server does not allow this method on the requested resource$/],
    [
      'GET',
      `${CONFIG_MAPS}?fieldSelector=data.a%3Db`,
      undefined,
      400,
      /^"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"$/,
    ],
  ])('%s %s is rejected with the message of kube-apiserver', async (method, path, body, status, message) => {
    const response = await call(await startTestCluster(), method, path, body);
    expect([response.status, response.body.message]).toEqual([status, expect.stringMatching(message)]);
  });

  test('all violations of a pod are reported', async () => {
    const containers = [
      { name: 'A!', volumeMounts: [{ name: 'v', mountPath: '/x' }] },
      { name: 'b', image: 'x' },
      { name: 'b', image: 'x' },
    ];
    const { body } = await call(
      await startTestCluster(),
      'POST',
      PODS,
      pod('a', { containers, restartPolicy: 'Sometimes' }),
    );
    const { causes } = body.details as { causes: { field: string }[] };
    expect(causes.map(({ field }) => field)).toEqual([
      'spec.containers[0].name',
      'spec.containers[0].image',
      'spec.containers[0].volumeMounts[0].name',
      'spec.containers[2].name',
      'spec.restartPolicy',
    ]);
  });

  test('a pod without its ServiceAccount is rejected with Kubernetes’ message', async () => {
    const { status, body } = await call(await startTestCluster(), 'POST', PODS, pod('a', { serviceAccountName: 'x' }));
    expect([status, body.message]).toEqual([
      403,
      'pods "a" is forbidden: error looking up service account default/x: serviceaccount "x" not found',
    ]);
  });

  test('a key that refers to built-in properties of JavaScript objects is rejected', async () => {
    const cluster = await startTestCluster();
    await call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    for (const [type, body] of [
      ['application/merge-patch+json', '{"__proto__":{"polluted":1}}'],
      ['application/json-patch+json', '[{"op":"add","path":"/__proto__/polluted","value":1}]'],
      ['application/strategic-merge-patch+json', '{"metadata":{"__proto__":{"polluted":1}}}'],
    ]) {
      const request = new Request(`http://kubernetes${CONFIG_MAPS}/a`, {
        method: 'PATCH',
        headers: { 'content-type': type! },
        body: body!,
      });
      expect((await cluster.send(request)).status).toBe(400);
    }
    expect({}).not.toHaveProperty('polluted');
  });
});

test('admission can change an object, or deny it with a reason and causes', async () => {
  const requests: unknown[] = [];
  const admission: Admission = ({ operation, resource, object, oldObject, dryRun }) => {
    if (resource.plural !== 'configmaps' || object.metadata.namespace !== 'default') return { kind: 'allowed', object };
    requests.push([operation, oldObject?.metadata.name, dryRun]);
    const data = object['data'] as Record<string, string> | undefined;
    if (data?.['bad']) {
      const causes = [{ reason: 'FieldValueInvalid', field: 'data.bad', message: 'bad' }];
      return { kind: 'denied', message: 'no', reason: 'Invalid', code: 422, causes };
    }
    return { kind: 'allowed', object: { ...object, data: { ...data, seen: 'yes' } } };
  };
  const cluster = await startTestCluster({ admission: [admission] });
  requests.length = 0;
  expect((await call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } })).body.data).toEqual({ seen: 'yes' });
  const rejection = await call(cluster, 'PATCH', `${CONFIG_MAPS}/a?dryRun=All`, { data: { bad: '1' } });
  expect([rejection.status, rejection.body.reason, rejection.body.message]).toEqual([422, 'Invalid', 'no']);
  expect(requests).toEqual([
    ['CREATE', undefined, false],
    ['UPDATE', 'a', true],
  ]);
});

test('admission receives the request’s object, including unknown fields', async () => {
  const requests: unknown[] = [];
  const admission: Admission = ({ object, sent: requestBody, resource }) => {
    if (resource.plural === 'configmaps' && object.metadata.name === 'a')
      requests.push([requestBody, 'more' in object]);
    return { kind: 'allowed', object };
  };
  const cluster = await startTestCluster({ admission: [admission] });
  const body = { metadata: { name: 'a' }, more: { deep: [1] } };
  await call(cluster, 'POST', CONFIG_MAPS, body);
  expect(requests).toEqual([[body, false]]);
});

test('dependents of a deleted object are deleted, even a thousand; no other objects are', async () => {
  const cluster = await startTestCluster();
  const owner = await call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'owner' } });
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.body.metadata.uid }];
  for (let index = 0; index < 1000; index += 1) {
    await call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: `child-${index}`, ownerReferences } });
  }
  const { body } = await call(cluster, 'GET', CONFIG_MAPS);
  await call(cluster, 'DELETE', `${CONFIG_MAPS}/owner`);
  let deletions = 0;
  await watchUntil(
    cluster,
    `${CONFIG_MAPS}?watch=true&resourceVersion=${body.metadata.resourceVersion}`,
    ({ type }) => {
      if (type === 'DELETED') deletions += 1;
      return deletions >= 1001;
    },
  );
  expect((await call(cluster, 'GET', CONFIG_MAPS)).body.items.map(({ metadata }) => metadata.name)).toEqual([
    'kube-root-ca.crt',
  ]);
});

test('pages of one list show one state despite writes between them', async () => {
  const cluster = await startTestCluster();
  for (const name of ['a', 'b', 'c', 'd']) await call(cluster, 'POST', CONFIG_MAPS, { metadata: { name } });
  const first = await call(cluster, 'GET', `${CONFIG_MAPS}?limit=2`);
  await call(cluster, 'DELETE', `${CONFIG_MAPS}/c`);
  await call(cluster, 'POST', CONFIG_MAPS, { metadata: { name: 'bb' } });
  const second = await call(cluster, 'GET', `${CONFIG_MAPS}?limit=9&continue=${first.body.metadata.continue}`);
  const names = [...first.body.items, ...second.body.items].map(({ metadata }) => metadata.name);
  expect(names).toEqual(['a', 'b', 'c', 'd', 'kube-root-ca.crt']);
});

test('logs are streamed from the node; the error for an unknown container lists the known ones', async () => {
  const cluster = await startTestCluster({
    runtime: fake({ script: () => ({ exitCode: 0, output: 'hello\n' }) }),
    images: () => ({ rootfs: 'host' }),
  });
  const succeeded = watchUntil(
    cluster,
    `${PODS}?watch=true`,
    ({ object }) => (object.status as { phase?: string }).phase === 'Succeeded',
  );
  const containers = [{ name: 'main', image: 'busybox', command: ['true'] }];
  await call(cluster, 'POST', PODS, pod('a', { restartPolicy: 'Never', containers }));
  await succeeded;
  const log = await cluster.send(new Request(`http://kubernetes${PODS}/a/log`));
  expect([log.headers.get('content-type'), await log.text()]).toEqual(['text/plain', 'hello\n']);
  const unknownContainer = await call(cluster, 'GET', `${PODS}/a/log?container=x`);
  expect([unknownContainer.status, unknownContainer.body.message]).toEqual([400, 'container x is not valid for pod a']);
});

describe('over TLS', () => {
  /** Sends a request over TLS, trusting only the cluster's CA. */
  async function get(url: string, ca: string, token?: string): Promise<{ status: number; text: string }> {
    const agent = new Agent({ keepAlive: false });
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const request = httpsRequest(url, { ca, agent, headers });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, text };
  }

  test('a token authenticates; anonymous users have few permissions, and an invalid token is rejected', async () => {
    const cluster = await startTestCluster();
    const { url, caPem, token } = await cluster.serve();
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect((await get(`${url}/api/v1/namespaces/default`, caPem, token)).status).toBe(200);
    expect((await get(`${url}/api/v1/namespaces/default`, caPem)).text).toContain(
      'namespaces \\"default\\" is forbidden: User \\"system:anonymous\\" cannot get resource \\"namespaces\\" in API group \\"\\" in the namespace \\"default\\"',
    );
    expect((await get(`${url}/version`, caPem)).status).toBe(200);
    expect((await get(`${url}/version`, caPem, 'wrong')).status).toBe(401);
  });

  test('a token is invalid after its pod or ServiceAccount is deleted', async () => {
    const cluster = await startTestCluster();
    const { url, caPem } = await cluster.serve();
    await call(cluster, 'POST', PODS, pod('a'));
    const podBinding = { spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'a' } } };
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await call(cluster, 'POST', accounts, { metadata: { name: 'bot' } });
    const podToken = (await call(cluster, 'POST', `${accounts}/default/token`, podBinding)).body.status as {
      token: string;
    };
    const botToken = (await call(cluster, 'POST', `${accounts}/bot/token`, {})).body.status as { token: string };
    const statusOfTokens = async () => [
      (await get(`${url}/apis`, caPem, podToken.token)).status,
      (await get(`${url}/apis`, caPem, botToken.token)).status,
    ];
    expect(await statusOfTokens()).toEqual([200, 200]);
    await call(cluster, 'DELETE', `${PODS}/a`);
    await call(cluster, 'DELETE', `${accounts}/bot`);
    expect(await statusOfTokens()).toEqual([401, 401]);
  });

  test('a port in use is an error with a remedy', async () => {
    const otherServer = createServer().listen(0, '127.0.0.1');
    await once(otherServer, 'listening');
    const { port } = otherServer.address() as AddressInfo;
    const cluster = await startTestCluster();
    await expect(cluster.serve({ port })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: `port ${port} of 127.0.0.1 is in use by another process`,
      hint: 'choose another port, or 0 for any free one',
    });
    otherServer.close();
  });

  test('closing ends watches', async () => {
    const cluster = await startTestCluster();
    const { url, caPem, token } = await cluster.serve();
    const tlsWatch = get(`${url}/api/v1/pods?watch=true`, caPem, token).catch((error: Error) => error.message);
    const inProcessWatch = cluster.send(new Request('http://kubernetes/api/v1/pods?watch=true'));
    await cluster.close();
    expect(await tlsWatch).toEqual(expect.anything());
    expect(await (await inProcessWatch).text()).toBe('');
  });
});

test('continuous requests in this process do not starve signals and timers', async () => {
  const { send } = await startTestCluster();
  const timer = new AbortController();
  setTimeout(() => timer.abort(), 0);
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'one-of-many-' } };
  const request = {
    method: 'POST',
    url: '/api/v1/namespaces/default/configmaps',
    headers: { 'content-type': 'application/json' },
    body,
  };
  for (let created = 0; !timer.signal.aborted && created < 5000; created += 1) await send.plain?.(request);
  expect(timer.signal.aborted).toBe(true);
});
