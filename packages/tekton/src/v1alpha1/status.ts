/**
 * Status types of TaskRuns and PipelineRuns of tekton.dev/v1alpha1.
 *
 * Separate from the specs because only controllers write them. Names and formats are Tekton's, since kubectl, tkn and
 * dashboards read them; times are RFC 3339 with a precision of seconds.
 */

import type { ContainerState } from '../model/kubernetes.js';
import type { CloudEventDelivery, RunStatus, StatusCondition } from '../model/run-status.js';

/** State of one step. `container` has the prefix `step-`, `name` does not. */
export interface StepState extends ContainerState {
  readonly name?: string;
  readonly container?: string;
  readonly imageID?: string;
}

/** State of one sidecar. */
export interface SidecarState extends ContainerState {
  readonly name?: string;
  readonly container?: string;
  readonly imageID?: string;
}

/** A property of a resource reported by a step, for example the cloned commit or the digest of an image. */
export interface ResourceResult {
  readonly name: string;
  readonly digest: string;
  readonly key: string;
  readonly value: string;
  readonly resourceRef: { readonly name?: string };
}

/** The value of a Task result, written by a step. */
export interface TaskRunResult {
  readonly name: string;
  readonly value: string;
}

/** Status of a TaskRun. */
export interface TaskRunStatus extends RunStatus {
  readonly podName?: string;
  readonly steps?: readonly StepState[];
  readonly sidecars?: readonly SidecarState[];
  readonly resourcesResult?: readonly ResourceResult[];
  readonly taskResults?: readonly TaskRunResult[];
  readonly cloudEvents?: readonly CloudEventDelivery[];
  /** Statuses of earlier attempts, oldest first, without `retriesStatus`. */
  readonly retriesStatus?: readonly TaskRunStatus[];
}

/** Status of a condition check. */
export interface ConditionCheckStatus {
  readonly conditions?: readonly StatusCondition[];
  readonly podName?: string;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly check?: ContainerState;
}

/** A condition check of a pipeline task, keyed by the name of its TaskRun. */
export interface PipelineRunConditionCheckStatus {
  readonly conditionName: string;
  readonly status?: ConditionCheckStatus;
}

/** Status of one TaskRun of a PipelineRun. */
export interface PipelineRunTaskRunStatus {
  readonly pipelineTaskName: string;
  readonly status?: TaskRunStatus;
  readonly conditionChecks?: Readonly<Record<string, PipelineRunConditionCheckStatus>>;
}

/** Status of a PipelineRun. */
export interface PipelineRunStatus extends RunStatus {
  /** By name of the TaskRun. */
  readonly taskRuns?: Readonly<Record<string, PipelineRunTaskRunStatus>>;
}
