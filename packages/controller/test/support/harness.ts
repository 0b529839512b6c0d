/**
 * An embedded API server, and a minimal kubelet that terminates containers according to a test's script.
 *
 * The kubelet uses only the API; the embedded node has its own tests.
 */

import {
  crds,
  KINDS,
  tektonResource,
  V1ALPHA1,
  type KubernetesObject,
  type PipelineRun,
  type StatusCondition,
  type TaskRun,
} from '@pipewright/tekton';
import { startCluster, type Cluster } from '@pipewright/cluster';
import {
  CONFIG_MAPS,
  KubeClient,
  NAMESPACES,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  resource,
  SERVICE_ACCOUNTS,
  type KubeObject,
  type Resource,
} from '@pipewright/kube';
import type { Send } from '@pipewright/apimachinery';
import type { Log } from '../../src/index.js';
import type { Pod } from '../../src/pod/pod-types.js';

const RESOURCES: Readonly<Record<string, Resource>> = {
  ...Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, tektonResource(V1ALPHA1, kind)])),
  Secret: resource('v1', 'secrets', 'Secret'),
  ServiceAccount: SERVICE_ACCOUNTS,
  Pod: PODS,
  Namespace: NAMESPACES,
  Node: NODES,
  ResourceQuota: resource('v1', 'resourcequotas', 'ResourceQuota'),
  ConfigMap: CONFIG_MAPS,
  PersistentVolumeClaim: PERSISTENT_VOLUME_CLAIMS,
};

export const kindOf = (kind: string): Resource => RESOURCES[kind] ?? resource('v1', kind, kind);

/** How a container terminates. Default: exit code 0. `stays`: it runs until its pod is deleted. */
export type ContainerEnd =
  { readonly exitCode?: number; readonly message?: string; readonly reason?: string } | 'stays';

/** Returns how a container of a pod terminates. */
export type KubeletScript = (pod: Pod, container: string) => ContainerEnd | undefined;

/** A namespace of a cluster, with the operations of tests. */
export class Harness {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly #timeoutMs: number;

  /** @param timeoutMs timeout for awaited changes */
  constructor(send: Send, namespace: string, timeoutMs = 60_000) {
    this.client = new KubeClient(send);
    this.namespace = namespace;
    this.#timeoutMs = timeoutMs;
  }

  /** Returns the same namespace with another transport. */
  withTransport(send: Send): Harness {
    return new Harness(send, this.namespace, this.#timeoutMs);
  }

  async create<T extends KubeObject>(kind: string, name: string, rest: object): Promise<T> {
    const { namespace } = this;
    const resourceKind = kindOf(kind);
    const apiVersion =
      resourceKind.group === '' ? resourceKind.version : `${resourceKind.group}/${resourceKind.version}`;
    const { metadata = {}, ...fields } = rest as KubernetesObject; // as written by tests
    const object = { apiVersion, kind, metadata: { ...metadata, name, namespace }, ...fields };
    return this.client.create<T>(resourceKind, { namespace }, object);
  }

  /** Resolves when the run has ended, with its condition. */
  async waitForEnd(kind: 'TaskRun' | 'PipelineRun', name: string): Promise<StatusCondition> {
    return this.waitFor<TaskRun | PipelineRun, StatusCondition>(kind, name, ({ status }) => {
      const [condition] = status?.conditions ?? [];
      return condition && condition.status !== 'Unknown' ? condition : undefined;
    });
  }

  /** Resolves with the first value other than undefined that `look` returns for an object. */
  async waitFor<T extends KubeObject, R>(kind: string, name: string, select: (object: T) => R | undefined): Promise<R> {
    return this.waitForAny<T, R>(kind, (object) => (object.metadata.name === name ? select(object) : undefined), name);
  }

  /** Like `waitFor`, for any object of the kind. */
  async waitForAny<T extends KubeObject, R>(
    kind: string,
    select: (object: T) => R | undefined,
    named = 'any',
  ): Promise<R> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const resourceKind = kindOf(kind);
    const namespaceKey = resourceKind.namespaced ? { namespace: this.namespace } : {};
    let lastObject: object | undefined;
    for await (const { object } of this.client.watch<T>(resourceKind, { ...namespaceKey, signal })) {
      const selected = select(object);
      if (selected !== undefined) return selected;
      if (named === 'any' || object.metadata.name === named) lastObject = object;
    }
    throw new Error(`${kind} ${named} did not get into the expected state; last seen: ${JSON.stringify(lastObject)}`);
  }

