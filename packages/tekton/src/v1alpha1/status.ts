/**
 * What a controller writes into `status` of TaskRuns and PipelineRuns (v1alpha1).
 *
 * Apart from the specs because users never write it: kubectl, tkn and dashboards read it, so names and shapes are Tekton's.
 * Times are RFC 3339 strings in seconds, as Kubernetes writes them.
 */

import type { ContainerState, AdditionalFields } from '../model/kubernetes.js';

/** One condition. Runs have exactly one, of type `Succeeded`: Unknown while it runs, then True or False for ever. */
export interface StatusCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly severity?: string;
}

/** How one step is doing. `name` has no `step-` prefix, `container` has it. */
export interface StepState extends ContainerState {
  readonly name?: string;
  readonly container?: string;
  readonly imageID?: string;
}

/** A sidecar of the pod. */
export interface SidecarState extends ContainerState {
  readonly name?: string;
  readonly container?: string;
  readonly imageID?: string;
}

/** One fact a step reported about a resource, for example the commit of a clone or the digest of an image. */
export interface ResourceResult {
  readonly name: string;
  readonly digest: string;
  readonly key: string;
  readonly value: string;
  readonly resourceRef: { readonly name?: string };
}

/** The value a step wrote for a result of its Task. */
export interface TaskRunResult {
  readonly name: string;
  readonly value: string;
}

/** Delivery of one CloudEvent. */
export interface CloudEventDelivery {
  readonly target: string;
  readonly status: {
    readonly condition: 'Unknown' | 'Sent' | 'Failed';
    readonly sentAt?: string;
    readonly message: string;
    readonly retryCount: number;
  };
}

/** Status of a TaskRun. */
export interface TaskRunStatus extends AdditionalFields {
  readonly conditions?: readonly StatusCondition[];
  readonly podName?: string;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly steps?: readonly StepState[];
  readonly sidecars?: readonly SidecarState[];
  readonly resourcesResult?: readonly ResourceResult[];
  readonly taskResults?: readonly TaskRunResult[];
  readonly cloudEvents?: readonly CloudEventDelivery[];
  /** Statuses of earlier attempts, oldest first; none of them has `retriesStatus` itself. */
  readonly retriesStatus?: readonly TaskRunStatus[];
}

/** How a Condition's check ended. */
export interface ConditionCheckStatus {
  readonly conditions?: readonly StatusCondition[];
  readonly podName?: string;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly check?: ContainerState;
}

/** A Condition check of a pipeline task, under the name of its TaskRun. */
export interface PipelineRunConditionCheckStatus {
  readonly conditionName: string;
  readonly status?: ConditionCheckStatus;
}

/** What a PipelineRun remembers of one of its TaskRuns. */
export interface PipelineRunTaskRunStatus {
  readonly pipelineTaskName: string;
  readonly status?: TaskRunStatus;
  readonly conditionChecks?: Readonly<Record<string, PipelineRunConditionCheckStatus>>;
}

/** Status of a PipelineRun. */
export interface PipelineRunStatus extends AdditionalFields {
  readonly conditions?: readonly StatusCondition[];
  readonly startTime?: string;
  readonly completionTime?: string;
  /** By name of the TaskRun. */
  readonly taskRuns?: Readonly<Record<string, PipelineRunTaskRunStatus>>;
}
