/**
 * A `Send` to the cluster of a kubeconfig: TLS, credentials, pooled connections.
 *
 * client-node opens one connection per request. Here requests share a few connections. Streams (watches, logs) occupy a connection for
 * minutes, so they have a separate pool and cannot block requests.
 */

import type { Readable } from 'node:stream';
import type * as Undici from 'undici';
import type { Agent, Dispatcher } from 'undici';
import { ConnectionError } from './api-error.js';
import { systemClock, type Send } from '@pipewright/apimachinery';
import { CredentialCache, type Credentials, type Tls } from './credentials.js';
import { chooseContext, KubeconfigError, type KubeconfigOptions } from './kubeconfig.js';

/** A `Send` with its destination. */
export interface ClusterSend extends Send {
  /** The server's URL. */
  readonly server: string;
  /** The context's name, `in-cluster` in a pod. */
  readonly context: string;
  /** The context's namespace; `default` if it has none. */
  readonly namespace: string;
  /** The source of the configuration: a path, or `in-cluster`. */
  readonly source: string;
  /** Closes the connections and interrupts open streams. */
  close(): Promise<void>;
}

interface Pools {
  readonly tls: Tls;
  readonly requests: Dispatcher;
  readonly streams: Dispatcher;
}

/**
 * Returns a `Send` to the cluster of a kubeconfig. Sends nothing yet.
 *
 * @throws KubeconfigError if it cannot be read or has no cluster
 */
export async function kubeconfigSend(options: KubeconfigOptions = {}): Promise<ClusterSend> {
  const { source, context, cluster, config } = await chooseContext(options);
  if (cluster.proxyUrl?.startsWith('socks')) {
    throw new KubeconfigError(
      `${source}: cluster "${cluster.name}" requires a SOCKS proxy; only http(s) proxies are supported`,
    );
  }
  const server = cluster.server;
  const cache = new CredentialCache(config, systemClock);
  let pools: Pools | undefined;

  const undici = await import('undici'); // loaded here: an in-process server does not need it

  const poolsFor = (tls: Tls): Pools => {
    if (pools && sameTls(pools.tls, tls)) return pools;
    const old = pools;
    if (old) closeInBackground(old);
    pools = { tls, ...openPools(undici, tls, cluster.proxyUrl) };
    return pools;
  };

  const send = async (request: Request): Promise<Response> => {
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
    for (let retried = false; ; retried = true) {
      const pending = cache.get();
      const credentials = await pending.catch((error: unknown) => {
        throw new ConnectionError(`cannot authenticate to ${server}: ${firstLine(error)}`, { cause: error });
      });
      const response = await sendOnce(server, request, body, credentials, poolsFor(credentials.tls));
      if (response.status !== 401 || retried || !cache.invalidate(pending)) return response;
      await response.body?.cancel();
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all([pools?.requests.destroy(), pools?.streams.destroy()]);
    pools = undefined;
  };
  const namespace = context.namespace ?? 'default';
  return Object.assign(send, { server, context: context.name, namespace, source, close });
}

function openPools(undici: typeof Undici, tls: Tls, proxy: string | undefined): Omit<Pools, 'tls'> {
  const connect = { ...tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 };
  const open = (options: Agent.Options): Dispatcher =>
    proxy
      ? new undici.ProxyAgent({ ...options, uri: proxy, requestTls: connect })
      : new undici.Agent({ ...options, connect });
  return {
    // The signal of a request is its deadline; these apply to requests without a signal.
    requests: open({ connections: 32, keepAliveTimeout: 30_000, headersTimeout: 120_000, bodyTimeout: 120_000 }),
    streams: open({ keepAliveTimeout: 1000, headersTimeout: 120_000, bodyTimeout: 0 }),
  };
}

/** Closes a pool after its requests end. A failure to close has no effect, because requests do not use the pool any more. */
function closeInBackground({ requests, streams }: Pools): void {
  requests.close().catch(() => undefined);
  streams.close().catch(() => undefined);
}

const sameTls = (a: Tls, b: Tls): boolean =>
  (['ca', 'cert', 'key'] as const).every((part) => String(a[part] ?? '') === String(b[part] ?? ''));

async function sendOnce(
  server: string,
  request: Request,
  body: Buffer | undefined,
  credentials: Credentials,
  pools: Pools,
): Promise<Response> {
  const url = new URL(request.url);
  const base = new URL(server);
  const isStreaming = isStream(url);
  const send = (): Promise<Dispatcher.ResponseData> =>
    (isStreaming ? pools.streams : pools.requests).request({
      origin: base.origin,
      path: base.pathname.replace(/\/$/, '') + url.pathname + url.search,
      method: request.method as Dispatcher.HttpMethod, // the methods of the Kubernetes API
      headers: { 'user-agent': 'pipewright', ...Object.fromEntries(request.headers), ...credentials.headers },
      body: body ?? null,
      signal: request.signal,
    });
  try {
    // A server may close an idle connection just as it is used again: repeating a GET is safe.
    const response = await send().catch((error: unknown) => {
      if (request.method === 'GET' && isReset(error)) return send();
      throw error;
    });
    return await toResponse(response, isStreaming);
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    throw new ConnectionError(`cannot reach the API server at ${server}: ${describeError(error)}`, { cause: error });
  }
}

/** Watches and logs have no time limit and can be silent for long. */
function isStream(url: URL): boolean {
  const watch = url.searchParams.get('watch');
  return watch === 'true' || watch === '1' || /\/pods\/[^/]+\/log$/.test(url.pathname);
}

async function toResponse(response: Dispatcher.ResponseData, isStreaming: boolean): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) {
    for (const each of Array.isArray(value) ? value : [value ?? '']) headers.append(name, each);
  }
  const init = { status: response.statusCode, headers };
  if (isStreaming && response.statusCode === 200) return new Response(toWeb(response.body), init);
  const bytes = await response.body.arrayBuffer();
  return new Response(bytes.byteLength === 0 ? null : bytes, init);
}

/** Reads chunk by chunk, so that a slow reader slows the server instead of filling memory. */
function toWeb(body: Readable): ReadableStream<Uint8Array> {
  // Without a listener between two reads, a reset would be an uncaught 'error' event. The next read reports it.
  body.on('error', () => undefined);
  const chunks = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array); // an HTTP body without encoding yields bytes
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Reads a field without `instanceof`: errors of Node can come from another realm. */
const errorField = (error: unknown, name: 'code' | 'message'): string => {
  const value = typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined; // any
  return typeof value === 'string' ? value : '';
};

const isReset = (error: unknown): boolean =>
  ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(errorField(error, 'code'));

const ERROR_MESSAGES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: no server listens there',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name cannot be resolved now',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within 10 s',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: give certificate-authority-data in the kubeconfig',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted: give certificate-authority-data in the kubeconfig',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted: give certificate-authority-data in the kubeconfig',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: set tls-server-name in the kubeconfig',
};

const describeError = (error: unknown): string => {
  const code = errorField(error, 'code');
  const message = ERROR_MESSAGES[code];
  return message ? `${message} (${code})` : firstLine(error);
};

const firstLine = (error: unknown): string => (errorField(error, 'message') || String(error)).split('\n')[0] ?? '';
