/**
 * The part of a Pod that the controller writes and reads.
 *
 * Other fields are kept (`AdditionalFields`). Relies on packages/tekton for the types that Tasks and Pods share.
 */

import type { Container, ContainerState, ObjectMeta, AdditionalFields, Volume } from '@pipewright/tekton';

/** The status of a container, as the kubelet reports it. */
export interface ContainerStatus extends AdditionalFields {
  readonly name: string;
  readonly image?: string;
  readonly imageID?: string;
  readonly ready?: boolean;
  readonly state?: ContainerState;
}

/** A condition of a pod (`PodScheduled`, `Ready`, …). */
export interface PodCondition extends AdditionalFields {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The status of a pod, written by the kubelet and the scheduler. */
export interface PodStatus extends AdditionalFields {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly PodCondition[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

/** The spec of a pod. */
export interface PodSpec extends AdditionalFields {
  readonly nodeName?: string;
  readonly containers: readonly (Container & { readonly name: string })[];
  readonly initContainers?: readonly (Container & { readonly name: string })[];
  readonly volumes?: readonly Volume[];
}

/** A pod. */
export interface Pod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
  readonly status?: PodStatus;
}

/** Prefix of the containers that are steps. */
export const STEP_PREFIX = 'step-';

/** Prefix of the containers that are sidecars. */
export const SIDECAR_PREFIX = 'sidecar-';

/** A container with its status, which is absent until the kubelet reports it. */
export interface ObservedContainer {
  readonly name: string;
  readonly image: string;
  readonly status?: ContainerStatus;
}

/** Returns the containers with this prefix in the order of the spec, which is the order of the steps. */
export const containersOf = (pod: Pod, prefix: string): readonly ObservedContainer[] =>
  observedContainers(pod, (name) => name.startsWith(prefix));

/** Returns the containers that are not steps: the Task's sidecars, and containers that webhooks of the cluster inject. */
export const nonStepContainers = (pod: Pod): readonly ObservedContainer[] =>
  observedContainers(pod, (name) => !name.startsWith(STEP_PREFIX));

function observedContainers(pod: Pod, which: (name: string) => boolean): readonly ObservedContainer[] {
  const statuses = new Map((pod.status?.containerStatuses ?? []).map((status) => [status.name, status]));
  return pod.spec.containers
    .filter(({ name }) => which(name))
    .map(({ name, image = '' }) => {
      const status = statuses.get(name);
      return { name, image, ...(status && { status }) };
    });
}
