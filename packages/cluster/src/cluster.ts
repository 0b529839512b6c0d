/**
 * A whole cluster in one process: what `startCluster` puts together, and takes apart again.
 */

import { ADMIN, NODE } from './api/identity.js';
import { bootstrap, furnishNamespaces } from './api/bootstrap.js';
import { BUILT_IN } from './api/builtin.js';
import { Catalog } from './api/catalog.js';
import { Collector } from './api/collector.js';
import { serveDefinitions } from './api/definitions.js';
import { sendAs, type Send, type ServerContext } from './api/server.js';
import type { PodLogs } from './api/subresources.js';
import { newKey, readToken } from './api/tokens.js';
import type { Admission, World } from './api/world.js';
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

/** A running cluster. */
export interface Cluster {
  /** The API server, in this process, as a user who may do everything. */
  readonly send: Send;
  /** Stops everything; the promise resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** Starts a cluster. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { now = () => new Date(), admission = [], crds = [], log = () => undefined } = options;
  const world: World = { store: new Store(), catalog: new Catalog(BUILT_IN), admission, caPem: () => '', now };
  const key = newKey();
  let logs: PodLogs | undefined;
  const context: ServerContext = {
    world,
    tokenKey: key,
    authenticate: (token) => readToken(key, token, world),
    logs: () => logs,
    settled: () => undefined,
    onBug: (error, request) =>
      log(
        `${request.method} ${request.url}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ),
  };
  serveDefinitions(world);
  furnishNamespaces(world);
  const collector = new Collector(world);
  bootstrap(world);
  collector.start();
  const send = sendAs(context, ADMIN);
  for (const crd of crds) await install(send, crd);
  void sendAs(context, NODE);
  return { send, close: async () => collector.close() };
}

async function install(send: Send, crd: object): Promise<void> {
  const url = 'http://kubernetes/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldManager=pipewright';
  const response = await send(new Request(url, { method: 'POST', body: JSON.stringify(crd) }));
  if (!response.ok && response.status !== 409) throw new Error(await response.text());
}
