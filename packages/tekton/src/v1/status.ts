/**
 * Status types of TaskRuns and PipelineRuns of tekton.dev/v1.
 *
 * Separate from the specs because only controllers write them. Names and formats are Tekton's, since kubectl, tkn and
 * dashboards read them; times are RFC 3339 with a precision of seconds.
 */

import type { AdditionalFields, ContainerState } from '../model/kubernetes.js';
import type { PipelineSpec, TaskSpec, Value, WhenExpression } from './types.js';

/** A condition. Runs have exactly one, of type `Succeeded`: Unknown while running, then True or False. */
export interface StatusCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** Where a definition comes from, and the settings that the run was executed with. */
export interface Provenance {
  readonly refSource?: {
    readonly uri?: string;
    readonly digest?: Readonly<Record<string, string>>;
    readonly entryPoint?: string;
  };
  readonly featureFlags?: AdditionalFields;
}

/** The value of a result of a task or step. */
export interface TaskRunResult {
  readonly name: string;
  readonly type?: 'string' | 'array' | 'object';
  readonly value: Value;
}

/** An artifact that a step read or produced. */
export interface Artifact {
  readonly name?: string;
  readonly buildOutput?: boolean;
  readonly values?: readonly { readonly uri?: string; readonly digest?: Readonly<Record<string, string>> }[];
}

/** State of one step. `container` has the prefix `step-`, `name` does not. */
export interface StepState extends ContainerState {
  readonly name?: string;
  readonly container?: string;
  readonly imageID?: string;
  readonly results?: readonly TaskRunResult[];
  readonly provenance?: Provenance;
  /** `Completed`, `Error`, `Skipped`, `Continued`, `TimeoutExceeded` or `OOMKilled`, or the reason for which the pod was ended. */
  readonly terminationReason?: string;
  readonly inputs?: readonly Artifact[];
  readonly outputs?: readonly Artifact[];
}

/** State of one sidecar. */
export interface SidecarState extends ContainerState {
  readonly name?: string;
  readonly container?: string;
  readonly imageID?: string;
}

/** Status of a TaskRun. */
export interface TaskRunStatus extends AdditionalFields {
  readonly conditions?: readonly StatusCondition[];
  readonly observedGeneration?: number;
  readonly podName?: string;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly steps?: readonly StepState[];
  readonly sidecars?: readonly SidecarState[];
  readonly results?: readonly TaskRunResult[];
  readonly artifacts?: { readonly inputs?: readonly Artifact[]; readonly outputs?: readonly Artifact[] };
  /** Statuses of earlier attempts, oldest first, without `retriesStatus`. */
  readonly retriesStatus?: readonly TaskRunStatus[];
  /** The resolved Task, with its variables substituted. */
  readonly taskSpec?: TaskSpec;
  readonly provenance?: Provenance;
  readonly spanContext?: Readonly<Record<string, string>>;
}

/** A run that a PipelineRun created. */
export interface ChildStatusReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly displayName?: string;
  readonly pipelineTaskName?: string;
  readonly whenExpressions?: readonly WhenExpression[];
}

/** A pipeline task that did not run. */
export interface SkippedTask {
  readonly name: string;
  readonly reason: string;
  readonly whenExpressions?: readonly WhenExpression[];
}

/** The value of a result of a pipeline. */
export interface PipelineRunResult {
  readonly name: string;
  readonly value: Value;
}

/** Status of a PipelineRun. */
export interface PipelineRunStatus extends AdditionalFields {
  readonly conditions?: readonly StatusCondition[];
  readonly observedGeneration?: number;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly finallyStartTime?: string;
  readonly results?: readonly PipelineRunResult[];
  /** The resolved Pipeline, with its params substituted. */
  readonly pipelineSpec?: PipelineSpec;
  readonly skippedTasks?: readonly SkippedTask[];
  readonly childReferences?: readonly ChildStatusReference[];
  readonly provenance?: Provenance;
  readonly spanContext?: Readonly<Record<string, string>>;
}
