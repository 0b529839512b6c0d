/** Behavior of the embedded cluster outside the contract: specific to this server, and over TLS. */

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fake, startCluster, type Admission, type Cluster, type ClusterOptions } from '@pipewright/cluster';

interface Answer {
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
  await Promise.all(open.splice(0).map((cluster) => cluster.close()));
});

async function cluster(options: ClusterOptions = {}): Promise<Cluster> {
  const started = await startCluster(options);
  open.push(started);
  return started;
}

async function call(
  to: Cluster,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const type = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json', ...headers };
  const init = { method, headers: type, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await to.send(new Request(`http://kubernetes${path}`, init));
  const text = await response.text();
  return {
    status: response.status,
    body: JSON.parse(text) as Answer['body'],
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
  to: Cluster,
  path: string,
  enough: (event: WatchedEvent) => boolean,
): Promise<WatchedEvent[]> {
  const stop = new AbortController();
  const response = await to.send(new Request(`http://kubernetes${path}`, { signal: stop.signal }));
  const events: WatchedEvent[] = [];
  let rest = '';
  reading: for await (const chunk of response.body!) {
    const lines = (rest + Buffer.from(chunk as Uint8Array).toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as WatchedEvent;
      events.push(event);
      if (enough(event)) break reading;
    }
  }
  stop.abort();
  return events;
}

interface WatchedEvent {
  readonly type: string;
  readonly object: Answer['body'];
}

describe('writes of built-in kinds', () => {
  test('a field of the wrong type is rejected with the decoder’s message', async () => {
    const env = [{ name: 'A', value: 1 }];
    const { status, body } = await call(
      await cluster(),
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
    const to = await cluster();
    const body = { metadata: { name: 'a', label: { a: 'b' } }, dat: { a: 'b' } };
    const strict = await call(to, 'POST', `${CONFIG_MAPS}?fieldValidation=Strict`, body);
    expect([strict.status, strict.body.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.label", unknown field "dat"',
    ]);
    const warned = await call(to, 'POST', CONFIG_MAPS, body);
    expect([warned.status, warned.warning]).toEqual([
      201,
      '299 - "unknown field \\"metadata.label\\"", 299 - "unknown field \\"dat\\""',
    ]);
    expect(warned.body).not.toHaveProperty('dat');
    const quiet = await call(to, 'PUT', `${CONFIG_MAPS}/a?fieldValidation=Ignore`, body);
    expect([quiet.status, quiet.warning]).toEqual([200, null]);
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
    const response = await call(await cluster(), method, path, body);
    expect([response.status, response.body.message]).toEqual([status, expect.stringMatching(message)]);
  });

  test('all violations of a pod are reported', async () => {
    const containers = [
      { name: 'A!', volumeMounts: [{ name: 'v', mountPath: '/x' }] },
      { name: 'b', image: 'x' },
      { name: 'b', image: 'x' },
    ];
    const { body } = await call(await cluster(), 'POST', PODS, pod('a', { containers, restartPolicy: 'Sometimes' }));
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
    const { status, body } = await call(await cluster(), 'POST', PODS, pod('a', { serviceAccountName: 'x' }));
    expect([status, body.message]).toEqual([
      403,
      'pods "a" is forbidden: error looking up service account default/x: serviceaccount "x" not found',
    ]);
  });

  test('a key that refers to built-in properties of JavaScript objects is rejected', async () => {
    const to = await cluster();
    await call(to, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } });
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
      expect((await to.send(request)).status).toBe(400);
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
  const to = await cluster({ admission: [admission] });
  requests.length = 0;
  expect((await call(to, 'POST', CONFIG_MAPS, { metadata: { name: 'a' } })).body.data).toEqual({ seen: 'yes' });
  const rejection = await call(to, 'PATCH', `${CONFIG_MAPS}/a?dryRun=All`, { data: { bad: '1' } });
  expect([rejection.status, rejection.body.reason, rejection.body.message]).toEqual([422, 'Invalid', 'no']);
  expect(requests).toEqual([
    ['CREATE', undefined, false],
    ['UPDATE', 'a', true],
  ]);
});

test('admission receives the request’s object, including unknown fields', async () => {
  const requests: unknown[] = [];
  const admission: Admission = ({ object, sent, resource }) => {
    if (resource.plural === 'configmaps' && object.metadata.name === 'a') requests.push([sent, 'more' in object]);
    return { kind: 'allowed', object };
  };
  const to = await cluster({ admission: [admission] });
  const body = { metadata: { name: 'a' }, more: { deep: [1] } };
  await call(to, 'POST', CONFIG_MAPS, body);
  expect(requests).toEqual([[body, false]]);
});

test('dependents of a deleted object are deleted, even a thousand; no other objects are', async () => {
  const to = await cluster();
  const owner = await call(to, 'POST', CONFIG_MAPS, { metadata: { name: 'owner' } });
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.body.metadata.uid }];
  for (let index = 0; index < 1000; index += 1) {
    await call(to, 'POST', CONFIG_MAPS, { metadata: { name: `child-${index}`, ownerReferences } });
  }
  const { body } = await call(to, 'GET', CONFIG_MAPS);
  await call(to, 'DELETE', `${CONFIG_MAPS}/owner`);
  let deletions = 0;
  await watchUntil(to, `${CONFIG_MAPS}?watch=true&resourceVersion=${body.metadata.resourceVersion}`, ({ type }) => {
    if (type === 'DELETED') deletions += 1;
    return deletions >= 1001;
  });
  expect((await call(to, 'GET', CONFIG_MAPS)).body.items.map(({ metadata }) => metadata.name)).toEqual([
    'kube-root-ca.crt',
  ]);
});

test('pages of one list show one state despite writes between them', async () => {
  const to = await cluster();
  for (const name of ['a', 'b', 'c', 'd']) await call(to, 'POST', CONFIG_MAPS, { metadata: { name } });
  const first = await call(to, 'GET', `${CONFIG_MAPS}?limit=2`);
  await call(to, 'DELETE', `${CONFIG_MAPS}/c`);
  await call(to, 'POST', CONFIG_MAPS, { metadata: { name: 'bb' } });
  const second = await call(to, 'GET', `${CONFIG_MAPS}?limit=9&continue=${first.body.metadata.continue}`);
  const names = [...first.body.items, ...second.body.items].map(({ metadata }) => metadata.name);
  expect(names).toEqual(['a', 'b', 'c', 'd', 'kube-root-ca.crt']);
});

test('logs are streamed from the node; the error for an unknown container lists the known ones', async () => {
  const to = await cluster({
    runtime: fake({ script: () => ({ exitCode: 0, output: 'hello\n' }) }),
    images: () => ({ rootfs: 'host' }),
  });
  const done = watchUntil(
    to,
    `${PODS}?watch=true`,
    ({ object }) => (object.status as { phase?: string }).phase === 'Succeeded',
  );
  const containers = [{ name: 'main', image: 'busybox', command: ['true'] }];
  await call(to, 'POST', PODS, pod('a', { restartPolicy: 'Never', containers }));
  await done;
  const log = await to.send(new Request(`http://kubernetes${PODS}/a/log`));
  expect([log.headers.get('content-type'), await log.text()]).toEqual(['text/plain', 'hello\n']);
  const wrong = await call(to, 'GET', `${PODS}/a/log?container=x`);
  expect([wrong.status, wrong.body.message]).toEqual([400, 'container x is not valid for pod a']);
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
    const to = await cluster();
    const { url, caPem, token } = await to.serve();
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect((await get(`${url}/api/v1/namespaces/default`, caPem, token)).status).toBe(200);
    expect((await get(`${url}/api/v1/namespaces/default`, caPem)).text).toContain(
      'namespaces \\"default\\" is forbidden: User \\"system:anonymous\\" cannot get resource \\"namespaces\\" in API group \\"\\" in the namespace \\"default\\"',
    );
    expect((await get(`${url}/version`, caPem)).status).toBe(200);
    expect((await get(`${url}/version`, caPem, 'wrong')).status).toBe(401);
  });

  test('a token is invalid after its pod or ServiceAccount is deleted', async () => {
    const to = await cluster();
    const { url, caPem } = await to.serve();
    await call(to, 'POST', PODS, pod('a'));
    const bound = { spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'a' } } };
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await call(to, 'POST', accounts, { metadata: { name: 'bot' } });
    const ofPod = (await call(to, 'POST', `${accounts}/default/token`, bound)).body.status as { token: string };
    const ofBot = (await call(to, 'POST', `${accounts}/bot/token`, {})).body.status as { token: string };
    const statusOfTokens = async () => [
      (await get(`${url}/apis`, caPem, ofPod.token)).status,
      (await get(`${url}/apis`, caPem, ofBot.token)).status,
    ];
    expect(await statusOfTokens()).toEqual([200, 200]);
    await call(to, 'DELETE', `${PODS}/a`);
    await call(to, 'DELETE', `${accounts}/bot`);
    expect(await statusOfTokens()).toEqual([401, 401]);
  });

  test('a port in use is an error with a remedy', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const to = await cluster();
    await expect(to.serve({ port })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: `port ${port} of 127.0.0.1 is in use by another process`,
      hint: 'choose another port, or 0 for any free one',
    });
    other.close();
  });

  test('closing ends watches', async () => {
    const to = await cluster();
    const { url, caPem, token } = await to.serve();
    const watching = get(`${url}/api/v1/pods?watch=true`, caPem, token).catch((error: Error) => error.message);
    const inside = to.send(new Request('http://kubernetes/api/v1/pods?watch=true'));
    await to.close();
    expect(await watching).toEqual(expect.anything());
    expect(await (await inside).text()).toBe('');
  });
});

test('continuous requests in this process do not starve signals and timers', async () => {
  const { send } = await cluster();
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
