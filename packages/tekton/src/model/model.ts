/**
 * Tasks, pipelines and runs, independent of the API version.
 *
 * The model has the shape of tekton.dev/v1; the PipelineResources and Conditions of v1alpha1 are lists that v1 leaves empty. A field is
 * optional only if its absence has a meaning, so readers of the model repeat no defaults.
 */

import type { FieldPath } from './field-path.js';
import type { AdditionalFields, Container, ResourceRequirements, Volume } from './kubernetes.js';
import type { ParamType, ParamValue } from './param.js';
import type { PipelineResourceSpec, ResourceType } from './resource.js';
import type { PodTemplate, RunWorkspaceBinding, Step } from './pod.js';

/** A declared param. Without `default`, a run must give a value. */
export interface ParamModel {
  readonly name: string;
  readonly type: ParamType;
  readonly default?: ParamValue;
  /** Keys of an object param. Absent: of another type. */
  readonly keys?: readonly string[];
  /** The only values allowed. Absent: any. */
  readonly allowedValues?: readonly string[];
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
  /** Whether a run may leave it out. */
  readonly isOptional: boolean;
}

/** A result of a task that is not a plain string from a file. */
export interface ResultModel {
  readonly type: ParamType;
  /** Keys of an object result. Absent: of another type. */
  readonly keys?: readonly string[];
  /** The result of a step that it takes its value from: `$(steps.STEP.results.RESULT)`. Absent: from its file. */
  readonly value?: string;
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

/** A workspace that only the steps and sidecars that name it get. */
export interface WorkspaceUse {
  readonly name: string;
  /** Absent: the path that the task declares. */
  readonly mountPath?: string;
}

/** A step or sidecar of a task. Without the fields below, it is a container that must succeed. */
export interface StepModel extends Step {
  /** The StepAction that defines it. Absent: it is defined here. */
  readonly action?: { readonly kind: 'reference'; readonly name: string } | ResolverSource;
  /** Params of the StepAction. */
  readonly actionParams?: readonly ParamAssignment[];
  /** Results that it writes, which other steps can use. */
  readonly stepResults?: readonly (ResultModel & { readonly name: string })[];
  readonly when?: readonly WhenModel[];
  readonly timeoutMs?: number;
  /** Whether a failure fails the task: `stopAndFail`, `continue`, or a variable that says which. */
  readonly onError?: string;
  /** File that receives a copy of standard output. */
  readonly stdoutPath?: string;
  /** File that receives a copy of standard error. */
  readonly stderrPath?: string;
  readonly isolatedWorkspaces?: readonly WorkspaceUse[];
}

/** A step that tasks share. */
export interface StepActionModel {
  readonly params: readonly ParamModel[];
  readonly step: StepModel;
}

/** The definition of a task. */
export interface TaskModel {
  readonly variablePrefixes: VariablePrefixes;
  /** Prefixes in the Task that a run executes. They differ from `variablePrefixes` for a Condition, which runs as a Task. */
  readonly runPrefixes: VariablePrefixes;
  readonly params: readonly ParamModel[];
  readonly inputs: readonly ResourceModel[];
  readonly outputs: readonly ResourceModel[];
  readonly steps: readonly StepModel[];
  readonly stepTemplate?: Container;
  readonly sidecars: readonly StepModel[];
  readonly volumes: readonly Volume[];
  readonly results: readonly string[];
  /** Results of other types, by name. A result that it lacks is a string. */
  readonly resultDetails: ReadonlyMap<string, ResultModel>;
  readonly workspaces: readonly WorkspaceModel[];
}

/** A definition that a resolver fetches. */
export interface ResolverSource {
  readonly kind: 'resolver';
  /** `git`, `cluster`, `http`, `bundles`, `hub`, or another. */
  readonly resolver: string;
  readonly params: readonly ParamAssignment[];
}

/** A task that another controller executes. */
export interface CustomTaskSource {
  readonly kind: 'custom';
  readonly apiVersion: string;
  readonly customKind: string;
  readonly definition:
    | { readonly kind: 'reference'; readonly name: string }
    | { readonly kind: 'embedded'; readonly spec: AdditionalFields };
}

/** A pipeline by reference, embedded, or fetched. */
export type PipelineSource =
  | { readonly kind: 'reference'; readonly name: string }
  | { readonly kind: 'embedded'; readonly pipeline: PipelineModel }
  | ResolverSource;

/** A task by reference, embedded, or fetched; or what stands for one in a pipeline. */
export type TaskSource =
  | { readonly kind: 'reference'; readonly taskKind: 'Task' | 'ClusterTask'; readonly name: string }
  | { readonly kind: 'embedded'; readonly task: TaskModel }
  | ResolverSource
  | CustomTaskSource
  | { readonly kind: 'pipeline'; readonly source: PipelineSource };

/** An expression that must hold for a task or step to run. */
export type WhenModel =
  | {
      readonly kind: 'comparison';
      readonly input: string;
      readonly operator: 'in' | 'notin';
      readonly values: readonly string[];
    }
  | { readonly kind: 'cel'; readonly expression: string };

/** Combinations of params; the task runs once for each. */
export interface MatrixModel {
  readonly params: readonly ParamAssignment[];
  readonly include: readonly { readonly name?: string; readonly params: readonly ParamAssignment[] }[];
}

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
  /** Text for people. Absent: its name serves. */
  readonly displayName?: string;
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
  /** Expressions that must all hold. */
  readonly when: readonly WhenModel[];
  /** Absent: it runs once. */
  readonly matrix?: MatrixModel;
  /** Whether a failure fails the pipeline: `stopAndFail`, `continue`, or a variable that says which. */
  readonly onError: string;
}

