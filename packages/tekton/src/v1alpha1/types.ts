/**
 * Wire types of tekton.dev/v1alpha1, with both names of the ServiceAccount field and the additions of Tekton v0.10.
 *
 * Only the readers, checks and writers of this version use them; execution uses the model. All fields except names are
 * optional, because objects are read before they are checked.
 */

import type { Container, LocalReference, ObjectMeta, Volume } from '../model/kubernetes.js';
import type { PodTemplate, Step, WorkspaceBinding } from '../model/pod.js';
import type { PipelineResourceSpec, ResourceType } from '../model/resource.js';
import type { PipelineRunStatus, TaskRunStatus } from './status.js';

/** `apiVersion` of all kinds in this version. */
export const V1ALPHA1 = 'tekton.dev/v1alpha1';

/** A param's value: one string, or a list of strings. */
export type StringOrList = string | readonly string[];

/** A param that a Task, Pipeline or Condition declares. */
export interface ParamSpec {
  readonly name: string;
  readonly type?: 'string' | 'array';
  readonly description?: string;
  readonly default?: StringOrList;
}

/** The value of a param. */
export interface Param {
  readonly name: string;
  readonly value: StringOrList;
}

/** A resource that a Task or Condition declares. */
export interface TaskResource {
  readonly name: string;
  readonly type: ResourceType;
  readonly targetPath?: string;
  readonly description?: string;
  readonly optional?: boolean;
}

/** A result that a Task declares. Steps write it to /tekton/results/NAME. */
export interface TaskResult {
  readonly name: string;
  readonly description?: string;
}

/** A result under `outputs`, declared in v0.9 and unused. */
export interface TestResult {
  readonly name: string;
  readonly format?: string;
  readonly path?: string;
}

/** A workspace that a Task or Pipeline declares. */
export interface WorkspaceDeclaration {
  readonly name: string;
  readonly description?: string;
  readonly mountPath?: string;
  readonly readOnly?: boolean;
}

/** `inputs` of a Task. */
export interface TaskInputs {
  readonly params?: readonly ParamSpec[];
  readonly resources?: readonly TaskResource[];
}

/** `outputs` of a Task. */
export interface TaskOutputs {
  readonly resources?: readonly TaskResource[];
  readonly results?: readonly TestResult[];
}

/** The spec of a Task or ClusterTask. */
export interface TaskSpec {
  readonly inputs?: TaskInputs;
  readonly outputs?: TaskOutputs;
  readonly steps?: readonly Step[];
  readonly stepTemplate?: Container;
  readonly sidecars?: readonly Step[];
  readonly volumes?: readonly Volume[];
  readonly workspaces?: readonly WorkspaceDeclaration[];
  readonly results?: readonly TaskResult[];
}

/** A reference to a Task or ClusterTask. */
export interface TaskRef {
  readonly name: string;
  readonly kind?: 'Task' | 'ClusterTask';
  readonly apiVersion?: string;
}

/** A resource bound to a run: a reference, or an embedded spec. */
export interface ResourceBinding {
  readonly name: string;
  readonly resourceRef?: LocalReference & { readonly apiVersion?: string };
  readonly resourceSpec?: PipelineResourceSpec;
}

/** A resource bound to a TaskRun. The controller sets `paths` to pass the resource between tasks of a pipeline. */
export interface TaskResourceBinding extends ResourceBinding {
  readonly paths?: readonly string[];
}

/** The spec of a TaskRun. */
export interface TaskRunSpec {
  readonly taskRef?: TaskRef;
  readonly taskSpec?: TaskSpec;
  readonly inputs?: { readonly params?: readonly Param[]; readonly resources?: readonly TaskResourceBinding[] };
  readonly outputs?: { readonly resources?: readonly TaskResourceBinding[] };
  readonly serviceAccount?: string;
  readonly serviceAccountName?: string;
  readonly timeout?: string;
  readonly status?: 'TaskRunCancelled' | '';
  readonly podTemplate?: PodTemplate;
  readonly workspaces?: readonly WorkspaceBinding[];
}

/** A resource that a Pipeline declares. */
export interface PipelineDeclaredResource {
  readonly name: string;
  readonly type: ResourceType;
  readonly optional?: boolean;
}

