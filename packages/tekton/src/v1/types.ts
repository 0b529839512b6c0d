/**
 * Wire types of the specs of tekton.dev/v1, and of StepAction and CustomRun, which Tekton serves as tekton.dev/v1beta1.
 *
 * Only the readers, checks and writers of this version use them; execution uses the model. All fields except names are
 * optional, because objects are read before they are checked.
 */

import type {
  AdditionalFields,
  EnvFromSource,
  EnvVar,
  ResourceRequirements,
  Volume,
  VolumeMount,
} from '../model/kubernetes.js';
import type { PodTemplate, RunWorkspaceBinding } from '../model/pod.js';

/** A param's value: a string, a list of strings, or an object with string values. */
export type Value = string | readonly string[] | Readonly<Record<string, string>>;

/** The type of one key of an object param or result. */
export interface PropertySpec {
  readonly type?: string;
}

/** A param that a Task, Pipeline or StepAction declares. */
export interface ParamSpec {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, PropertySpec>>;
  readonly default?: Value;
  readonly enum?: readonly string[];
}

/** The value of a param. */
export interface Param {
  readonly name: string;
  readonly value: Value;
}

/** A result that a Task or step declares. */
export interface TaskResult {
  readonly name: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, PropertySpec>>;
  readonly description?: string;
  /** Takes the value of a step result: `$(steps.STEP.results.RESULT)`. */
  readonly value?: Value;
}

/** A workspace that a Task declares. */
export interface WorkspaceDeclaration {
  readonly name: string;
  readonly description?: string;
  readonly mountPath?: string;
  readonly readOnly?: boolean;
  readonly optional?: boolean;
}

/** A workspace that a step or sidecar uses. Other steps lose it, unless they list it too. */
export interface WorkspaceUsage {
  readonly name: string;
  readonly mountPath?: string;
}

/** An expression that guards a pipeline task or step: `input`, `operator` and `values`, or `cel`. */
export interface WhenExpression {
  readonly input?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
  readonly cel?: string;
}

/** A remote source of a definition. */
export interface ResolverRef {
  readonly resolver?: string;
  readonly params?: readonly Param[];
}

/** A reference to a Task, or to a custom task by its kind and apiVersion. */
export interface TaskRef extends ResolverRef {
  readonly name?: string;
  readonly kind?: string;
  readonly apiVersion?: string;
}

/** A reference to a Pipeline. */
export interface PipelineRef extends ResolverRef {
  readonly name?: string;
  readonly apiVersion?: string;
}

/** A reference to a StepAction. */
export interface StepRef extends ResolverRef {
  readonly name?: string;
}

/** A file that receives a copy of a step's output. */
export interface StepOutput {
  readonly path?: string;
}

/** The fields of containers that steps, sidecars, step templates and StepActions share. */
export interface ContainerFields extends AdditionalFields {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly EnvVar[];
  readonly volumeMounts?: readonly VolumeMount[];
}

/** A container without the fields of its role. */
export interface TaskContainer extends ContainerFields {
  readonly name?: string;
  readonly envFrom?: readonly EnvFromSource[];
  readonly imagePullPolicy?: string;
  readonly computeResources?: ResourceRequirements;
}

/** A step: a container, or a reference to a StepAction. */
export interface Step extends TaskContainer {
  readonly displayName?: string;
  readonly script?: string;
  readonly timeout?: string;
  readonly workspaces?: readonly WorkspaceUsage[];
  readonly onError?: string;
  readonly stdoutConfig?: StepOutput;
  readonly stderrConfig?: StepOutput;
  readonly ref?: StepRef;
  readonly params?: readonly Param[];
  readonly results?: readonly TaskResult[];
  readonly when?: readonly WhenExpression[];
}

/** A container that runs beside the steps. */
export interface Sidecar extends TaskContainer {
  readonly script?: string;
  readonly workspaces?: readonly WorkspaceUsage[];
  readonly restartPolicy?: string;
}

/** Fields that all steps of a Task get, unless they set them. */
export type StepTemplate = TaskContainer;

/** The spec of a Task. */
export interface TaskSpec {
  readonly displayName?: string;
  readonly description?: string;
  readonly params?: readonly ParamSpec[];
  readonly results?: readonly TaskResult[];
  readonly workspaces?: readonly WorkspaceDeclaration[];
  readonly steps?: readonly Step[];
  readonly stepTemplate?: StepTemplate;
  readonly sidecars?: readonly Sidecar[];
  readonly volumes?: readonly Volume[];
}

/** Labels and annotations for the runs of an embedded task. */
export interface PipelineTaskMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The task of a pipeline task: a TaskSpec, or the spec of a custom task. */
export interface EmbeddedTask extends TaskSpec {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: PipelineTaskMetadata;
  readonly spec?: AdditionalFields;
}

/** One combination that a matrix includes. */
export interface IncludeParams {
  readonly name?: string;
  readonly params?: readonly Param[];
}

/** Fans a pipeline task out over combinations of params. */
export interface Matrix {
  readonly params?: readonly Param[];
  readonly include?: readonly IncludeParams[];
}

