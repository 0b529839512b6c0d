/** Requests over real connections to a misbehaving server. */

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ApiError,
  CONFIG_MAPS,
  KubeClient,
  kubeconfigSend,
  ConnectionError,
  readLines,
  Informer,
  type ClusterSend,
} from '../../src/index.js';

let folder: string;
let server: Server;
let url: string;
let connections = 0;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const sends: ClusterSend[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-kube-'));
  connections = 0;
  answer = (_, response) => response.end('{}');
  server = createServer((request, response) => answer(request, response));
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const send of sends.splice(0)) await send.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, config: object | ''): string {
  const file = join(folder, name);
  writeFileSync(file, config === '' ? '' : JSON.stringify(config));
  return file;
}

const configOf = (user: object = {}, cluster: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'lab',
  clusters: [{ name: 'lab', cluster: { server: url, ...cluster } }],
  users: [{ name: 'me', user }],
  contexts: [
    { name: 'lab', context: { cluster: 'lab', user: 'me', namespace: 'ci' } },
    { name: 'production', context: { cluster: 'gone', user: 'me' } },
    { name: 'anonymous', context: { cluster: 'lab' } },
  ],
});

async function connect(user: object = {}, cluster: object = {}, context?: string): Promise<ClusterSend> {
  const send = await kubeconfigSend({ kubeconfig: write('config', configOf(user, cluster)), context });
  sends.push(send);
  return send;
}

const key = { namespace: 'ci', name: 'a' };

describe('a kubeconfig', () => {
  test('determines the server, the context and the namespace; http without TLS is accepted', async () => {
    const send = await connect();
    expect([send.server, send.context, send.namespace, send.source]).toEqual([
      url,
      'lab',
      'ci',
      join(folder, 'config'),
    ]);
    expect(await new KubeClient(send).get(CONFIG_MAPS, key)).toEqual({});
  });

  test.each<[string, () => Promise<unknown>, (file: string) => string]>([
    [
      'a missing file',
      () => kubeconfigSend({ kubeconfig: '/no/such/config' }),
      () => 'kubeconfig /no/such/config does not exist',
    ],
    [
      'an unknown context',
      () => connect({}, {}, 'prodution'),
      (file) => `${file} has no context "prodution" (did you mean "production"?); it has lab, production, anonymous`,
    ],
    [
      'a context with an unknown cluster',
      () => connect({}, {}, 'production'),
      (file) => `${file}: context "production" refers to cluster "gone", which it does not define`,
    ],
    [
      'no current context',
      () => kubeconfigSend({ kubeconfig: write('config', { ...configOf(), 'current-context': '' }) }),
      (file) => `${file} has no current-context: choose one of lab, production, anonymous`,
    ],
    [
      'an empty file',
      () => kubeconfigSend({ kubeconfig: write('config', '') }),
      (file) => `${file} has no current-context and no contexts to choose from`,
    ],
    [
      'a cluster without a server',
      () => connect({}, { server: undefined }),
      (file) => `kubeconfig ${file} cannot be read: clusters[0].cluster.server is missing`,
    ],
    [
      'a SOCKS proxy',
      () => connect({}, { 'proxy-url': 'socks5://127.0.0.1:1' }),
      (file) => `${file}: cluster "lab" requires a SOCKS proxy; only http(s) proxies are supported`,
    ],
  ])('with %s is rejected with one message', async (_, connectTo, message) => {
    await expect(connectTo()).rejects.toMatchObject({ code: 'kubeconfig', message: message(join(folder, 'config')) });
  });

  test('can be a list of files, some missing; the first file that has a value takes precedence', async () => {
    const first = write('first', { ...configOf(), clusters: [], users: [], 'current-context': undefined });
    const second = write('second', configOf());
    const third = write('third', { ...configOf(), clusters: [{ name: 'lab', cluster: { server: 'http://other' } }] });
    const send = await kubeconfigSend({ env: { KUBECONFIG: `${first}:/missing::${second}:${third}` } });
    expect([send.server, send.context]).toEqual([url, 'lab']);
  });

  test('that is missing is reported with all searched paths', async () => {
    await expect(kubeconfigSend({ env: { HOME: folder } })).rejects.toThrow(
      `no kubeconfig: KUBECONFIG is not set, ${folder}/.kube/config does not exist, and this is not a pod. ` +
        'Name one with --kubeconfig FILE, or run against the embedded cluster',
    );
  });
});

