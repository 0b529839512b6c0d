/**
 * A whole cluster in one process: what `startCluster` puts together, and takes apart again.
 *
 *     send ──▶ API server ──▶ store ◀── collector
 *                  ▲            │
 *     serve ── TLS ┘            └──▶ node ──▶ runtime
 */

import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { ADMIN, NODE, type User } from './api/auth/identity.js';
import { bootstrap, provisionNamespaces } from './controllers/bootstrap.js';
import { BUILT_IN } from './api/kinds/builtin.js';
import { Catalog } from './api/kinds/resource-catalog.js';
import { GarbageCollector } from './controllers/garbage-collector.js';
import { registerDefinitions } from './api/kinds/crd-registration.js';
import { expireEvents } from './controllers/event-expiry.js';
import { stringAt } from './model/json.js';
import { startQuotaController } from './api/admission/resource-quota.js';
import { RequestCounts } from './api/metrics.js';
import { sendAs, sendWithTokens, type Send, type ServerContext } from './api/server.js';
import type { PodLogs } from './model/pod-logs.js';
import { readToken } from './api/auth/tokens.js';
import { EventLoopYield } from './api/event-loop-yield.js';
import { createApiContext, type Admission, type ApiContext } from './api/api-context.js';
import { OpenApiV2 } from './api/discovery/openapi-v2.js';
import { OpenApiV3 } from './api/discovery/openapi-v3.js';
import { machineTime, type Clock } from './platform/clock.js';
import type { ClusterLog } from './platform/cluster-log.js';
import { ClusterError } from './platform/cluster-error.js';
import { Listeners, type Served } from './http/listeners.js';
import type { Images } from './node/container/image.js';
import type { NodeShape } from './node/node-object.js';
import { startNode, type Node, type NodeOptions } from './node/node.js';
import { createRegistry, type Registry } from './registry/registry.js';
import { requireSafeDirectory } from './runtime/host/private-directory.js';
import type { Runtime } from './runtime/runtime.js';
import type { ListenOptions } from './http/serve.js';
import { systemRandom, type Random } from './platform/random.js';
import { openStorage, type Storage } from './storage/open.js';
import type { ClusterSecrets } from './storage/secrets.js';
import { StorageWriteError } from './storage/journal/storage-write-error.js';
import type { Store } from './storage/memory/store.js';

/** What a cluster is made of. */
export interface ClusterOptions {
  /**
   * Where everything is kept across restarts. Only one process may use it at a time.
   *
   * @default - in memory, gone with the process
   */
  readonly dataDir?: string;
  /**
   * What runs containers.
   *
   * @default - there is no node: pods are kept, and stay Pending
   */
  readonly runtime?: Runtime;
  /** What stands for an image. @default - no image can be pulled */
  readonly images?: Images;
  /** Ends the message about an image nothing stands for: what to do. @default - as the node has it */
  readonly imageHint?: string;
  /** Files laid read-only into every container: content by absolute path. @default none */
  readonly hostFiles?: Readonly<Record<string, string>>;
  /** Whether pods may mount directories of the machine. @default false */
  readonly allowHostPath?: boolean;
  /** Start containers also when Secrets that they name are missing; for runtimes that run nothing. @default false */
  readonly optionalSecrets?: boolean;
  /** Labels and resources of the node beyond the usual ones. @default none */
  readonly node?: NodeShape;
  /** CustomResourceDefinitions to install at start. @default none */
  readonly crds?: readonly object[];
  /** Further admission of writes. @default none */
  readonly admission?: readonly Admission[];
  /** @default the machine's clock */
  readonly now?: () => Date;
  /** The node's time, for tests that wind it by hand. @default - made of `wireClock` */
  readonly clock?: NodeOptions['clock'];
  /** Time and timers of requests, watches and built-in controllers: wins over `now`. @default the machine's */
  readonly wireClock?: Clock;
  /** Where names, uids and tokens are drawn from. @default the machine's */
  readonly random?: Random;
  /** Receives what an operator should know. @default it is dropped */
  readonly log?: ClusterLog;
  /** Where that can be read: errors of the API server name it. @default - they say only that there is a log */
  readonly logPlace?: string;
}