/** A pipeline: tasks with their shared params, resources and workspaces. */
export interface PipelineModel {
  readonly params: readonly ParamModel[];
  readonly resources: readonly { readonly name: string; readonly type: ResourceType; readonly isOptional: boolean }[];
  readonly workspaces: readonly string[];
  /** The workspaces that a run may leave out. */
  readonly optionalWorkspaces: ReadonlySet<string>;
  readonly tasks: readonly PipelineTaskModel[];
  /** Tasks that run after all of `tasks`, whether these failed or not. */
  readonly finally: readonly PipelineTaskModel[];
  readonly results: readonly PipelineResultModel[];
}

/** A result of a pipeline: text or values that refer to results of its tasks. */
export interface PipelineResultModel {
  readonly name: string;
  readonly value: ParamValue;
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
  readonly workspaces: readonly RunWorkspaceBinding[];
  /** Name of the ServiceAccount. Absent: `default`. */
  readonly serviceAccount?: string;
  /** Field of the spec that names the ServiceAccount, where problems with it are reported. */
  readonly serviceAccountPath: FieldPath;
  /** Milliseconds from start to forced end; 0 = no limit. Absent: the controller's default (one hour). */
  readonly timeoutMs?: number;
  readonly isCancelRequested: boolean;
  /** Whether it waits for a change of its spec. */
  readonly isPending: boolean;
  /** The controller that executes it. Absent: this one. */
  readonly managedBy?: string;
  readonly podTemplate?: PodTemplate;
}

/** Compute resources of single containers, by name. */
export type ContainerResources = ReadonlyMap<string, ResourceRequirements>;

/** What runs set for the pods of one task. */
export interface PodSettings {
  readonly stepResources: ContainerResources;
  readonly sidecarResources: ContainerResources;
  /** Resources of the whole pod. Absent: those of its steps. */
  readonly podResources?: ResourceRequirements;
}

/** One run of a task. */
export interface TaskRunModel extends RunModel {
  /** Absent if neither or both of reference and spec are set. */
  readonly source?: TaskSource;
  readonly inputs: readonly ResourceBindingModel[];
  readonly outputs: readonly ResourceBindingModel[];
  /** Number of retries after a failure. */
  readonly retries: number;
  /** Why it is to be cancelled. Absent: no reason is given. */
  readonly cancelReason?: string;
  readonly pod: PodSettings;
  /** Steps before which it stops for debugging, and whether it stops at a failure. Absent: it does not stop. */
  readonly debug?: { readonly beforeSteps: readonly string[]; readonly onFailure: boolean };
}

/** A run of a task that another controller executes. */
export interface CustomRunModel extends RunModel {
  /** Absent if neither or both of reference and spec are set. */
  readonly source?: CustomTaskSource;
  readonly retries: number;
  readonly cancelReason?: string;
}

/** Settings of a PipelineRun for the run of one pipeline task. */
export interface PipelineTaskSettings extends PodSettings {
  readonly podTemplate?: PodTemplate;
  readonly timeoutMs?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** How a PipelineRun is to be stopped; `cancel` skips `finally`. */
export type StopRequest = 'cancel' | 'cancelRunFinally' | 'stopRunFinally';

/** One run of a pipeline. */
export interface PipelineRunModel extends RunModel {
  /** Absent if neither or both of reference and spec are set. */
  readonly source?: PipelineSource;
  readonly resources: readonly ResourceBindingModel[];
  /** ServiceAccounts of single tasks, by name of the pipeline task. They take precedence over `serviceAccount`. */
  readonly taskServiceAccounts: ReadonlyMap<string, string>;
  /** Field of the spec that lists them. */
  readonly taskServiceAccountsPath: FieldPath;
  /** Absent: it is not to be stopped. */
  readonly stopRequest?: StopRequest;
  /** Milliseconds for `tasks`. Absent: what remains of the run's timeout. */
  readonly tasksTimeoutMs?: number;
  /** Milliseconds for `finally`. Absent: what remains of the run's timeout. */
  readonly finallyTimeoutMs?: number;
  /** Settings of single tasks, by name of the pipeline task. */
  readonly taskSettings: ReadonlyMap<string, PipelineTaskSettings>;
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
