/**
 * A cluster in one process: creates and connects its parts, and closes them.
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
import { sendAs, sendWithTokens, type ServerContext } from './api/server.js';
import { machineTime, type Send, type Clock } from '@pipewright/apimachinery';
import type { PodLogs } from './model/pod-logs.js';
import { readToken } from './api/auth/tokens.js';
import { EventLoopYield } from './api/event-loop-yield.js';
import { createApiContext, type Admission, type ApiContext } from './api/api-context.js';
import { OpenApiV2 } from './api/discovery/openapi-v2.js';
import { OpenApiV3 } from './api/discovery/openapi-v3.js';
import type { ClusterLog } from './platform/cluster-log.js';
import { ClusterError } from './platform/cluster-error.js';
import { Listeners, type Served } from './http/listeners.js';
import type { Images } from './node/container/image.js';
import type { ClaimDirectory } from './node/node-context.js';
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

/** Options of `startCluster`. */
export interface ClusterOptions {
  /**
   * The data directory. Only one process may use it at a time.
   *
   * @default - in memory
   */
  readonly dataDir?: string;
  /**
   * Runs containers.
   *
   * @default - no node: pods stay Pending
   */
  readonly runtime?: Runtime;
  /** Returns the stand-in for an image. @default - no image can be pulled */
  readonly images?: Images;
  /** The remedy in the error for an image without a stand-in. @default - the node's text */
  readonly imageHint?: string;
  /** Files mounted read-only into every container: content by absolute path. @default none */
  readonly hostFiles?: Readonly<Record<string, string>>;
  /** Whether pods may mount directories of the machine. @default false */
  readonly allowHostPath?: boolean;
  /** Returns the directory of the machine that is the volume of a PersistentVolumeClaim. @default - each claim has a directory of its own */
  readonly claimDirectory?: ClaimDirectory;
  /** Whether containers start without missing Secrets, for runtimes that run no processes. @default false */
  readonly optionalSecrets?: boolean;
  /** Labels and resources of the node beyond the default ones. @default none */
  readonly node?: NodeShape;
  /** CustomResourceDefinitions to install at start. @default none */
  readonly crds?: readonly object[];
  /** Additional admission functions. @default none */
  readonly admission?: readonly Admission[];
  /** @default the machine's clock */
  readonly now?: () => Date;
  /** The time of pods, for tests. @default - made of `wireClock` */
  readonly clock?: NodeOptions['clock'];
  /** Time and timers of requests, watches and built-in controllers; takes precedence over `now`. @default the machine's */
  readonly wireClock?: Clock;
  /** The source of names, uids and tokens. @default the machine's */
  readonly random?: Random;
  /** Receives messages for the operator. @default they are dropped */
  readonly log?: ClusterLog;
  /** The location of the log, for error messages of the API server. @default - they only mention a log */
  readonly logPlace?: string;
}

/** A running cluster. */
export interface Cluster {
  /** The API server in this process, as the administrator. */
  readonly send: Send;
  /** The image registry in this process. */
  readonly registry: Registry;
  /** Listens for kubectl, with TLS. Rejects with a `ClusterError` if the port cannot be opened. */
  serve(options?: ListenOptions): Promise<Served>;
  /** Stops everything; resolves when nothing runs. Repeated calls return the same promise. */
  close(): Promise<void>;
}

/** Starts a cluster. Rejects with a `ClusterError` that contains the remedy. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { log = () => undefined, dataDir } = options;
  const clock = options.wireClock ?? machineTime(options.now);
  if (dataDir !== undefined) requireSafeDirectory(dataDir, 'name a directory of your own');
  return startClusterOn(await openStorage(dataDir, { clock, log }), options);
}

/** Starts a cluster on an open storage, and closes the storage when the cluster closes. */
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
    const failure = storage.failure(); // it says more than the Status of a request
    await close().catch(() => undefined); // the first failure says more
    if (failure) throw new ClusterError('DATA_DIR_UNUSABLE', failure.message, failure.hint, { cause: error });
    throw error;
  }
  return { send, registry, serve: (options) => listeners.serve(options), close };
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

/** Starts the built-in controllers; the returned function stops them. */
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

/** Starts the node if a runtime is given; its files are temporary unless a data directory is given. */
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
    claimDirectory,
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
    ...(claimDirectory && { claimDirectory }),
    ...(optionalSecrets !== undefined && { optionalSecrets }),
    ...(shape && { shape }),
    ...(clock && { clock }),
    ...(log && { log }),
  });
  return { node, close: () => node.close() };
}

/** Logs each answered request. */
const logged =
  (send: Send, log: ClusterLog): Send =>
  async (request) => {
    const response = await send(request);
    const { pathname, search } = new URL(request.url);
    log(`${request.method} ${pathname}${search}: ${String(response.status)}`, 'debug');
    return response;
  };

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Returns a function that runs the work once and always returns the same promise. */
function once(work: () => Promise<void>): () => Promise<void> {
  let promise: Promise<void> | undefined;
  return () => (promise ??= work());
}

/** Runs all steps, even after a failure; rejects with the last failure. */
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
  const [actual, expected] = [Buffer.from(token), Buffer.from(adminToken)];
  if (actual.length === expected.length && timingSafeEqual(actual, expected)) return ADMIN;
  return readToken(tokenKey, token, api);
}

/** Installs or updates a definition. */
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
