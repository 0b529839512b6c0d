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

const at = { namespace: 'ci', name: 'a' };

describe('a kubeconfig', () => {
  test('names the server, the context and the namespace; plain http is fine', async () => {
    const send = await connect();
    expect([send.server, send.context, send.namespace, send.source]).toEqual([
      url,
      'lab',
      'ci',
      join(folder, 'config'),
    ]);
    expect(await new KubeClient(send).get(CONFIG_MAPS, at)).toEqual({});
  });

  test.each<[string, () => Promise<unknown>, (file: string) => string]>([
    [
      'a file that is not there',
      () => kubeconfigSend({ kubeconfig: '/no/such/config' }),
      () => 'kubeconfig /no/such/config does not exist',
    ],
    [
      'a context that is not there',
      () => connect({}, {}, 'prodution'),
      (file) => `${file} has no context "prodution" (did you mean "production"?); it has lab, production, anonymous`,
    ],
    [
      'a context with a cluster that is not there',
      () => connect({}, {}, 'production'),
      (file) => `${file}: context "production" names cluster "gone", which is not there`,
    ],
    [
      'no context at all',
      () => kubeconfigSend({ kubeconfig: write('config', { ...configOf(), 'current-context': '' }) }),
      (file) => `${file} has no current-context: choose one of lab, production, anonymous`,
    ],
    [
      'nothing in it',
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
      (file) => `${file}: cluster "lab" asks for a SOCKS proxy; only http(s) proxies work`,
    ],
  ])('with %s is refused in one sentence', async (_, work, message) => {
    await expect(work()).rejects.toMatchObject({ code: 'kubeconfig', message: message(join(folder, 'config')) });
  });

  test('may be a list, of which files may be missing and the first to say something is right', async () => {
    const first = write('first', { ...configOf(), clusters: [], users: [], 'current-context': undefined });
    const second = write('second', configOf());
    const third = write('third', { ...configOf(), clusters: [{ name: 'lab', cluster: { server: 'http://other' } }] });
    const send = await kubeconfigSend({ env: { KUBECONFIG: `${first}:/missing::${second}:${third}` } });
    expect([send.server, send.context]).toEqual([url, 'lab']);
  });

  test('that is missing is reported with all paths that were searched', async () => {
    await expect(kubeconfigSend({ env: { HOME: folder } })).rejects.toThrow(
      `no kubeconfig: KUBECONFIG is not set, ${folder}/.kube/config does not exist, and this is not a pod. ` +
        'Name one with --kubeconfig FILE, or run against the embedded cluster',
    );
  });
});