describe('credentials', () => {
  const authorization = async (send: ClusterSend): Promise<string | undefined> => {
    let header: string | undefined;
    answer = (request, response) => {
      header = request.headers.authorization;
      response.end('{}');
    };
    await new KubeClient(send).get(CONFIG_MAPS, key);
    return header;
  };

  test('can be a token, a password, a token file, or absent', async () => {
    writeFileSync(join(folder, 'token'), 'from-a-file');
    expect(await authorization(await connect({ token: 'abc' }))).toBe('Bearer abc');
    expect(await authorization(await connect({ username: 'u', password: 'p' }))).toBe('Basic dTpw');
    expect(await authorization(await connect({ tokenFile: 'token' }))).toBe('Bearer from-a-file');
    expect(await authorization(await connect({ token: 'abc' }, {}, 'anonymous'))).toBeUndefined();
  });

  test('of an exec plugin are requested once, and again after a 401; no message contains them', async () => {
    const program = join(folder, 'login');
    const calls = join(folder, 'calls');
    writeFileSync(
      program,
      `#!/bin/sh
echo x >> ${calls}
echo '{"kind":"ExecCredential","status":{"token":"secret-'$(wc -l < ${calls} | tr -d ' ')'"}}'
`,
    );
    chmodSync(program, 0o755);
    const send = await connect({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: program } });
    const client = new KubeClient(send);
    const headers: (string | undefined)[] = [];
    answer = (request, response) => {
      headers.push(request.headers.authorization);
      response.statusCode = request.headers.authorization === 'Bearer secret-1' && headers.length > 3 ? 401 : 200;
      response.end('{}');
    };
    for (let index = 0; index < 4; index++) await client.create(CONFIG_MAPS, { namespace: 'ci' }, { a: 1 });
    expect(headers).toEqual([...Array<string>(4).fill('Bearer secret-1'), 'Bearer secret-2']);
    expect(readFileSync(calls, 'utf8')).toBe('x\nx\n');
    answer = (_, response) => response.writeHead(401).end();
    const rejection: unknown = await client.get(CONFIG_MAPS, key).catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(ApiError);
    expect(JSON.stringify(rejection) + String(rejection)).not.toContain('secret-');
  });

  test('that an exec plugin fails to return are reported with the server', async () => {
    const send = await connect({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/no/such/login' } });
    await expect(new KubeClient(send).get(CONFIG_MAPS, key)).rejects.toThrow(
      `cannot authenticate to ${url}: spawn /no/such/login ENOENT`,
    );
    expect(existsSync('/no/such/login')).toBe(false);
  });
});

describe('connections', () => {
  test('are reused: a hundred sequential requests share one or two', async () => {
    const client = new KubeClient(await connect());
    for (let index = 0; index < 100; index++) await client.get(CONFIG_MAPS, key);
    expect(connections).toBeLessThanOrEqual(2);
  });

  test('of streams are separate: forty idle watches do not block requests', async () => {
    const client = new KubeClient(await connect());
    const abort = new AbortController();
    let watching = 0;
    const allWatching = new Promise<void>((resolve) => {
      answer = (request, response) => {
        if (!request.url!.includes('watch=')) return void response.end('{}');
        response.flushHeaders();
        if (++watching === 40) resolve();
      };
    });
    const watches = Array.from({ length: 40 }, () => client.watch(CONFIG_MAPS, { signal: abort.signal }).next());
    await allWatching;
    expect(await client.get(CONFIG_MAPS, key)).toEqual({});
    abort.abort();
    expect((await Promise.all(watches)).every(({ done }) => done)).toBe(true);
  });

  test('that fail are reported with the server and the reason', async () => {
    const send = await connect({}, { server: 'http://127.0.0.1:1' });
    await expect(new KubeClient(send).get(CONFIG_MAPS, key)).rejects.toThrow(
      'cannot reach the API server at http://127.0.0.1:1: connection refused: no server listens there (ECONNREFUSED)',
    );
  });

  test('that the server closed while idle are replaced for a GET; a POST is never sent twice', async () => {
    const client = new KubeClient(await connect());
    let requests = 0;
    answer = (request, response) => {
      requests++;
      if (requests % 2 === 1) request.socket.destroy();
      else response.end('{}');
    };
    expect(await client.get(CONFIG_MAPS, key)).toEqual({});
    expect(requests).toBe(2);
    await expect(client.create(CONFIG_MAPS, { namespace: 'ci' }, {})).rejects.toThrow(ConnectionError);
    expect(requests).toBe(3);
  });

  test('keep the path prefix of the server', async () => {
    let path = '';
    answer = (request, response) => {
      path = request.url!;
      response.end('{}');
    };
    await new KubeClient(await connect({}, { server: `${url}/k8s/clusters/c-1/` })).get(CONFIG_MAPS, key);
    expect(path).toBe('/k8s/clusters/c-1/api/v1/namespaces/ci/configmaps/a');
  });

  test('transfer bodies unchanged in both directions', async () => {
    answer = (request, response) => void request.pipe(response);
    const object = { metadata: { name: 'a' }, text: 'é€😀\u2028\n', big: 'x'.repeat(300_000) };
    expect(await new KubeClient(await connect()).create(CONFIG_MAPS, { namespace: 'ci' }, object)).toEqual(object);
  });
});

describe('streams', () => {
  test('that are reset end with an error, whether read or not, without an uncaught error', async () => {
    const client = new KubeClient(await connect());
    answer = (request, response) => {
      response.write('first\n');
      setImmediate(() => request.socket.resetAndDestroy());
    };
    const unread = await client.podLogs(key, { follow: true });
    const read = readLines(await client.podLogs(key, { follow: true }));
    expect((await read.next()).value).toBe('first');
    await expect(read.next()).rejects.toThrow();
    await expect(new Response(unread).text()).rejects.toThrow();
  });

  test('exert backpressure on the server without a reader', async () => {
    const client = new KubeClient(await connect());
    let written = 0;
    let full: () => void;
    const backpressure = new Promise<void>((resolve) => (full = resolve));
    const chunk = Buffer.alloc(64 * 1024, 'x');
    answer = (_, response) => {
      const writeUntilFull = (): void => {
        while (written < 100_000_000) {
          written += chunk.length;
          if (!response.write(chunk)) return full();
        }
      };
      writeUntilFull();
    };
    const stream = await client.podLogs(key);
    await backpressure;
    expect(written).toBeLessThan(20_000_000);
    await stream.cancel();
  });

  test('can be empty: the log of a pod without a node is 204', async () => {
    answer = (_, response) => response.writeHead(204).end();
    expect(await new Response(await new KubeClient(await connect()).podLogs(key)).text()).toBe('');
  });

  test('that a reader leaves close their connection', async () => {
    const client = new KubeClient(await connect());
    const closed = new Promise<void>((resolve) => {
      answer = (request, response) => {
        response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n');
        request.socket.on('close', () => resolve());
      };
    });
    for await (const event of client.watch(CONFIG_MAPS)) {
      expect(event.type).toBe('ADDED');
      break;
    }
    await closed;
  });

  test('of an informer resume after a reset of a real connection', async () => {
    const client = new KubeClient(await connect());
    let watches = 0;
    answer = (request, response) => {
      if (!request.url!.includes('watch=')) {
        return void response.end('{"metadata":{"resourceVersion":"5"},"items":[]}');
      }
      watches++;
      const name = `n${watches}`;
      const event = { type: 'ADDED', object: { metadata: { name, uid: name, resourceVersion: String(5 + watches) } } };
      response.write(JSON.stringify(event) + '\n{"type":"ADD');
      if (watches < 3) setImmediate(() => request.socket.resetAndDestroy());
    };
    const keys: string[] = [];
    await new Promise<void>((resolve) => {
      const informer = new Informer(client, CONFIG_MAPS, {
        random: () => 1,
        onChange: (key) => {
          keys.push(key);
          if (keys.length === 3) void informer.stop().then(resolve);
        },
      });
      informer.start();
    });
    expect(keys).toEqual(['n1', 'n2', 'n3']);
  });
});
