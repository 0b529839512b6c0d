/**
 * Tasks, pipelines and runs, independent of the API version.
 *
 * The model has the shape of tekton.dev/v1; the PipelineResources and Conditions of v1alpha1 are lists that v1 leaves empty. A field is
 * optional only if its absence has a meaning, so readers of the model repeat no defaults.
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

/** The value of a param in a call or run. */
export interface ParamAssignment {
  readonly name: string;
  readonly value: ParamValue;
}

/** A resource that a task reads or produces. */
export interface ResourceModel {
  readonly name: string;
  readonly type: ResourceType;
  /** Directory below /workspace. Absent: its name (inputs), `output/` and its name (outputs). */
  readonly targetPath?: string;
  readonly isOptional: boolean;
}

/** A directory that a run provides to a task. */
export interface WorkspaceModel {
  readonly name: string;
  readonly mountPath: string;
  readonly isReadOnly: boolean;
}

/**
 * Prefixes of variables: the part before the name in `$(inputs.params.x)`.
 *
 * A v1alpha1 Task uses `inputs.params`, a Condition `params`. Lists, because v1 has several prefixes for one param.
 */
export interface VariablePrefixes {
  readonly params: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** The definition of a task. */
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

/** A task by reference, or embedded. */
export type TaskSource =
  | { readonly kind: 'reference'; readonly taskKind: 'Task' | 'ClusterTask'; readonly name: string }
  | { readonly kind: 'embedded'; readonly task: TaskModel };

/** An input of a pipeline task: a resource of the pipeline and the tasks that produce it. */
export interface PipelineTaskInput {
  readonly name: string;
  readonly resource: string;
  /** Tasks that produce it. Empty: it is fetched from its origin. */
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

/** A workspace of the pipeline that is passed to a task. */
export interface PipelineTaskWorkspace {
  readonly name: string;
  readonly workspace: string;
  readonly subPath?: string;
}

/** A task of a pipeline. */
export interface PipelineTaskModel {
  readonly name: string;
  /** Absent if neither or both of reference and spec are set; such a pipeline is invalid. */
  readonly source?: TaskSource;
  readonly params: readonly ParamAssignment[];
  readonly inputs: readonly PipelineTaskInput[];
  readonly outputs: readonly PipelineTaskOutput[];
  readonly workspaces: readonly PipelineTaskWorkspace[];
  readonly runAfter: readonly string[];
  readonly conditions: readonly PipelineTaskConditionModel[];
  /** Number of retries after a failure; 0 = one attempt. */
  readonly retries: number;
  /** Milliseconds one attempt may take. Absent: the run's timeout. */
  readonly timeoutMs?: number;
}

/** A pipeline: tasks with their shared params, resources and workspaces. */
export interface PipelineModel {
  readonly params: readonly ParamModel[];
  readonly resources: readonly { readonly name: string; readonly type: ResourceType; readonly isOptional: boolean }[];
  readonly workspaces: readonly string[];
  readonly tasks: readonly PipelineTaskModel[];
}

/** A resource bound to a run, by reference or embedded. */
export interface ResourceBindingModel {
  readonly name: string;
  /** Absent if neither or both of reference and spec are set. */
  readonly resource?:
    | { readonly kind: 'reference'; readonly name: string }
    | { readonly kind: 'embedded'; readonly spec: PipelineResourceSpec };
  /** Paths in the artifact storage, set by the controller; empty for users' own runs. */
  readonly paths: readonly string[];
}

/** Fields that TaskRuns and PipelineRuns share. */
export interface RunModel {
  readonly params: readonly ParamAssignment[];
  readonly workspaces: readonly WorkspaceBinding[];
  /** Name of the ServiceAccount. Absent: `default`. */
  readonly serviceAccount?: string;
  /** Field of the spec that names the ServiceAccount, where problems with it are reported. */
  readonly serviceAccountPath: FieldPath;
  /** Milliseconds from start to forced end; 0 = no limit. Absent: the controller's default (one hour). */
  readonly timeoutMs?: number;
  readonly isCancelRequested: boolean;
  readonly podTemplate?: PodTemplate;
}

/** One run of a task. */
export interface TaskRunModel extends RunModel {
  /** Absent if neither or both of reference and spec are set. */
  readonly source?: TaskSource;
  readonly inputs: readonly ResourceBindingModel[];
  readonly outputs: readonly ResourceBindingModel[];
}

/** One run of a pipeline. */
export interface PipelineRunModel extends RunModel {
  /** Absent if neither or both of reference and spec are set. */
  readonly source?:
    | { readonly kind: 'reference'; readonly name: string }
    | { readonly kind: 'embedded'; readonly pipeline: PipelineModel };
  readonly resources: readonly ResourceBindingModel[];
  /** ServiceAccounts of single tasks, by name of the pipeline task. They take precedence over `serviceAccount`. */
  readonly taskServiceAccounts: ReadonlyMap<string, string>;
  /** Field of the spec that lists them. */
  readonly taskServiceAccountsPath: FieldPath;
}

/** A Condition: a task of one step whose exit code is the result. */
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
