/** The settings of a cluster with Tekton: those of its ConfigMaps `config-defaults` and `feature-flags`. */

import type { ResourceRequirements } from './kubernetes.js';
import type { PodTemplate, WorkspaceBinding } from './pod.js';

/** How stable the features are that a cluster accepts. */
export type Stability = 'stable' | 'beta' | 'alpha';

/** Kinds whose embedded specs a cluster can forbid. */
export type InlineSpecKind = 'pipeline' | 'pipelinerun' | 'taskrun';

/** Settings of `config-defaults`. */
export interface DefaultSettings {
  /** Timeout in milliseconds of runs that set none; 0 = no timeout. */
  readonly defaultTimeoutMs: number;
  readonly defaultServiceAccount: string;
  /** Value of the label `app.kubernetes.io/managed-by` of TaskRuns that have none. */
  readonly managedByLabel: string;
  /** Fields of pods for runs that do not set them. */
  readonly podTemplate?: PodTemplate;
  readonly affinityAssistantPodTemplate?: PodTemplate;
  /** Source of the workspaces that a TaskRun does not bind. */
  readonly taskRunWorkspaceBinding?: Omit<WorkspaceBinding, 'name'>;
  readonly maxMatrixCombinations: number;
  /** Environment variables that a pod template must not set. */
  readonly forbiddenEnv: readonly string[];
  /** Resolver of references without a name or resolver; empty = none. */
  readonly defaultResolverType: string;
  /** Time in milliseconds after which an image that cannot be pulled fails a TaskRun; 0 = at once. */
  readonly imagePullBackOffTimeoutMs: number;
  /** The same for containers that cannot be created. */
  readonly createContainerErrorTimeoutMs: number;
  /** Time in milliseconds that a resolver may take. */
  readonly maximumResolutionTimeoutMs: number;
  /** Compute resources of containers that the controller adds, by name; `default` for the others, `prefix-NAME` for names that begin so. */
  readonly containerResources: Readonly<Record<string, ResourceRequirements>>;
  readonly sidecarLogPollingIntervalMs: number;
  /** Number of StepActions of a Task that are resolved at the same time. */
  readonly stepRefConcurrencyLimit: number;
  /** URL that receives CloudEvents; empty = none. */
  readonly cloudEventsSink: string;
}

/** Settings of `feature-flags`. */
export interface FeatureFlags {
  readonly coschedule: 'workspaces' | 'pipelineruns' | 'isolate-pipelinerun' | 'disabled';
  readonly disableCredsInit: boolean;
  readonly awaitSidecarReadiness: boolean;
  readonly runningInEnvironmentWithInjectedSidecars: boolean;
  readonly requireGitSshSecretKnownHosts: boolean;
  readonly enableApiFields: Stability;
  readonly sendCloudEventsForRuns: boolean;
  readonly enableProvenanceInStatus: boolean;
  readonly enforceNonfalsifiability: 'none' | 'spire';
  readonly resultsFrom: 'termination-message' | 'sidecar-logs';
  /** Bytes of one result under `sidecar-logs`. */
  readonly maxResultSize: number;
  readonly setSecurityContext: boolean;
  readonly keepPodOnCancel: boolean;
  readonly enableCelInWhenExpression: boolean;
  readonly enableArtifacts: boolean;
  readonly enableParamEnum: boolean;
  readonly disableInlineSpec: readonly InlineSpecKind[];
  readonly enableConciseResolverSyntax: boolean;
  readonly enableKubernetesSidecar: boolean;
  readonly enableWaitExponentialBackoff: boolean;
  readonly enableTerminationMessageCompression: boolean;
  readonly verificationNoMatchPolicy: 'ignore' | 'warn' | 'fail';
}

/** All settings of a cluster. */
export type TektonConfig = DefaultSettings & FeatureFlags;

/** The settings of a cluster whose ConfigMaps are as Tekton v1.15 ships them. */
export const DEFAULT_CONFIG: TektonConfig = {
  defaultTimeoutMs: 3_600_000,
  defaultServiceAccount: 'default',
  managedByLabel: 'tekton-pipelines',
  maxMatrixCombinations: 256,
  forbiddenEnv: [],
  defaultResolverType: '',
  imagePullBackOffTimeoutMs: 0,
  createContainerErrorTimeoutMs: 0,
  maximumResolutionTimeoutMs: 60_000,
  containerResources: {},
  sidecarLogPollingIntervalMs: 100,
  stepRefConcurrencyLimit: 5,
  cloudEventsSink: '',
  coschedule: 'workspaces',
  disableCredsInit: false,
  awaitSidecarReadiness: true,
  runningInEnvironmentWithInjectedSidecars: true,
  requireGitSshSecretKnownHosts: false,
  enableApiFields: 'beta',
  sendCloudEventsForRuns: true,
  enableProvenanceInStatus: true,
  enforceNonfalsifiability: 'none',
  resultsFrom: 'termination-message',
  maxResultSize: 4096,
  setSecurityContext: false,
  keepPodOnCancel: false,
  enableCelInWhenExpression: false,
  enableArtifacts: false,
  enableParamEnum: false,
  disableInlineSpec: [],
  enableConciseResolverSyntax: false,
  enableKubernetesSidecar: false,
  enableWaitExponentialBackoff: false,
  enableTerminationMessageCompression: false,
  verificationNoMatchPolicy: 'ignore',
};
