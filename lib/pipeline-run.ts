/**
 * PipelineRuns: a pipeline, the resources and values it is run with, and the account it runs as.
 *
 * The pipeline's declaration is the type of the run: every resource must be bound to one of its type and every param without
 * a default must be given. A run with a name runs once; with `generateName` each `kubectl create` makes a new one.
 */

import { API_VERSION, formatDuration, type ResourceType } from '@pipewright/tekton';
import type { ApiObjectMetadata, Duration } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { ConstructError } from './construct-error.js';
import type { Bindings, Member, None, Params, PlainArguments, Resources } from './declaration.js';
import { kubeObject, nameOf } from './kube-object.js';
import type { PipelineReference } from './pipeline.js';
import type { BindableResource } from './pipeline-resource.js';
import { plain } from './plain.js';
import type { AccountReference } from './service-account.js';
import { liesElsewhere } from './validation.js';

type Bindable = { readonly [K in ResourceType]: BindableResource<K> };

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

/** Properties for `PipelineRun`. */
export type PipelineRunProps<P extends Params, R extends Resources> = RunOptions & {
  /** The pipeline to run. */
  readonly pipeline: PipelineReference<P, R>;

  /**
   * Accounts of single tasks, by the task's name in the pipeline.
   *
   * @default - every task has the run's account
   */
  readonly taskAccounts?: Readonly<Record<string, AccountReference>>;
} & Member<'params', P, PlainArguments<P>> &
  Member<'resources', R, Bindings<R, Bindable>>;

/** A run without its types, as the emitter reads it. */
interface AnyRun {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly resources?: Readonly<Record<string, BindableResource | undefined>>;
}

/**
 * Defines a Tekton PipelineRun.
 *
 * @example
 *
 *   new PipelineRun(chart, 'run', { pipeline, serviceAccount: bot, resources: { source, web }, generateName: 'build-' });
 */
export class PipelineRun<const P extends Params = None, const R extends Resources = None> extends Construct {
  /** The name of the object; with `generateName` it has none before it is created. */
  readonly name: string | undefined;

  constructor(scope: Construct, id: string, props: PipelineRunProps<P, R>) {
    super(scope, id);
    const { params = {}, resources = {} } = props as AnyRun; // the same props, seen without the pipeline's types
    liesElsewhere(this, props.pipeline.elsewhere);
    for (const it of Object.values(resources)) liesElsewhere(this, it?.elsewhere);
    for (const it of [props.serviceAccount, ...Object.values(props.taskAccounts ?? {})]) {
      if (it) liesElsewhere(this, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: it.name } });
    }
    const field = props.serviceAccountField ?? 'serviceAccountName';
    const spec = {
      pipelineRef: props.pipeline.pipelineRef,
      ...accountFields(field, props),
      ...listed('resources', resources, (it) => it.binding),
      ...listed('params', params, (value) => ({ value })),
      timeout: props.timeout && formatDuration(props.timeout.toMilliseconds()),
      podTemplate: props.podTemplate,
    };
    const { metadata, generateName } = props;
    if (generateName !== undefined && metadata?.name !== undefined) {
      throw new ConstructError(this, {
        code: 'NAME_TWICE',
        message: 'a run has a name or a generateName',
        hint: 'leave one of them out',
      });
    }
    const body = { spec: plain(spec, this) };
    const object = kubeObject(this, { apiVersion: API_VERSION, kind: 'PipelineRun', metadata, generateName, body });
    this.name = generateName === undefined ? nameOf(object) : undefined;
  }
}

function accountFields(
  field: 'serviceAccountName' | 'serviceAccount',
  {
    serviceAccount,
    taskAccounts,
  }: { readonly serviceAccount?: AccountReference; readonly taskAccounts?: Readonly<Record<string, AccountReference>> },
): object {
  return {
    ...(serviceAccount && { [field]: serviceAccount.name }),
    ...(taskAccounts && {
      [`${field}s`]: Object.entries(taskAccounts).map(([taskName, it]) => ({ taskName, [field]: it.name })),
    }),
  };
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