/** A workspace of the pipeline bound to a workspace of a pipeline task. */
export interface WorkspacePipelineTaskBinding {
  readonly name: string;
  readonly workspace?: string;
  readonly subPath?: string;
}

/** One task of a pipeline. */
export interface PipelineTask {
  readonly name: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly taskRef?: TaskRef;
  readonly taskSpec?: EmbeddedTask;
  readonly pipelineRef?: PipelineRef;
  readonly pipelineSpec?: PipelineSpec;
  readonly params?: readonly Param[];
  readonly matrix?: Matrix;
  readonly when?: readonly WhenExpression[];
  readonly runAfter?: readonly string[];
  readonly retries?: number;
  readonly timeout?: string;
  readonly onError?: string;
  readonly workspaces?: readonly WorkspacePipelineTaskBinding[];
}

/** A workspace that a Pipeline declares. */
export interface PipelineWorkspaceDeclaration {
  readonly name: string;
  readonly description?: string;
  readonly optional?: boolean;
}

/** A result of a Pipeline. */
export interface PipelineResult {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  readonly value: Value;
}

/** The spec of a Pipeline. */
export interface PipelineSpec {
  readonly displayName?: string;
  readonly description?: string;
  readonly params?: readonly ParamSpec[];
  readonly workspaces?: readonly PipelineWorkspaceDeclaration[];
  readonly results?: readonly PipelineResult[];
  readonly tasks?: readonly PipelineTask[];
  readonly finally?: readonly PipelineTask[];
}

/** Compute resources of one step of a run. */
export interface TaskRunStepSpec {
  readonly name: string;
  readonly computeResources?: ResourceRequirements;
}

/** Compute resources of one sidecar of a run. */
export interface TaskRunSidecarSpec {
  readonly name: string;
  readonly computeResources?: ResourceRequirements;
}

/** Where a run stops for debugging. */
export interface TaskBreakpoints {
  readonly onFailure?: string;
  readonly beforeSteps?: readonly string[];
}

/** The pod fields that a run may set. */
export interface RunPodTemplate extends PodTemplate {
  readonly env?: readonly EnvVar[];
}

export type { RunWorkspaceBinding };

/** The spec of a TaskRun. */
export interface TaskRunSpec {
  readonly taskRef?: TaskRef;
  readonly taskSpec?: TaskSpec;
  readonly params?: readonly Param[];
  readonly workspaces?: readonly RunWorkspaceBinding[];
  readonly serviceAccountName?: string;
  readonly timeout?: string;
  readonly retries?: number;
  readonly podTemplate?: RunPodTemplate;
  readonly status?: string;
  readonly statusMessage?: string;
  readonly stepSpecs?: readonly TaskRunStepSpec[];
  readonly sidecarSpecs?: readonly TaskRunSidecarSpec[];
  readonly computeResources?: ResourceRequirements;
  readonly managedBy?: string;
  readonly debug?: { readonly breakpoints?: TaskBreakpoints };
}

/** Limits of a PipelineRun's duration. */
export interface Timeouts {
  readonly pipeline?: string;
  readonly tasks?: string;
  readonly finally?: string;
}

/** What the TaskRuns of a PipelineRun get. */
export interface PipelineTaskRunTemplate {
  readonly serviceAccountName?: string;
  readonly podTemplate?: RunPodTemplate;
}

/** What the TaskRun of one pipeline task gets. */
export interface PipelineTaskRunSpec {
  readonly pipelineTaskName?: string;
  readonly serviceAccountName?: string;
  readonly podTemplate?: RunPodTemplate;
  readonly stepSpecs?: readonly TaskRunStepSpec[];
  readonly sidecarSpecs?: readonly TaskRunSidecarSpec[];
  readonly metadata?: PipelineTaskMetadata;
  readonly computeResources?: ResourceRequirements;
  readonly timeout?: string;
}

/** The spec of a PipelineRun. */
export interface PipelineRunSpec {
  readonly pipelineRef?: PipelineRef;
  readonly pipelineSpec?: PipelineSpec;
  readonly params?: readonly Param[];
  readonly workspaces?: readonly RunWorkspaceBinding[];
  readonly status?: string;
  readonly timeouts?: Timeouts;
  readonly taskRunTemplate?: PipelineTaskRunTemplate;
  readonly taskRunSpecs?: readonly PipelineTaskRunSpec[];
  readonly managedBy?: string;
}

/** The spec of a StepAction. */
export interface StepActionSpec extends ContainerFields {
  readonly description?: string;
  readonly script?: string;
  readonly params?: readonly ParamSpec[];
  readonly results?: readonly TaskResult[];
  readonly securityContext?: AdditionalFields;
}

/** An embedded custom task. */
export interface EmbeddedCustomRunSpec {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: PipelineTaskMetadata;
  readonly spec?: AdditionalFields;
}

/** The spec of a CustomRun. */
export interface CustomRunSpec {
  readonly customRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string };
  readonly customSpec?: EmbeddedCustomRunSpec;
  readonly params?: readonly Param[];
  readonly status?: string;
  readonly statusMessage?: string;
  readonly retries?: number;
  readonly serviceAccountName?: string;
  readonly timeout?: string;
  readonly workspaces?: readonly RunWorkspaceBinding[];
}