  /** Resolves when an object no longer exists. */
  async waitForDeletion(kind: string, name: string): Promise<void> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const resourceKind = kindOf(kind);
    const key = resourceKind.namespaced ? { namespace: this.namespace } : {};
    const { resourceVersion, items } = await this.client.list(resourceKind, key);
    if (!items.some(({ metadata }) => metadata.name === name)) return;
    for await (const { type, object } of this.client.watch(resourceKind, { ...key, resourceVersion, signal }))
      if (type === 'DELETED' && object.metadata.name === name) return;
    throw new Error(`${kind} ${name} is still there`);
  }

  async list<T extends KubeObject>(kind: string): Promise<readonly T[]> {
    return (await this.client.list<T>(kindOf(kind), { namespace: this.namespace })).items;
  }
}

let namespaces = 0;

/** Creates a namespace. */
export async function newHarness(cluster: Cluster): Promise<Harness> {
  const harness = new Harness(cluster.send, `bench-${String(namespaces++)}`);
  await harness.client.create(
    NAMESPACES,
    {},
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: harness.namespace } },
  );
  return harness;
}

/** Starts an embedded cluster with the minimal kubelet instead of a node. `script` configures the kubelet. */
export async function newCluster(
  script: () => KubeletScript,
  now: () => Date = () => new Date(),
): Promise<{ readonly cluster: Cluster; readonly close: () => Promise<void> }> {
  const cluster = await startCluster({ crds: crds(), now });
  const stopController = new AbortController();
  const kubelet = runKubelet(new KubeClient(cluster.send), script, now, stopController.signal);
  return {
    cluster,
    close: async () => {
      stopController.abort();
      await kubelet;
      await cluster.close();
    },
  };
}

/** Terminates the containers of each new pod. */
async function runKubelet(
  client: KubeClient,
  script: () => KubeletScript,
  date: () => Date,
  signal: AbortSignal,
): Promise<void> {
  for await (const { type, object: pod } of client.watch<Pod>(PODS, { signal })) {
    if (type !== 'ADDED') continue;
    const { namespace, name = '' } = pod.metadata;
    const now = date().toISOString();
    const endings = pod.spec.containers.map(
      (container) => [container.name, script()(pod, container.name) ?? {}] as const,
    );
    const containerStatuses = endings.map(([container, ending]) => ({
      name: container,
      imageID: `${container}@sha256:1`,
      ready: ending === 'stays',
      state:
        ending === 'stays'
          ? { running: { startedAt: now } }
          : { terminated: { reason: 'Completed', exitCode: 0, finishedAt: now, ...ending } },
    }));
    const hasEnded = endings.every(([, ending]) => ending !== 'stays');
    const failed = endings.some(([, ending]) => ending !== 'stays' && (ending.exitCode ?? 0) !== 0);
    const status = { phase: hasEnded ? (failed ? 'Failed' : 'Succeeded') : 'Running', containerStatuses };
    await client
      .patch(PODS, { namespace, name }, { status }, { type: 'merge', subresource: 'status' })
      .catch(() => undefined); // it may be deleted
  }
}

/** Returns a log that collects its lines. */
export function collectingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const append = (message: string, fields: object = {}): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { lines, info: append, warn: append, error: append };
}

/** A Task of one step that succeeds. */
export const okTask = { spec: { steps: [{ name: 's', image: 'ubuntu', command: ['true'] }] } };

/** Returns a Pipeline in which each task runs after the previous one. */
export const chain = (names: readonly string[], fields: object = {}): object => ({
  spec: {
    tasks: names.map((name, index) => ({
      name,
      taskRef: { name: 'ok' },
      ...(index > 0 && { runAfter: [names[index - 1]] }),
      ...fields,
    })),
  },
});