/** A pipeline resource bound to an input of a pipeline task. */
export interface PipelineTaskInputResource {
  readonly name: string;
  readonly resource: string;
  readonly from?: readonly string[];
}

/** A pipeline resource bound to an output of a pipeline task. */
export interface PipelineTaskOutputResource {
  readonly name: string;
  readonly resource: string;
}

/** A Condition that must hold for a pipeline task to run. */
export interface PipelineTaskCondition {
  readonly conditionRef: string;
  readonly params?: readonly Param[];
  readonly resources?: readonly PipelineTaskInputResource[];
}

/** A pipeline workspace bound to a workspace of a pipeline task. */
export interface WorkspacePipelineTaskBinding {
  readonly name: string;
  readonly workspace: string;
  readonly subPath?: string;
}

/** One task of a pipeline. */
export interface PipelineTask {
  readonly name: string;
  readonly taskRef?: TaskRef;
  readonly taskSpec?: TaskSpec;
  readonly params?: readonly Param[];
  readonly resources?: {
    readonly inputs?: readonly PipelineTaskInputResource[];
    readonly outputs?: readonly PipelineTaskOutputResource[];
  };
  readonly runAfter?: readonly string[];
  readonly retries?: number;
  readonly conditions?: readonly PipelineTaskCondition[];
  readonly workspaces?: readonly WorkspacePipelineTaskBinding[];
  readonly timeout?: string;
}

/** The spec of a Pipeline. */
export interface PipelineSpec {
  readonly resources?: readonly PipelineDeclaredResource[];
  readonly params?: readonly ParamSpec[];
  readonly tasks?: readonly PipelineTask[];
  readonly workspaces?: readonly WorkspaceDeclaration[];
}

/** The ServiceAccount of one task of a run, under either field name. */
export interface TaskServiceAccount {
  readonly taskName: string;
  readonly serviceAccount?: string;
  readonly serviceAccountName?: string;
}

/** The spec of a PipelineRun. */
export interface PipelineRunSpec {
  readonly pipelineRef?: { readonly name: string; readonly apiVersion?: string };
  readonly pipelineSpec?: PipelineSpec;
  readonly resources?: readonly ResourceBinding[];
  readonly params?: readonly Param[];
  readonly serviceAccount?: string;
  readonly serviceAccountName?: string;
  readonly serviceAccounts?: readonly TaskServiceAccount[];
  readonly serviceAccountNames?: readonly TaskServiceAccount[];
  readonly timeout?: string;
  readonly status?: 'PipelineRunCancelled' | '';
  readonly podTemplate?: PodTemplate;
  readonly workspaces?: readonly WorkspaceBinding[];
}

/** The spec of a Condition. */
export interface ConditionSpec {
  readonly check?: Step;
  readonly params?: readonly ParamSpec[];
  readonly resources?: readonly TaskResource[];
  readonly description?: string;
}

interface ObjectOfKind<Kind extends string, Spec> {
  readonly apiVersion: typeof V1ALPHA1;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
}

/** A list of steps with the inputs they need. */
export type Task = ObjectOfKind<'Task', TaskSpec>;
/** A Task for all namespaces. */
export type ClusterTask = ObjectOfKind<'ClusterTask', TaskSpec>;
/** One run of a Task. */
export type TaskRun = ObjectOfKind<'TaskRun', TaskRunSpec> & { readonly status?: TaskRunStatus };
/** A graph of tasks. */
export type Pipeline = ObjectOfKind<'Pipeline', PipelineSpec>;
/** One run of a Pipeline. */
export type PipelineRun = ObjectOfKind<'PipelineRun', PipelineRunSpec> & { readonly status?: PipelineRunStatus };
/** An external artifact that tasks read or produce, such as a repository or an image. */
export type PipelineResource = ObjectOfKind<'PipelineResource', PipelineResourceSpec>;
/** A check that decides whether a pipeline task runs. */
export type Condition = ObjectOfKind<'Condition', ConditionSpec>;

/** Any object of tekton.dev/v1alpha1. */
export type V1alpha1Object = Task | ClusterTask | TaskRun | Pipeline | PipelineRun | PipelineResource | Condition;

/** The kinds of tekton.dev/v1alpha1. */
export type Kind = V1alpha1Object['kind'];
