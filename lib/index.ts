/** Tekton v1alpha1 as cdk8s constructs: typed tasks, pipelines and runs, checked before anything is applied. */

export { CloudEventResource } from './cloud-event-resource.js';
export type { CloudEventResourceProps, CloudEventTarget } from './cloud-event-resource.js';
export { ClusterResource } from './cluster-resource.js';
export type { ClusterAccess, ClusterResourceProps } from './cluster-resource.js';
export { Condition } from './condition.js';
export type { ConditionProps, ConditionReference, ConditionScope } from './condition.js';
export { ConstructError } from './construct-error.js';
export { DockerCredentials, GitCredentials } from './credentials.js';
export type {
  Credentials,
  PlaintextOptions,
  RemoteSshKey,
  RemoteUserPassword,
  UsernamePassword,
} from './credentials.js';
export type {
  ArrayParam,
  None,
  Params,
  PipelineWorkspaceDeclaration,
  PipelineWorkspaces,
  ResourceDeclaration,
  Resources,
  ResultDeclaration,
  Results,
  StringParam,
  WorkspaceDeclaration,
  Workspaces,
} from './declaration.js';
export type { ExternalSecretOptions, RemoteKey, SecretStore } from './external-secret.js';
export { GitResource } from './git-resource.js';
export type { GitResourceProps, GitSource } from './git-resource.js';
export { Grants } from './grant.js';
export type { Grant } from './grant.js';
export { kustomizeConfiguration } from './kustomize.js';
export { ImageResource } from './image-resource.js';
export type { ImageLocation, ImageResourceProps } from './image-resource.js';
export { Pipeline } from './pipeline.js';
export type {
  ManifestSignature,
  PipelineDefinition,
  PipelineProps,
  PipelineReference,
  PipelineSignature,
} from './pipeline.js';
export { PipelineResource } from './pipeline-resource.js';
export type { BindableResource, PipelineResourceProps, SecretField } from './pipeline-resource.js';
export { PipelineRun } from './pipeline-run.js';
export type { PipelineRunProps } from './pipeline-run.js';
export type { ArgoHook, Bindable, PodTemplate, RunMode, RunOptions } from './run.js';
export { PipelineInput, PipelineTasks, PipelineWorkspace } from './pipeline-task.js';
export type { ConditionCall, PlacedCondition, PlacedTask, TaskCall, TaskOptions } from './pipeline-task.js';
export { PullRequestResource } from './pull-request-resource.js';
export type { PullRequestLocation, PullRequestResourceProps } from './pull-request-resource.js';
export { Ref } from './reference.js';
export type { Text, ValueType } from './reference.js';
export type { SealedSecretOptions } from './sealed-secret.js';
export { PipelineServiceAccount } from './service-account.js';
export type { AccountReference, PipelineServiceAccountProps } from './service-account.js';
export type { CheckStep, Container, EnvVar, Quantities, Step, VolumeMount } from './step.js';
export { BuildStorageResource, StorageResource } from './storage-resource.js';
export type {
  BuildGcsLocation,
  BuildStorageResourceProps,
  GcsLocation,
  StorageResourceProps,
} from './storage-resource.js';
export { ClusterTask, Task } from './task.js';
export type { TaskProps } from './task.js';
export type { Given, Signature, TaskDefinition, TaskReference, TaskScope, TestResult } from './task-definition.js';
export { TaskRun } from './task-run.js';
export type { TaskRunProps } from './task-run.js';
export { TektonApp } from './tekton-app.js';
export type { TektonAppProps } from './tekton-app.js';
export { acknowledge, warningsOf } from './validation.js';
export { Workspace } from './workspace.js';
export { manifestYaml } from './yaml.js';
