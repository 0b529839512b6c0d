/**
 * Support for tests of the node: a cluster with a node, pods with defaults, and waiting with watches.
 */

import { startCluster, type Cluster, type ClusterOptions } from '../../src/index.js';
import type { Container, Pod, PodSpec } from '../../src/node/pod/pod.js';

/** A container as written in tests. */
export type TestContainer = Partial<Container> & { readonly name: string };

/** A pod as read by tests. */
export interface ObservedPod extends Omit<Pod, 'status'> {
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly initContainerStatuses?: readonly ObservedContainer[];
    readonly containerStatuses?: readonly ObservedContainer[];
  };
}

export interface ObservedContainer {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly image: string;
  readonly state: {
    readonly waiting?: { readonly reason: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: { readonly reason: string; readonly exitCode: number; readonly message?: string };
  };
  readonly lastState: { readonly terminated?: { readonly reason: string; readonly exitCode: number } };
}

/** A cluster, with operations for tests. */
export class PodTestCluster {
  readonly cluster: Cluster;

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  static async open(options: ClusterOptions): Promise<PodTestCluster> {
    return new PodTestCluster(await startCluster({ images: () => ({ rootfs: 'host' }), ...options }));
  }

  async request<T = ObservedPod>(method: string, path: string, body?: object, type = 'application/json'): Promise<T> {
    const headers = { 'content-type': type };
    const request = new Request(`http://kubernetes${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await (await this.cluster.send(request)).json()) as T; // the caller states the type
  }

  create(kind: 'secrets' | 'configmaps' | 'persistentvolumeclaims', name: string, body: object): Promise<unknown> {
    return this.request('POST', `/api/v1/namespaces/default/${kind}`, { metadata: { name }, ...body });
  }

  patch(name: string, change: object): Promise<ObservedPod> {
    return this.request(
      'PATCH',
      `/api/v1/namespaces/default/pods/${name}`,
      change,
      'application/strategic-merge-patch+json',
    );
  }

  async pod(
    name: string,
    containers: readonly TestContainer[],
    spec: Partial<PodSpec> = {},
    metadata: object = {},
  ): Promise<void> {
    const withDefaults = (container: TestContainer): object => ({ image: 'host', ...container });
    const created = await this.request<{ kind: string; message?: string }>('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name, ...metadata },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        ...spec,
        ...(spec.initContainers && { initContainers: spec.initContainers.map(withDefaults) }),
        containers: containers.map(withDefaults),
      },
    });
    if (created.kind !== 'Pod') throw new Error(created.message);
  }

  /** Resolves with the pod once it matches. */
  async waitForPod(name: string, matches: (pod: ObservedPod) => boolean | undefined): Promise<ObservedPod> {
    for await (const { type, object } of this.events<ObservedPod>('pods', name)) {
      if (type !== 'DELETED' && matches(object) === true) return object;
    }
    throw new Error('the watch ended');
  }

  async untilFinished(name: string): Promise<ObservedPod> {
    return this.waitForPod(name, ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
  }

  async untilDeleted(name: string): Promise<void> {
    const { items, metadata } = await this.request<{ items: ObservedPod[]; metadata: { resourceVersion: string } }>(
      'GET',
      `/api/v1/namespaces/default/pods?fieldSelector=metadata.name=${name}`,
    );
    if (items.length === 0) return;
    for await (const { type } of this.events('pods', name, metadata.resourceVersion)) if (type === 'DELETED') return;
  }

  /** Resolves with the message of the first event about a pod with this reason. */
  async event(pod: string, reason: string): Promise<string> {
    interface Event {
      readonly reason: string;
      readonly message: string;
      readonly involvedObject: { readonly name: string };
    }
    for await (const { object } of this.events<Event>('events')) {
      if (object.involvedObject.name === pod && object.reason === reason) return object.message;
    }
    throw new Error('the watch ended');
  }

  async log(pod: string, container: string, query = ''): Promise<string> {
    const path = `/api/v1/namespaces/default/pods/${pod}/log?container=${container}${query}`;
    return (await this.cluster.send(new Request(`http://kubernetes${path}`))).text();
  }

  private async *events<T>(
    plural: string,
    name?: string,
    resourceVersion = '',
  ): AsyncGenerator<{ type: string; object: T }> {
    const fieldSelector = name === undefined ? '' : `&fieldSelector=metadata.name=${name}`;
    const response = await this.cluster.send(
      new Request(
        `http://kubernetes/api/v1/namespaces/default/${plural}?watch=true&resourceVersion=${resourceVersion}${fieldSelector}`,
      ),
    );
    let incompleteLine = '';
    for await (const chunk of response.body ?? []) {
      const lines = (incompleteLine + Buffer.from(chunk).toString()).split('\n');
      incompleteLine = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as { type: string; object: T }; // the format of watches
    }
  }
}

/** Formats the state of a container, with its reason or exit code. */
export function stateOf(pod: ObservedPod, name: string): string {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const { state } = [...initContainerStatuses, ...containerStatuses].find((status) => status.name === name) ?? {};
  if (state?.waiting) return `waiting ${state.waiting.reason}`;
  if (state?.terminated) return `${state.terminated.reason} ${state.terminated.exitCode}`;
  return state?.running ? 'running' : 'unknown';
}
