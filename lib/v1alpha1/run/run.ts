/**
 * Common properties of TaskRuns and PipelineRuns: name, service account, timeout, pod template.
 */

import { V1ALPHA1, constructProblem, type ResourceType } from '@pipewright/tekton';
import { Names, type ApiObjectMetadata, type Duration } from 'cdk8s';
import type { k8s, Volume } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { contentHash } from '../../internal/content-hash.js';
import { ConstructError } from '../../diagnostics/construct-error.js';
import { hookAnnotations } from '../../gitops/gitops.js';
import { kubeObject, nameOf } from '../../internal/kube-object.js';
import type { BindableResource } from '../resources/pipeline-resource.js';
import { manifestValue } from '../../manifests/manifest-value.js';
import { timeoutText } from '../../internal/timeout.js';
import type { AccountReference } from '../../access/service-account.js';
import { declareExternal } from '../../validation/validation.js';

/** The values that can be bound to a declared resource, by its type. */
export type Bindable = { readonly [K in ResourceType]: BindableResource<K> };

/**
 * How a run is created.
 *
 * - `named`: it has a name and runs once. The cluster rejects changes of it, so it is for a manual `kubectl apply`.
 * - `manual`: the API server generates a name at each `kubectl create`. `TektonApp` writes it to a separate directory.
 * - `argocd-hook`: Argo CD creates a new one at each sync.
 * - `content-hash`: its name ends with a hash of its content, so that a tool that applies it runs it again exactly when
 *   the content has changed. A pruning tool deletes the older ones.
 */
export type RunMode = 'named' | 'manual' | 'argocd-hook' | 'content-hash';

/** The Argo CD hook options of a run. */
export interface ArgoHook {
  /**
   * The sync phase in which it is created.
   *
   * @default 'PostSync'
   */
  readonly phase?: 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail';

  /**
   * When Argo CD deletes it. `BeforeHookCreation` deletes no run, since each has a unique name.
   *
   * @default 'HookSucceeded'
   */
  readonly deletePolicy?: 'HookSucceeded' | 'HookFailed' | 'BeforeHookCreation';
}

/** Fields of the steps' pods that a run sets. */
export interface PodTemplate {
  /** @default - any node */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly tolerations?: readonly k8s.Toleration[];
  /** @default - none */
  readonly affinity?: k8s.Affinity;
  /** @default - the namespace's default */
  readonly securityContext?: k8s.PodSecurityContext;
  /** @default - only the task's own */
  readonly volumes?: readonly (k8s.Volume | Volume)[];
  /** @default - the cluster's default runtime */
  readonly runtimeClassName?: string;
  /**
   * Whether steps get a token for the Kubernetes API, regardless of their account (Tekton v0.10).
   *
   * @default - the account's setting; with a `PipelineServiceAccount`, exactly the steps that request it (`kubernetesApi`)
   */
  readonly automountServiceAccountToken?: boolean;
  /** @default 'ClusterFirst' (Tekton v0.10) */
  readonly dnsPolicy?: string;
  /** @default - only the cluster's (Tekton v0.10) */
  readonly dnsConfig?: k8s.PodDnsConfig;
  /** @default - true, as in Kubernetes (Tekton v0.10) */
  readonly enableServiceLinks?: boolean;
  /** @default - the cluster's default class (Tekton v0.10) */
  readonly priorityClassName?: string;
  /** @default - the cluster's default scheduler (Tekton v0.11) */
  readonly schedulerName?: string;
  /** @default false (Tekton v0.12) */
  readonly hostNetwork?: boolean;
  /** @default - those of the account */
  readonly imagePullSecrets?: readonly k8s.LocalObjectReference[];
}

/** Options of all runs. */
export interface RunOptions {
  /**
   * Name, namespace, labels and annotations of the object.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;

  /**
   * How the run is created.
   *
   * @default - `manual` with a `generateName`, otherwise `named`
   */
  readonly mode?: RunMode;

  /**
   * The prefix of a name that the API server (or Argo CD) generates.
   *
   * @default - the run's name and a dash, in the modes `manual` and `argocd-hook`
   */
  readonly generateName?: string;

  /**
   * When Argo CD creates and deletes the run, in the mode `argocd-hook`.
   *
   * @default - created after each sync, deleted when it has succeeded
   */
  readonly argocdHook?: ArgoHook;

  /**
   * The ServiceAccount whose credentials and permissions the steps have.
   *
   * @default - the namespace's account `default`
   */
  readonly serviceAccount?: AccountReference;

