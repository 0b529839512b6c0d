/**
 * What runs of tasks and of pipelines have in common: a name or none, an account, a timeout, a pod template.
 */

import { API_VERSION, formatDuration, type ResourceType } from '@pipewright/tekton';
import type { ApiObjectMetadata, Duration } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { ConstructError } from './construct-error.js';
import { kubeObject, nameOf } from './kube-object.js';
import type { BindableResource } from './pipeline-resource.js';
import { plain } from './plain.js';
import type { AccountReference } from './service-account.js';
import { liesElsewhere } from './validation.js';

/** What may be bound to a declared resource, by its type. */
export type Bindable = { readonly [K in ResourceType]: BindableResource<K> };

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
  readonly volumes?: readonly k8s.Volume[];
  /** @default - the cluster's default runtime */
  readonly runtimeClassName?: string;
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
   * Lets the API server choose a name that begins with this, at each `kubectl create`. `kubectl apply` and GitOps tools do
   * not take such objects.
   *
   * @default - the run has a name of its own
   */
  readonly generateName?: string;

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
   * How long the run may take before it is stopped and counts as failed. Zero: as long as it likes.
   *
   * @default - Tekton's default, 60 minutes
   */
  readonly timeout?: Duration;

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
  { serviceAccount, serviceAccountField, timeout, podTemplate }: RunOptions,
): object {
  if (serviceAccount) accountLiesElsewhere(scope, serviceAccount);
  return {
    ...(serviceAccount && { [serviceAccountField ?? 'serviceAccountName']: serviceAccount.name }),
    timeout: timeout && formatDuration(timeout.toMilliseconds()),
    podTemplate,
  };
}

/** Lets the checks take an account that is only named as being there. */
export function accountLiesElsewhere(scope: Construct, { name }: AccountReference): void {
  liesElsewhere(scope, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
}

/** Makes a run's object. Returns its name: none with `generateName`, before it is created. */
export function runObject(
  scope: Construct,
  kind: 'PipelineRun' | 'TaskRun',
  { metadata, generateName }: RunOptions,
  spec: object,
): string | undefined {
  if (generateName !== undefined && metadata?.name !== undefined) {
    throw new ConstructError(scope, {
      code: 'NAME_TWICE',
      message: 'a run has a name or a generateName',
      hint: 'leave one of them out',
    });
  }
  const body = { spec: plain(spec, scope) };
  const object = kubeObject(scope, { apiVersion: API_VERSION, kind, metadata, generateName, body });
  return generateName === undefined ? nameOf(object) : undefined;
}

/** `{ field: [{ name, … }] }`, or nothing when the list is empty. */
export function listed<T>(
  field: string,
  given: Readonly<Record<string, T | undefined>>,
  make: (it: T) => object,
): object {
  const all = Object.entries(given).flatMap(([name, it]) => (it === undefined ? [] : [{ name, ...make(it) }]));
  return all.length > 0 ? { [field]: all } : {};
}
