/**
 * What runs of tasks and of pipelines have in common: a name or none, an account, a timeout, a pod template.
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

/** What may be bound to a declared resource, by its type. */
export type Bindable = { readonly [K in ResourceType]: BindableResource<K> };

/**
 * How a run comes to be, again and again.
 *
 * - `named`: it has a name and runs once. A change of it is refused by the cluster, so it is for `kubectl apply` by hand.
 * - `manual`: the API server names it at each `kubectl create`. `TektonApp` writes it apart from what is synced.
 * - `argocd-hook`: Argo CD creates a new one at each sync.
 * - `content-hash`: its name ends in a hash of all that it runs, so that a tool that applies it runs it again exactly when
 *   something has changed. A pruning tool deletes the older ones.
 */
export type RunMode = 'named' | 'manual' | 'argocd-hook' | 'content-hash';

/** How Argo CD treats a run that is a hook. */
export interface ArgoHook {
  /**
   * When in a sync it is created.
   *
   * @default 'PostSync'
   */
  readonly phase?: 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail';

  /**
   * When Argo CD deletes it. `BeforeHookCreation` deletes none, since each has a name of its own: it keeps them all.
   *
   * @default 'HookSucceeded'
   */
  readonly deletePolicy?: 'HookSucceeded' | 'HookFailed' | 'BeforeHookCreation';
}

/** Parts of the steps' pods that a run decides. */
export interface PodTemplate {
  /** @default - any node */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly tolerations?: readonly k8s.Toleration[];
  /** @default - none */
  readonly affinity?: k8s.Affinity;
  /** @default - the namespace's default */
  readonly securityContext?: k8s.PodSecurityContext;
  /** @default - none but the task's own */
  readonly volumes?: readonly (k8s.Volume | Volume)[];
  /** @default - the cluster's default runtime */
  readonly runtimeClassName?: string;
  /**
   * Whether steps get a token for the Kubernetes API, whatever their account says (Tekton v0.10).
   *
   * @default - as the account says; with a `PipelineServiceAccount` exactly the steps that ask for it (`kubernetesApi`)
   */
  readonly automountServiceAccountToken?: boolean;
  /** @default 'ClusterFirst' (Tekton v0.10) */
  readonly dnsPolicy?: string;
  /** @default - none but the cluster's (Tekton v0.10) */
  readonly dnsConfig?: k8s.PodDnsConfig;
  /** @default - true, as Kubernetes has it (Tekton v0.10) */
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

/** What all runs have in common. */
export interface RunOptions {
  /**
   * Name, namespace, labels and annotations of the object.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;

  /**
   * How the run comes to be, again and again.
   *
   * @default - `manual` when there is a `generateName`, otherwise `named`
   */
  readonly mode?: RunMode;

  /**
   * What a name that the API server (or Argo CD) chooses begins with.
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
   * The account whose credentials and rights the steps have.
   *
   * @default - the namespace's account `default`
   */
  readonly serviceAccount?: AccountReference;

  /**
   * The field that names the account: Tekton up to v0.7 knows only `serviceAccount`, v0.9 and later only
   * `serviceAccountName`.
   *
   * @default 'serviceAccountName'
   */
  readonly serviceAccountField?: 'serviceAccountName' | 'serviceAccount';

  /**
   * How long the run may take before it is stopped and counts as failed. Zero: as long as it likes. A text is written as it is:
   * `'1h30m'`.
   *
   * @default - Tekton's default, 60 minutes
   */
  readonly timeout?: Duration | string;

  /**
   * Asks for the end of a run that has a name: apply it once more with `true`, and what runs is stopped.
   *
   * @default false
   */
  readonly cancelled?: boolean;

  /**
   * Parts of the steps' pods.
   *
   * @default - as the controller makes them
   */
  readonly podTemplate?: PodTemplate;
}

/** The fields of a run's spec that every run may have. */
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

/** Lets the checks take an account that is only named as being there. */
export function declareExternalAccount(scope: Construct, { name }: AccountReference): void {
  declareExternal(scope, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
}

/**
 * Makes a run's object. Returns its name: none before it is created, when that is when it gets one.
 *
 * @param content all that the run runs, for a name that says whether it has changed
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

/** The longest beginning that leaves room for what is put behind it. */
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

/** `{ field: [{ name, … }] }`, or nothing when the list is empty. */
export function namedEntries<T>(
  field: string,
  given: Readonly<Record<string, T | undefined>>,
  make: (it: T) => object,
): object {
  const all = Object.entries(given).flatMap(([name, it]) => (it === undefined ? [] : [{ name, ...make(it) }]));
  return all.length > 0 ? { [field]: all } : {};
}
