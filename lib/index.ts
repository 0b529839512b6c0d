/** Tekton v1alpha1 as cdk8s constructs: typed tasks, pipelines and runs, checked before anything is applied. */

export { CloudEventResource } from './v1alpha1/resources/cloud-event-resource.js';
export type { CloudEventResourceProps, CloudEventTarget } from './v1alpha1/resources/cloud-event-resource.js';
export { ClusterResource } from './v1alpha1/resources/cluster-resource.js';
export type { ClusterAccess, ClusterResourceProps } from './v1alpha1/resources/cluster-resource.js';
export { Condition } from './v1alpha1/pipeline/condition.js';
export type { ConditionProps, ConditionReference, ConditionScope } from './v1alpha1/pipeline/condition.js';
export { ConstructError } from './diagnostics/construct-error.js';
export { DockerCredentials, GitCredentials } from './access/credentials.js';
export type {
  Credentials,
  PlaintextOptions,
  RemoteSshKey,
  RemoteUserPassword,
  UsernamePassword,
} from './access/credentials.js';
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
} from './v1alpha1/declarations/declaration.js';
export type { ExternalSecretOptions, RemoteKey, SecretStore } from './access/external-secret.js';
export { GitResource } from './v1alpha1/resources/git-resource.js';
export type { GitResourceProps, GitSource } from './v1alpha1/resources/git-resource.js';
export { Grants } from './access/grant.js';
export type { Grant } from './access/grant.js';
export { kustomizeConfiguration } from './gitops/kustomize.js';
export { ImageResource } from './v1alpha1/resources/image-resource.js';
export type { ImageLocation, ImageResourceProps } from './v1alpha1/resources/image-resource.js';
export { Pipeline } from './v1alpha1/pipeline/pipeline.js';
export type {
  ManifestSignature,
  PipelineDefinition,
  PipelineProps,
  PipelineReference,
  PipelineSignature,
} from './v1alpha1/pipeline/pipeline.js';
export { PipelineResource } from './v1alpha1/resources/pipeline-resource.js';
export type { BindableResource, PipelineResourceProps, SecretField } from './v1alpha1/resources/pipeline-resource.js';
export { PipelineRun } from './v1alpha1/run/pipeline-run.js';
export type { PipelineRunProps } from './v1alpha1/run/pipeline-run.js';
export type { ArgoHook, Bindable, PodTemplate, RunMode, RunOptions } from './v1alpha1/run/run.js';
export { PipelineInput, PipelineTasks, PipelineWorkspace } from './v1alpha1/pipeline/pipeline-task.js';
export type {
  ConditionCall,
  PipelineTaskCondition,
  PipelineTask,
  TaskCall,
  TaskOptions,
} from './v1alpha1/pipeline/pipeline-task.js';
export { PullRequestResource } from './v1alpha1/resources/pull-request-resource.js';
export type { PullRequestLocation, PullRequestResourceProps } from './v1alpha1/resources/pull-request-resource.js';
export { Ref } from './manifests/reference.js';
export type { Text, ValueType } from './manifests/reference.js';
export type { SealedSecretOptions } from './access/sealed-secret.js';
export { PipelineServiceAccount } from './access/service-account.js';
export type { AccountReference, PipelineServiceAccountProps } from './access/service-account.js';
export type { CheckStep, Container, EnvVar, Quantities, Step, VolumeMount } from './v1alpha1/task/step.js';
export { BuildStorageResource, StorageResource } from './v1alpha1/resources/storage-resource.js';
export type {
  BuildGcsLocation,
  BuildStorageResourceProps,
  GcsLocation,
  StorageResourceProps,
} from './v1alpha1/resources/storage-resource.js';
export { ClusterTask, Task } from './v1alpha1/task/task.js';
export type { TaskProps } from './v1alpha1/task/task.js';
export type {
  ScopeCallback,
  Signature,
  TaskDefinition,
  TaskReference,
  TaskScope,
  TestResult,
} from './v1alpha1/task/task-definition.js';
export { TaskRun } from './v1alpha1/run/task-run.js';
export type { TaskRunProps } from './v1alpha1/run/task-run.js';
export { TektonApp } from './app/tekton-app.js';
export type { TektonAppProps } from './app/tekton-app.js';
export { acknowledge, warningsOf } from './validation/validation.js';
export { Workspace } from './v1alpha1/run/workspace.js';
export { manifestYaml } from './manifests/yaml.js';