/** A running cluster. */
export interface Cluster {
  /** The API server, in this process, as a user who may do everything. */
  readonly send: Send;
  /** A registry for images, in this process too. */
  readonly registry: Registry;
  /** Listens for kubectl, with TLS. Rejects with a `ClusterError` when the port cannot be had. */
  serve(options?: ListenOptions): Promise<Served>;
  /** Stops everything; the promise resolves when nothing runs any more. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts a cluster. Rejects with a `ClusterError` that says what to change. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { log = () => undefined, dataDir } = options;
  const clock = options.wireClock ?? machineTime(options.now);
  if (dataDir !== undefined) requireSafeDirectory(dataDir, 'name a directory of your own');
  return startClusterOn(await openStorage(dataDir, { clock, log }), options);
}

/** Starts a cluster on a storage that is open already, and closes it in the end. */
export async function startClusterOn(storage: Storage, options: ClusterOptions): Promise<Cluster> {
  const { admission = [], log = () => undefined, dataDir, random = systemRandom } = options;
  const clock = options.wireClock ?? machineTime(options.now);
  const now = (): Date => clock.date();
  const { secrets, store } = storage;
  const catalog = new Catalog(BUILT_IN);
  const caPem = (): string => secrets.authority.certPem;
  const api = createApiContext({ store, catalog, admission, caPem, clock, random });
  let logs: PodLogs | undefined;
  const context: ServerContext = {
    counts: new RequestCounts(),
    openApiV2: new OpenApiV2(catalog),
    openApiV3: new OpenApiV3(catalog),
    api,
    eventLoopYield: new EventLoopYield(clock),
    tokenKey: secrets.tokenKey,
    authenticate: (token) => userOf(token, secrets, api),
    logs: () => logs,
    onBug: (error, request) => log(`${request.method} ${request.url}: ${stackOf(error)}`, 'error'),
    ...(options.logPlace !== undefined && { logPlace: options.logPlace }),
  };
  const { authority, adminToken } = secrets;
  const listeners = new Listeners({ send: logged(sendWithTokens(context), log), authority, adminToken, now });
  const stopControllers = startControllers(api);
  const send = sendAs(context, ADMIN);
  const registry = createRegistry({ clock, random, ...(dataDir !== undefined && { dir: join(dataDir, 'registry') }) });
  let running: RunningNode | undefined;
  const closeRegistry = (): Promise<void> => {
    stopControllers();
    for (const collection of store.collections()) collection.end();
    return registry.close();
  };
  const close = once(() =>
    runAll([() => running?.close(), () => listeners.close(), closeRegistry, () => storage.close()]),
  );
  try {
    await waitForBootstrap(store);
    for (const crd of options.crds ?? []) await install(send, crd);
    running = await nodeOf(options, sendAs(context, NODE), () => listeners.inCluster(), clock);
    logs = running?.node.logs;
  } catch (error) {
    const failure = storage.failure(); // requests answer with a Status, which says less
    await close().catch(() => undefined); // the first failure says more
    if (failure) throw new ClusterError('DATA_DIR_UNUSABLE', failure.message, failure.hint, { cause: error });
    throw error;
  }
  return { send, registry, serve: (where) => listeners.serve(where), close };
}

/** Waits until the objects that every cluster has are durable. */
async function waitForBootstrap(store: Store): Promise<void> {
  try {
    await store.settled();
  } catch (cause) {
    if (!(cause instanceof StorageWriteError)) throw cause;
    throw new ClusterError('DATA_DIR_UNUSABLE', cause.message, cause.hint, { cause });
  }
}

/** What goes on without being asked; the returned function stops it. */
function startControllers(api: ApiContext): () => void {
  registerDefinitions(api);
  provisionNamespaces(api);
  startQuotaController(api);
  const garbageCollector = new GarbageCollector(api);
  bootstrap(api);
  garbageCollector.start();
  const stopExpiry = expireEvents(api);
  return () => {
    stopExpiry();
    garbageCollector.close();
  };
}

interface RunningNode {
  readonly node: Node;
  close(): Promise<void>;
}

/** The node, where there is a runtime; its files go with it unless they have a place to stay. */
async function nodeOf(
  options: ClusterOptions,
  send: Send,
  inCluster: NodeOptions['inCluster'],
  wireClock: Clock,
): Promise<RunningNode | undefined> {
  const {
    runtime,
    dataDir,
    images = () => undefined,
    imageHint,
    hostFiles,
    allowHostPath,
    optionalSecrets,
    clock,
    log,
    node: shape,
  } = options;
  if (!runtime) return undefined;
  const node = await startNode({
    send,
    runtime,
    images,
    inCluster,
    wireClock,
    ...(dataDir !== undefined && { stateDir: join(dataDir, 'node'), logDir: join(dataDir, 'logs') }),
    ...(imageHint !== undefined && { imageHint }),
    ...(hostFiles && { hostFiles }),
    ...(allowHostPath !== undefined && { allowHostPath }),
    ...(optionalSecrets !== undefined && { optionalSecrets }),
    ...(shape && { shape }),
    ...(clock && { clock }),
    ...(log && { log }),
  });
  return { node, close: () => node.close() };
}

/** Reports each request that was answered. */
const logged =
  (send: Send, log: ClusterLog): Send =>
  async (request) => {
    const response = await send(request);
    const { pathname, search } = new URL(request.url);
    log(`${request.method} ${pathname}${search}: ${String(response.status)}`, 'debug');
    return response;
  };

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Makes a function that does its work once, and gives everybody the same promise. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

/** Runs each step, also after one has failed; rejects with the last failure. */
async function runAll(steps: readonly (() => Promise<void> | undefined)[]): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failure = { error };
    }
  }
  if (failure) throw failure.error;
}

function userOf(token: string, { adminToken, tokenKey }: ClusterSecrets, api: ApiContext): User | undefined {
  const [given, wanted] = [Buffer.from(token), Buffer.from(adminToken)];
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return ADMIN;
  return readToken(tokenKey, token, api);
}

/** Installs a definition, or brings an older one up to date. */
async function install(send: Send, crd: object): Promise<void> {
  const name = stringAt(crd, 'metadata', 'name');
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}?fieldManager=pipewright&force=true`;
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const request = new Request(`http://kubernetes${path}`, { method: 'PATCH', headers, body: JSON.stringify(crd) });
  const response = await send(request);
  if (response.ok) return;
  const status: unknown = await response.json();
  const message = `the definition ${name} cannot be installed: ${stringAt(status, 'message')}`;
  throw new ClusterError('CRD_REFUSED', message, 'correct the definition; the message names its fields');
}