describe('credentials', () => {
  const authorization = async (send: ClusterSend): Promise<string | undefined> => {
    let seen: string | undefined;
    answer = (request, response) => {
      seen = request.headers.authorization;
      response.end('{}');
    };
    await new KubeClient(send).get(CONFIG_MAPS, at);
    return seen;
  };

  test('are a token, a password, a file, or nothing', async () => {
    writeFileSync(join(folder, 'token'), 'from-a-file');
    expect(await authorization(await connect({ token: 'abc' }))).toBe('Bearer abc');
    expect(await authorization(await connect({ username: 'u', password: 'p' }))).toBe('Basic dTpw');
    expect(await authorization(await connect({ tokenFile: 'token' }))).toBe('Bearer from-a-file');
    expect(await authorization(await connect({ token: 'abc' }, {}, 'anonymous'))).toBeUndefined();
  });

  test('of a program are asked for once, and again after a 401; no message shows them', async () => {
    const program = join(folder, 'login');
    const times = join(folder, 'times');
    writeFileSync(
      program,
      `#!/bin/sh
echo x >> ${times}
echo '{"kind":"ExecCredential","status":{"token":"secret-'$(wc -l < ${times} | tr -d ' ')'"}}'
`,
    );
    chmodSync(program, 0o755);
    const send = await connect({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: program } });
    const client = new KubeClient(send);
    const seen: (string | undefined)[] = [];
    answer = (request, response) => {
      seen.push(request.headers.authorization);
      response.statusCode = request.headers.authorization === 'Bearer secret-1' && seen.length > 3 ? 401 : 200;
      response.end('{}');
    };
    for (let index = 0; index < 4; index++) await client.create(CONFIG_MAPS, { namespace: 'ci' }, { a: 1 });
    expect(seen).toEqual([...Array<string>(4).fill('Bearer secret-1'), 'Bearer secret-2']);
    expect(readFileSync(times, 'utf8')).toBe('x\nx\n');
    answer = (_, response) => response.writeHead(401).end();
    const refused: unknown = await client.get(CONFIG_MAPS, at).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect(JSON.stringify(refused) + String(refused)).not.toContain('secret-');
  });

  test('that a program fails to return are reported with their server', async () => {
    const send = await connect({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/no/such/login' } });
    await expect(new KubeClient(send).get(CONFIG_MAPS, at)).rejects.toThrow(
      `cannot authenticate to ${url}: spawn /no/such/login ENOENT`,
    );
    expect(existsSync('/no/such/login')).toBe(false);
  });
});

describe('connections', () => {
  test('are few: a hundred requests one after the other share a connection or two', async () => {
    const client = new KubeClient(await connect());
    for (let index = 0; index < 100; index++) await client.get(CONFIG_MAPS, at);
    expect(connections).toBeLessThanOrEqual(2);
  });

  test('of streams are separate: forty silent watches do not block requests', async () => {
    const client = new KubeClient(await connect());
    const off = new AbortController();
    let watching = 0;
    const allWatching = new Promise<void>((resolve) => {
      answer = (request, response) => {
        if (!request.url!.includes('watch=')) return void response.end('{}');
        response.flushHeaders();
        if (++watching === 40) resolve();
      };
    });
    const watches = Array.from({ length: 40 }, () => client.watch(CONFIG_MAPS, { signal: off.signal }).next());
    await allWatching;
    expect(await client.get(CONFIG_MAPS, at)).toEqual({});
    off.abort();
    expect((await Promise.all(watches)).every(({ done }) => done)).toBe(true);
  });

  test('that cannot be made name the server and the reason', async () => {
    const send = await connect({}, { server: 'http://127.0.0.1:1' });
    await expect(new KubeClient(send).get(CONFIG_MAPS, at)).rejects.toThrow(
      'cannot reach the API server at http://127.0.0.1:1: connection refused: nothing listens there (ECONNREFUSED)',
    );
  });

  test('that the server closed while idle are made anew for a GET; a POST is never sent twice', async () => {
    const client = new KubeClient(await connect());
    let requests = 0;
    answer = (request, response) => {
      requests++;
      if (requests % 2 === 1) request.socket.destroy();
      else response.end('{}');
    };
    expect(await client.get(CONFIG_MAPS, at)).toEqual({});
    expect(requests).toBe(2);
    await expect(client.create(CONFIG_MAPS, { namespace: 'ci' }, {})).rejects.toThrow(ConnectionError);
    expect(requests).toBe(3);
  });

  test('keep the path of a server behind a prefix', async () => {
    let seen = '';
    answer = (request, response) => {
      seen = request.url!;
      response.end('{}');
    };
    await new KubeClient(await connect({}, { server: `${url}/k8s/clusters/c-1/` })).get(CONFIG_MAPS, at);
    expect(seen).toBe('/k8s/clusters/c-1/api/v1/namespaces/ci/configmaps/a');
  });

  test('carry a body both ways without a change', async () => {
    answer = (request, response) => void request.pipe(response);
    const object = { metadata: { name: 'a' }, text: 'é€😀\u2028\n', big: 'x'.repeat(300_000) };
    expect(await new KubeClient(await connect()).create(CONFIG_MAPS, { namespace: 'ci' }, object)).toEqual(object);
  });
});

describe('streams', () => {
  test('that are reset end with an error, read or not, and leave no uncaught error', async () => {
    const client = new KubeClient(await connect());
    answer = (request, response) => {
      response.write('first\n');
      setImmediate(() => request.socket.resetAndDestroy());
    };
    const unread = await client.podLogs(at, { follow: true });
    const read = readLines(await client.podLogs(at, { follow: true }));
    expect((await read.next()).value).toBe('first');
    await expect(read.next()).rejects.toThrow();
    await expect(new Response(unread).text()).rejects.toThrow();
  });

  test('slow the server down without a reader', async () => {
    const client = new KubeClient(await connect());
    let written = 0;
    let full: () => void;
    const backpressure = new Promise<void>((resolve) => (full = resolve));
    const chunk = Buffer.alloc(64 * 1024, 'x');
    answer = (_, response) => {
      const go = (): void => {
        while (written < 100_000_000) {
          written += chunk.length;
          if (!response.write(chunk)) return full();
        }
      };
      go();
    };
    const stream = await client.podLogs(at);
    await backpressure;
    expect(written).toBeLessThan(20_000_000);
    await stream.cancel();
  });

  test('may be empty: the log of a pod without a node is 204', async () => {
    answer = (_, response) => response.writeHead(204).end();
    expect(await new Response(await new KubeClient(await connect()).podLogs(at)).text()).toBe('');
  });

  test('that are left free their connection', async () => {
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

  test('of a reflector go on after a reset, over a real connection', async () => {
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
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      const informer = new Informer(client, CONFIG_MAPS, {
        random: () => 1,
        onChange: (key) => {
          seen.push(key);
          if (seen.length === 3) void informer.stop().then(resolve);
        },
      });
      informer.start();
    });
    expect(seen).toEqual(['n1', 'n2', 'n3']);
  });
});
