/** `pipewright controller`: runs the controller of the embedded cluster against any Kubernetes cluster. */

import type { EventEmitter } from 'node:events';
import {
  ApiError,
  CUSTOM_RESOURCE_DEFINITIONS,
  KubeClient,
  KubeconfigError,
  kubeconfigSend,
  ConnectionError,
  type ClusterSend,
} from '@pipewright/kube';
import {
  DEFAULT_IMAGES,
  jsonLog,
  startController,
  type Images,
  type Log,
  type Registries,
  type RetentionPolicy,
} from '@pipewright/controller';
import { crds } from '@pipewright/tekton';
import type { Output } from '../terminal/output.js';
import { whenAborted, listenForStop } from '../terminal/stop-requests.js';
import { UsageError } from '../diagnostics/usage-error.js';

/** Options of `pipewright controller`. */
export interface ControllerOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly installCrds?: boolean;
  readonly namespace?: string;
  readonly gitImage?: string;
  readonly shellImage?: string;
  readonly busyboxImage?: string;
  readonly nopImage?: string;
  readonly gsutilImage?: string;
  readonly nodeImage?: string;
  /** Registries that use plain HTTP, by host. */
  readonly insecureRegistry?: readonly string[];
  /** Mirrors of registries, by host. */
  readonly registryMirror?: ReadonlyMap<string, string>;
  /** Which finished runs to keep. @default - all */
  readonly keepRuns?: RetentionPolicy;
}

/** Dependencies that tests replace. */
export interface ControllerDependencies {
  readonly log?: Log;
  /** The source of SIGINT and SIGTERM. @default - the process */
  readonly signals?: EventEmitter;
}

/** Runs the controller until a stop request. @returns the exit status: 0 after a graceful stop */
export async function runController(
  options: ControllerOptions,
  output: Output,
  dependencies: ControllerDependencies = {},
): Promise<number> {
  const log = dependencies.log ?? (await jsonLog());
  const send = await connect(options);
  const requests = listenForStop(dependencies.signals);
  try {
    const client = new KubeClient(send);
    await requireReachable(client, send, output);
    if (options.installCrds === true) await installCrds(client, log);
    const { namespace, keepRuns } = options;
    const controller = await startController({
      send,
      log,
      images: imagesOf(options),
      registries: registriesOf(options),
      ...(namespace !== undefined && { namespace }),
      ...(keepRuns && { retention: keepRuns }),
    });
    log.info('the controller is running', {
      server: send.server,
      context: send.context,
      namespace: namespace ?? 'all',
    });
    const signal = await whenAborted(requests.stop);
    log.info('stopping', { signal });
    await controller.stop();
    return 0;
  } finally {
    requests.release();
    await send.close();
  }
}

async function connect({ kubeconfig, context }: ControllerOptions): Promise<ClusterSend> {
  try {
    return await kubeconfigSend({
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context !== undefined && { context }),
    });
  } catch (cause) {
    if (!(cause instanceof KubeconfigError)) throw cause;
    throw new UsageError(
      cause.message,
      'set --kubeconfig FILE and --context NAME, or start a local cluster: pipewright up',
      { cause, status: 3 },
    );
  }
}

/** Requests the version once, so that a wrong address fails immediately instead of being retried forever. */
async function requireReachable(client: KubeClient, send: ClusterSend, output: Output): Promise<void> {
  try {
    await client.request({ method: 'GET', path: '/version' });
  } catch (cause) {
    if (!(cause instanceof ApiError) && !(cause instanceof ConnectionError)) throw cause;
    output.warn(`kubeconfig ${send.source}, context ${send.context}`);
    throw new UsageError(
      `cannot reach ${send.server}: ${cause.message}`,
      'check that the cluster is running, and that the context is correct',
      { cause, status: 3 },
    );
  }
}

async function installCrds(client: KubeClient, log: Log): Promise<void> {
  for (const crd of crds()) {
    const { name } = crd.metadata;
    try {
      await client.patch(CUSTOM_RESOURCE_DEFINITIONS, { name }, crd, {
        type: 'apply',
        fieldManager: 'pipewright',
        force: true,
      });
      log.info('installed a CustomResourceDefinition', { name });
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      throw new UsageError(
        `cannot install the CustomResourceDefinition ${name}: ${cause.message}`,
        'use an account that may patch customresourcedefinitions',
        { cause, status: 3 },
      );
    }
  }
}

function imagesOf(options: ControllerOptions): Images {
  return {
    git: options.gitImage ?? DEFAULT_IMAGES.git,
    shell: options.shellImage ?? DEFAULT_IMAGES.shell,
    lent: options.busyboxImage ?? DEFAULT_IMAGES.lent,
    nop: options.nopImage ?? DEFAULT_IMAGES.nop,
    gsutil: options.gsutilImage ?? DEFAULT_IMAGES.gsutil,
    node: options.nodeImage ?? DEFAULT_IMAGES.node,
  };
}

function registriesOf({ insecureRegistry = [], registryMirror = new Map() }: ControllerOptions): Registries {
  const plain = insecureRegistry.map((host) => [host, `http://${host}`, `--insecure-registry ${host}`] as const);
  const mirrors = [...registryMirror].map(([host, url]) => [host, url, `--registry-mirror ${host}=${url}`] as const);
  return Object.fromEntries([...plain, ...mirrors].map(([host, url, flag]) => [host, { url: registryUrl(url, flag) }]));
}

function registryUrl(url: string, flag: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError(
    `${flag}: that is not a registry URL`,
    'as in --insecure-registry registry.corp:5000 or --registry-mirror docker.io=http://127.0.0.1:5000',
  );
}
