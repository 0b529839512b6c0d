/**
 * Selects the cluster and user: from kubeconfig files, or from the pod that this process runs in.
 *
 * @kubernetes/client-node implements authentication (exec plugins, OIDC, certificates, tokens) and is used for nothing else; it is loaded
 * only to read a kubeconfig. This file adds what kubectl supports and it does not: missing files in KUBECONFIG, `tokenFile`, no user.
 */

import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import {
  loadClientNode,
  type ClientNode,
  type Cluster,
  type Context,
  type KubeConfig,
  type User,
} from './client-node.js';
import { didYouMean } from './nearest.js';

/** Selects a kubeconfig and a context. */
export interface KubeconfigOptions {
  /** A file. By default the list in KUBECONFIG, else ~/.kube/config, else the pod's service account. */
  readonly kubeconfig?: string | undefined;
  /** By default the file's current-context. */
  readonly context?: string | undefined;
  /** By default the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The kubeconfig cannot be read or does not determine a cluster. The message has the place and the fix. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
  readonly code = 'kubeconfig';
}

/** A selected context: one cluster, one user. */
export interface ChosenContext {
  /** The source: a path, or `in-cluster`. */
  readonly source: string;
  readonly context: Context;
  readonly cluster: Cluster;
  /** The KubeConfig of client-node with this context only. */
  readonly config: KubeConfig;
}

interface KubeconfigContents {
  readonly source: string;
  readonly clusters: readonly Cluster[];
  readonly users: readonly User[];
  readonly contexts: readonly Context[];
  readonly currentContext: string | undefined;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Reads the configuration and selects a context.
 *
 * @throws KubeconfigError
 */
export async function chooseContext(options: KubeconfigOptions): Promise<ChosenContext> {
  const clientNode = await loadClientNode();
  const found = loadKubeconfig(options, clientNode);
  const context = findContext(found, options.context);
  const cluster = found.clusters.find(({ name }) => name === context.cluster);
  if (!cluster) {
    throw new KubeconfigError(
      `${found.source}: context "${context.name}" refers to cluster "${context.cluster}", which it does not define${didYouMean(
        context.cluster,
        found.clusters.map(({ name }) => name),
      )}`,
    );
  }
  const user = found.users.find(({ name }) => name === context.user);
  if (!user && context.user) {
    throw new KubeconfigError(
      `${found.source}: context "${context.name}" refers to user "${context.user}", which it does not define${didYouMean(
        context.user,
        found.users.map(({ name }) => name),
      )}`,
    );
  }
  const config = new clientNode.KubeConfig();
  // Without a user client-node drops the cluster's CA too, and it rejects http unless skipTLSVerify is set.
  const effectiveUser = user ?? { name: 'anonymous' };
  const http = cluster.server.startsWith('http:');
  config.loadFromOptions({
    clusters: [http ? { ...cluster, skipTLSVerify: true } : cluster],
    users: [effectiveUser],
    contexts: [{ ...context, user: effectiveUser.name }],
    currentContext: context.name,
  });
  return { source: found.source, context, cluster, config };
}

function loadKubeconfig(
  { kubeconfig, env = process.env }: KubeconfigOptions,
  clientNode: ClientNode,
): KubeconfigContents {
  if (kubeconfig !== undefined) return readFiles([kubeconfig], kubeconfig, clientNode);
  const listedFiles = env['KUBECONFIG']?.split(delimiter).filter((file) => file !== '') ?? [];
  if (listedFiles.length > 0) return readFiles(listedFiles, listedFiles.join(delimiter), clientNode);
  const home = env['HOME'] ? join(env['HOME'], '.kube', 'config') : undefined;
  if (home && existsSync(home)) return readFiles([home], home, clientNode);
  const inPod = inCluster(env);
  if (inPod) return inPod;
  throw new KubeconfigError(
    `no kubeconfig: KUBECONFIG is not set${home ? `, ${home} does not exist` : ''}, and this is not a pod. ` +
      'Name one with --kubeconfig FILE, or run against the embedded cluster',
  );
}

/** Merges files as kubectl does: the first value takes precedence, and files of a list may be missing. */
function readFiles(files: readonly string[], source: string, clientNode: ClientNode): KubeconfigContents {
  const existing = files.filter((file) => existsSync(file));
  if (existing.length === 0) throw new KubeconfigError(`kubeconfig ${source} does not exist`);
  const parts = existing.map((file) => readFile(file, clientNode));
  return {
    source,
    clusters: parts.flatMap(({ clusters }) => clusters),
    users: parts.flatMap(({ users }) => users),
    contexts: parts.flatMap(({ contexts }) => contexts),
    currentContext: parts.map(({ currentContext }) => currentContext).find((name) => name),
  };
}

function readFile(file: string, { KubeConfig, loadYaml }: ClientNode): KubeconfigContents {
  const config = new KubeConfig();
  try {
    const text = readFileSync(file, 'utf8');
    // kubectl accepts an empty file.
    if (text.trim() === '') return { source: file, clusters: [], users: [], contexts: [], currentContext: '' };
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(resolve(file)));
    const { users } = loadYaml(text) as { users?: { name: string; user?: { tokenFile?: string } }[] }; // it has been read once
    const tokenFiles = new Map(users?.map(({ name, user }) => [name, user?.tokenFile]));
    return {
      source: file,
      clusters: config.clusters,
      users: config.users.map((user) => withTokenFile(user, tokenFiles.get(user.name), dirname(resolve(file)))),
      contexts: config.contexts,
      currentContext: config.currentContext,
    };
  } catch (error) {
    const [why] = String(error instanceof Error ? error.message : error).split('\n');
    throw new KubeconfigError(`kubeconfig ${file} cannot be read: ${why}`, { cause: error });
  }
}

function withTokenFile(user: User, tokenFile: string | undefined, folder: string): User {
  if (!tokenFile || user.token) return user;
  return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile: resolve(folder, tokenFile) } } };
}

function findContext(found: KubeconfigContents, requested: string | undefined): Context {
  const name = requested ?? found.currentContext;
  if (!name) {
    const names = found.contexts.map((context) => context.name).join(', ');
    const choice = names === '' ? ' and no contexts to choose from' : `: choose one of ${names}`;
    throw new KubeconfigError(`${found.source} has no current-context${choice}`);
  }
  const context = found.contexts.find((candidate) => candidate.name === name);
  if (context) return context;
  const names = found.contexts.map((candidate) => candidate.name);
  const others = names.length > 0 ? `; it has ${names.join(', ')}` : '; it has none';
  throw new KubeconfigError(`${found.source} has no context "${name}"${didYouMean(name, names)}${others}`);
}

function inCluster(env: NonNullable<KubeconfigOptions['env']>): KubeconfigContents | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  const tokenFile = join(SERVICE_ACCOUNT, 'token');
  if (!host || !existsSync(tokenFile)) return undefined;
  const namespaceFile = join(SERVICE_ACCOUNT, 'namespace');
  const namespace = existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : 'default';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    source: 'in-cluster',
    clusters: [{ name: 'in-cluster', caFile: join(SERVICE_ACCOUNT, 'ca.crt'), server, skipTLSVerify: false }],
    users: [{ name: 'in-cluster', authProvider: { name: 'tokenFile', config: { tokenFile } } }],
    contexts: [{ name: 'in-cluster', cluster: 'in-cluster', user: 'in-cluster', namespace }],
    currentContext: 'in-cluster',
  };
}
