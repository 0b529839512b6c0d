/**
 * The one reading of a pipeline: what tasks, pipelines and runs mean, whatever API version they were written in.
 *
 * Shaped like tekton.dev/v1: params and workspaces stand beside the steps, tasks are listed with what they wait for. The
 * PipelineResources and Conditions of v1alpha1 are lists that are empty for v1. Nothing is optional unless its absence
 * means something, so no reader of a model repeats a default. `read.ts` makes models; nothing here has behaviour.
 */

import type { FieldPath } from './field-path.js';
import type { Container, Volume } from './kubernetes.js';
import type { ParamType, ParamValue } from './param.js';
import type { PipelineResourceSpec, ResourceType } from './resource.js';
import type { PodTemplate, Step, WorkspaceBinding } from './pod.js';

/** A declared param. Without `default`, a run must give a value. */
export interface ParamModel {
  readonly name: string;
  readonly type: ParamType;
  readonly default?: ParamValue;
}

/** A value given to a param. */
export interface ParamAssignment {
  readonly name: string;
  readonly value: ParamValue;
}

/** A resource that a task reads or makes. */
export interface ResourceModel {
  readonly name: string;
  readonly type: ResourceType;
  /** Where it lies, below /workspace. Absent: its name (inputs), `output/` and its name (outputs). */
  readonly targetPath?: string;
  readonly isOptional: boolean;
}

/** A directory that a task asks the run for. */
export interface WorkspaceModel {
  readonly name: string;
  readonly mountPath: string;
  readonly isReadOnly: boolean;
}

/**
 * How the text of a task names things: the words before the dot of `$(inputs.params.x)`.
 *
 * A v1alpha1 Task says `inputs.params`, a Condition says `params`; a list because v1 has more than one spelling.
 */
export interface VariablePrefixes {
  readonly params: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What a task does. */
export interface TaskModel {
  readonly variablePrefixes: VariablePrefixes;
  /** Prefixes in the Task that a run executes. They differ from `variablePrefixes` for a Condition, which runs as a Task. */
  readonly runPrefixes: VariablePrefixes;
  readonly params: readonly ParamModel[];
  readonly inputs: readonly ResourceModel[];
  readonly outputs: readonly ResourceModel[];
  readonly steps: readonly Step[];
  readonly stepTemplate?: Container;
  readonly sidecars: readonly Step[];
  readonly volumes: readonly Volume[];
  readonly results: readonly string[];
  readonly workspaces: readonly WorkspaceModel[];
}

/** A task by name, or written in place. */
export type TaskSource =
  | { readonly kind: 'reference'; readonly taskKind: 'Task' | 'ClusterTask'; readonly name: string }
  | { readonly kind: 'embedded'; readonly task: TaskModel };

/** An input of a pipeline task: which of the pipeline's resources, and whose output of it. */
export interface PipelineTaskInput {
  readonly name: string;
  readonly resource: string;
  /** Tasks that made it; empty when it is fetched afresh. */
  readonly from: readonly string[];
}

/** An output of a pipeline task. */
export interface PipelineTaskOutput {
  readonly name: string;
  readonly resource: string;
}

/** A check before a pipeline task. */
export interface PipelineTaskConditionModel {
  readonly condition: string;
  readonly params: readonly ParamAssignment[];
  readonly resources: readonly PipelineTaskInput[];
}

/** A workspace of the pipeline given to a task. */
export interface PipelineTaskWorkspace {
  readonly name: string;
  readonly workspace: string;
  readonly subPath?: string;
}

/** A task's place in a pipeline. */
export interface PipelineTaskModel {
  readonly name: string;
  /** Absent when neither or both of reference and spec were written: such a pipeline is refused. */
  readonly source?: TaskSource;
  readonly params: readonly ParamAssignment[];
  readonly inputs: readonly PipelineTaskInput[];
  readonly outputs: readonly PipelineTaskOutput[];
  readonly workspaces: readonly PipelineTaskWorkspace[];
  readonly runAfter: readonly string[];
  readonly conditions: readonly PipelineTaskConditionModel[];
  /** How often to try again after a failure; 0 = one attempt. */
  readonly retries: number;
  /** Milliseconds one attempt may take. Absent: the run's timeout. */
  readonly timeoutMs?: number;
}

/** A graph of tasks with what they share. */
export interface PipelineModel {
  readonly params: readonly ParamModel[];
  readonly resources: readonly { readonly name: string; readonly type: ResourceType; readonly isOptional: boolean }[];
  readonly workspaces: readonly string[];
  readonly tasks: readonly PipelineTaskModel[];
}

/** A resource bound to a run, by name or in place. */
export interface ResourceBindingModel {
  readonly name: string;
  /** Absent when neither or both of reference and spec were written. */
  readonly resource?:
    | { readonly kind: 'reference'; readonly name: string }
    | { readonly kind: 'embedded'; readonly spec: PipelineResourceSpec };
  /** Where a pipeline hands the resource over (artifact storage); empty for users' own runs. */
  readonly paths: readonly string[];
}

/** What both kinds of run have. */
export interface RunModel {
  readonly params: readonly ParamAssignment[];
  readonly workspaces: readonly WorkspaceBinding[];
  /** Name of the ServiceAccount. Absent: `default`. */
  readonly serviceAccount?: string;
  /** Field of the spec that names the ServiceAccount, where problems with it are reported. */
  readonly serviceAccountPath: FieldPath;
  /** Milliseconds from start to forced end; 0 = may run for ever. Absent: the controller's default (one hour). */
  readonly timeoutMs?: number;
  readonly isCancelRequested: boolean;
  readonly podTemplate?: PodTemplate;
}

/** One run of a task. */
export interface TaskRunModel extends RunModel {
  /** Absent when neither or both of reference and spec were written. */
  readonly source?: TaskSource;
  readonly inputs: readonly ResourceBindingModel[];
  readonly outputs: readonly ResourceBindingModel[];
}

/** One run of a pipeline. */
export interface PipelineRunModel extends RunModel {
  /** Absent when neither or both of reference and spec were written. */
  readonly source?:
    | { readonly kind: 'reference'; readonly name: string }
    | { readonly kind: 'embedded'; readonly pipeline: PipelineModel };
  readonly resources: readonly ResourceBindingModel[];
  /** Accounts of single tasks, by name of the pipeline task; they win over `serviceAccount`. */
  readonly taskServiceAccounts: ReadonlyMap<string, string>;
  /** Field of the spec that lists them. */
  readonly taskServiceAccountsPath: FieldPath;
}

/** A check: a task of one step that reads params and resources and answers with its exit code. */
export interface ConditionModel {
  readonly task: TaskModel;
}

/** A resource as tasks see it. */
export interface PipelineResourceModel {
  readonly name: string;
  readonly type: ResourceType;
  /** By lower-case name of the param. */
  readonly params: ReadonlyMap<string, string>;
  readonly secrets: readonly { readonly fieldName: string; readonly secretKey: string; readonly secretName: string }[];
}
