/** The fields that the statuses of runs share in every API version. Names and formats are Tekton's, since kubectl, tkn and dashboards read them. */

import type { AdditionalFields, ContainerState, ObjectMeta } from './kubernetes.js';

/** A condition. Runs have exactly one, of type `Succeeded`: Unknown while running, then True or False. */
export interface StatusCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly severity?: string;
}

/** Status of a run. Times are RFC 3339 with a precision of seconds. */
export interface RunStatus extends AdditionalFields {
  readonly conditions?: readonly StatusCondition[];
  readonly startTime?: string;
  readonly completionTime?: string;
}

/** A TaskRun or PipelineRun of any API version. */
export interface RunObject {
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  readonly status?: RunStatus;
}

/** Delivery of one CloudEvent. Only runs of tekton.dev/v1alpha1 have them in their status. */
export interface CloudEventDelivery {
  readonly target: string;
  readonly status: {
    readonly condition: 'Unknown' | 'Sent' | 'Failed';
    readonly sentAt?: string;
    readonly message: string;
    readonly retryCount: number;
  };
}

/** State of one container of the pod. `container` has the prefix of its role, `name` does not. */
export interface ContainerProgress extends ContainerState {
  readonly name?: string;
  readonly container?: string;
  readonly imageID?: string;
}

/** The fields that the status of a TaskRun has in every API version. */
export interface TaskRunObjectStatus extends RunStatus {
  readonly podName?: string;
  readonly steps?: readonly ContainerProgress[];
  readonly sidecars?: readonly ContainerProgress[];
  readonly cloudEvents?: readonly CloudEventDelivery[];
  /** Statuses of earlier attempts, oldest first. */
  readonly retriesStatus?: readonly TaskRunObjectStatus[];
}

/** A TaskRun of any API version. The version in `apiVersion` reads its spec: `taskRunModel`. */
export interface TaskRunObject extends RunObject {
  readonly kind: 'TaskRun';
  readonly spec: {
    readonly taskRef?: { readonly name?: string; readonly kind?: string };
    readonly taskSpec?: object;
    /** A request to stop it. */
    readonly status?: string;
  };
  readonly status?: TaskRunObjectStatus;
}

/** A PipelineRun of any API version. The version in `apiVersion` reads its spec: `pipelineRunModel`. */
export interface PipelineRunObject extends RunObject {
  readonly kind: 'PipelineRun';
  readonly spec: {
    readonly pipelineRef?: { readonly name?: string };
    readonly pipelineSpec?: object;
    /** A request to stop it. */
    readonly status?: string;
  };
}
