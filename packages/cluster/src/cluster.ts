/**
 * A whole cluster in one process: what `startCluster` puts together, and takes apart again.
 *
 *     send ──▶ API server ──▶ store ◀── collector
 *                  ▲            │
 *     serve ── TLS ┘            └──▶ node ──▶ runtime
 */

import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { ADMIN, NODE, type User } from './api/identity.js';
import { stringAt } from './api/json.js';
import { bootstrap, furnishNamespaces } from './api/bootstrap.js';
import { BUILT_IN } from './api/builtin.js';
import { Catalog } from './api/catalog.js';
import { newServerCertificate } from './api/certificate.js';
import { Collector } from './api/collector.js';
import { serveDefinitions } from './api/definitions.js';
import { forgetOldEvents } from './api/events.js';
import { sendAs, sendWithTokens, type Send, type ServerContext } from './api/server.js';
import type { PodLogs } from './api/subresources.js';
import { readToken } from './api/tokens.js';
import type { Admission, World } from './api/world.js';
import { kubeconfigText } from './kubeconfig.js';
import { ClusterError } from './cluster-error.js';
import type { Images } from './node/image.js';
import { createRegistry, type Registry } from './registry/registry.js';
import type { Runtime } from './runtime/runtime.js';
import { openStorage } from './storage/open.js';
import type { ClusterSecrets } from './storage/secrets.js';
import { listen, type Listening, type ListenOptions } from './serve.js';

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
  /** Files laid read-only into every container: content by absolute path. @default none */
  readonly hostFiles?: Readonly<Record<string, string>>;
  /** CustomResourceDefinitions to install at start. @default none */
  readonly crds?: readonly object[];
  /** Who else judges writes. @default nobody */
  readonly admission?: readonly Admission[];
  /** @default the machine's clock */
  readonly now?: () => Date;
  /** Told of what an operator should know. @default nobody */
  readonly log?: (line: string) => void;
}

/** A cluster that can be reached from outside the process. */
export interface Served {
  readonly url: string;
  readonly port: number;
  /** The authority that signed the server's certificate. */
  readonly caPem: string;
  /** Whoever has it may do everything. */
  readonly token: string;
  /** A kubeconfig with all of this. */
  readonly kubeconfig: string;
}

/** A running cluster. */
export interface Cluster {
  /** The API server, in this process, as a user who may do everything. */
  readonly send: Send;
  /** A registry for images, in this process too. */
  readonly registry: Registry;
  /** Listens for kubectl, with TLS. Rejects with a `ClusterError` when the port cannot be had. */
  serve(options?: ListenOptions): Promise<Served>;
  /** Stops everything; the promise resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** Starts a cluster. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { now = () => new Date(), admission = [], crds = [], log = () => undefined } = options;
  const storage = await openStorage(options.dataDir, now());
  const { secrets, store } = storage;
  const caPem = secrets.authority.certPem;
  const world: World = { store, catalog: new Catalog(BUILT_IN), admission, caPem: () => caPem, now };
  let logs: PodLogs | undefined;
  const context: ServerContext = {
    world,
    tokenKey: secrets.tokenKey,
    authenticate: (token) => userOf(token, secrets, world),
    logs: () => logs,
    settled: storage.settled,
    onBug: (error, request) => log(`${request.method} ${request.url}: ${stackOf(error)}`),
  };
  serveDefinitions(world);
  furnishNamespaces(world);
  const collector = new Collector(world);
  bootstrap(world);
  collector.start();
  const stopForgetting = forgetOldEvents(world);
  const send = sendAs(context, ADMIN);
  for (const crd of crds) await install(send, crd);
  const listeners: Listening[] = [];
  void sendAs(context, NODE);
  const registry = createRegistry(options.dataDir === undefined ? {} : { dir: join(options.dataDir, 'registry') });
  return {
    send,
    registry,
    serve: async (where = {}) => {
      const listening = await listenFor(context, secrets, where, now());
      listeners.push(listening);
      const url = `https://${listening.host}:${listening.port}`;
      const { adminToken: token } = secrets;
      return { url, port: listening.port, caPem, token, kubeconfig: kubeconfigText({ url, caPem, token }) };
    },
    close: async () => {
      stopForgetting();
      await Promise.all(listeners.map((each) => each.close()));
      collector.close();
      for (const collection of store.collections()) collection.end();
      await storage.close();
    },
  };
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Names under which the API server may be addressed. */
const SERVER_NAMES = [
  '127.0.0.1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

function listenFor(
  context: ServerContext,
  secrets: ClusterSecrets,
  where: ListenOptions,
  now: Date,
): Promise<Listening> {
  const names = where.host === undefined ? SERVER_NAMES : [...new Set([...SERVER_NAMES, where.host])];
  return listen(sendWithTokens(context), newServerCertificate(secrets.authority, names, now), where);
}

function userOf(token: string, { adminToken, tokenKey }: ClusterSecrets, world: World): User | undefined {
  const [given, wanted] = [Buffer.from(token), Buffer.from(adminToken)];
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return ADMIN;
  return readToken(tokenKey, token, world);
}

/** Installs a definition, or brings an older one up to date. */
async function install(send: Send, crd: object): Promise<void> {
  const name = stringAt(crd, 'metadata', 'name');
  const url = `http://kubernetes/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}?fieldManager=pipewright&force=true`;
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const response = await send(new Request(url, { method: 'PATCH', headers, body: JSON.stringify(crd) }));
  if (response.ok) return;
  const status: unknown = await response.json();
  const message = `the definition ${name} cannot be installed: ${stringAt(status, 'message')}`;
  throw new ClusterError('CRD_REFUSED', message, 'correct the definition; the message names its fields');
}
