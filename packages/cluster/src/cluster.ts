/**
 * A whole cluster in one process: what `startCluster` puts together, and takes apart again.
 *
 *     send ──▶ API server ──▶ store ◀── collector
 *                  ▲            │
 *     serve ── TLS ┘            └──▶ node ──▶ runtime
 */

import { timingSafeEqual } from 'node:crypto';
import { ADMIN, NODE, type User } from './api/identity.js';
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
import { newSecrets, type ClusterSecrets } from './storage/secrets.js';
import { listen, type Listening, type ListenOptions } from './serve.js';
import { Store } from './storage/store.js';

/** What a cluster is made of. */
export interface ClusterOptions {
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
  /** Listens for kubectl, with TLS. Rejects with a `ListenError` when the port cannot be had. */
  serve(options?: ListenOptions): Promise<Served>;
  /** Stops everything; the promise resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** Starts a cluster. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { now = () => new Date(), admission = [], crds = [], log = () => undefined } = options;
  const secrets = newSecrets(now());
  const caPem = secrets.authority.certPem;
  const world: World = { store: new Store(), catalog: new Catalog(BUILT_IN), admission, caPem: () => caPem, now };
  let logs: PodLogs | undefined;
  const context: ServerContext = {
    world,
    tokenKey: secrets.tokenKey,
    authenticate: (token) => userOf(token, secrets, world),
    logs: () => logs,
    settled: () => undefined,
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
  return {
    send,
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
      for (const collection of world.store.collections()) collection.end();
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

async function install(send: Send, crd: object): Promise<void> {
  const url = 'http://kubernetes/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldManager=pipewright';
  const response = await send(new Request(url, { method: 'POST', body: JSON.stringify(crd) }));
  if (!response.ok && response.status !== 409) throw new Error(await response.text());
}