  /**
   * The field that names the account: Tekton up to v0.7 supports only `serviceAccount`, v0.9 and later only
   * `serviceAccountName`.
   *
   * @default 'serviceAccountName'
   */
  readonly serviceAccountField?: 'serviceAccountName' | 'serviceAccount';

  /**
   * The time after which the run is stopped and fails. Zero means no timeout. A string is written unchanged:
   * `'1h30m'`.
   *
   * @default - Tekton's default, 60 minutes
   */
  readonly timeout?: Duration | string;

  /**
   * Cancels a run that has a name: apply it again with `true` to stop it.
   *
   * @default false
   */
  readonly cancelled?: boolean;

  /**
   * Fields of the steps' pods.
   *
   * @default - set by the controller
   */
  readonly podTemplate?: PodTemplate;
}

/** Returns the fields that all kinds of runs have in their spec. */
export function runFields(
  scope: Construct,
  kind: 'PipelineRun' | 'TaskRun',
  { serviceAccount, serviceAccountField, timeout, cancelled = false, podTemplate }: RunOptions,
): object {
  if (serviceAccount) declareExternalAccount(scope, serviceAccount);
  return {
    ...(serviceAccount && { [serviceAccountField ?? 'serviceAccountName']: serviceAccount.name }),
    timeout: timeout === undefined ? undefined : timeoutText(timeout),
    ...(cancelled && { status: `${kind}Cancelled` }),
    podTemplate,
  };
}

/** Declares an account that is only referenced by name as external, so that validation treats it as present. */
export function declareExternalAccount(scope: Construct, { name }: AccountReference): void {
  declareExternal(scope, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
}

/**
 * Creates a run's object. Returns its name, or undefined if the name is generated at creation.
 *
 * @param content the content of the run, from which the name in the mode `content-hash` is derived
 */
export function createRunObject(
  scope: Construct,
  kind: 'PipelineRun' | 'TaskRun',
  options: RunOptions,
  { spec, content }: { readonly spec: object; readonly content: () => object },
): string | undefined {
  const body = { spec: manifestValue(spec, scope) };
  const named = resolveNaming(scope, options, () => contentHash({ spec: body.spec, content: content() }));
  const object = kubeObject(scope, { apiVersion: V1ALPHA1, kind, body, ...named });
  return named.generateName === undefined ? nameOf(object) : undefined;
}

interface Naming {
  readonly metadata?: ApiObjectMetadata;
  readonly generateName?: string;
}

/** The longest prefix that leaves room for the suffix. */
const LONGEST_BASE = 52;

function resolveNaming(
  scope: Construct,
  { metadata, generateName, mode, argocdHook }: RunOptions,
  hash: () => string,
): Naming {
  const how = mode ?? (generateName === undefined ? 'named' : 'manual');
  const fixed = how === 'named' || how === 'content-hash';
  if (generateName !== undefined && (fixed || metadata?.name !== undefined)) {
    throw new ConstructError(scope, constructProblem('NAME_OR_GENERATE_NAME', { mode: fixed ? how : undefined }));
  }
  if (argocdHook !== undefined && how !== 'argocd-hook') {
    throw new ConstructError(scope, constructProblem('HOOK_WITHOUT_MODE', { mode: how }));
  }
  if (how === 'named') return { ...(metadata && { metadata }) };
  const { name, ...rest } = metadata ?? {};
  const base = (name ?? Names.toDnsLabel(scope, { maxLen: LONGEST_BASE })).slice(0, LONGEST_BASE).replace(/-+$/, '');
  if (how === 'content-hash') return { metadata: { ...rest, name: `${base}-${hash()}` } };
  const prefix = generateName ?? `${base}-`;
  if (how === 'manual') return { metadata: rest, generateName: prefix };
  const { phase = 'PostSync', deletePolicy = 'HookSucceeded' } = argocdHook ?? {};
  const annotations = { ...rest.annotations, ...hookAnnotations(phase, deletePolicy) };
  return { metadata: { ...rest, annotations }, generateName: prefix };
}

/** Returns `{ field: [{ name, … }] }`, or an empty object if the list is empty. */
export function namedEntries<T>(
  field: string,
  given: Readonly<Record<string, T | undefined>>,
  make: (it: T) => object,
): object {
  const all = Object.entries(given).flatMap(([name, it]) => (it === undefined ? [] : [{ name, ...make(it) }]));
  return all.length > 0 ? { [field]: all } : {};
}
