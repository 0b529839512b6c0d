/**
 * The ServiceAccount of a pipeline's steps: its credentials for external servers and its permissions in the cluster.
 *
 * By default the account has no permissions, or a Role with exactly the given grants, and only steps that request a token receive
 * one. Subjects of bindings always have a namespace, because the API server rejects them without one.
 */

import { Chart, type ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import type { Credentials } from './credentials.js';
import type { Grant } from './grant.js';
import { kubeObject, nameOf } from '../internal/kube-object.js';
import { manifestValue } from '../manifests/manifest-value.js';
import { declareExternal } from '../validation/validation.js';

/** Anything that names a ServiceAccount: one defined here, one of cdk8s-plus, or `{ name }`. */
export interface AccountReference {
  readonly name: string;
}

/** Properties for `PipelineServiceAccount`. */
export interface PipelineServiceAccountProps {
  /**
   * Name, namespace, labels and annotations of the ServiceAccount.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;

  /**
   * Credentials for Git servers and registries, available to every step in its home directory.
   *
   * @default - no credentials
   */
  readonly credentials?: readonly Credentials[];

  /**
   * Permissions of the steps in the account's namespace, as rules of one Role.
   *
   * @default - no permissions
   */
  readonly grants?: readonly Grant[];

  /**
   * Makes the account a cluster administrator. Anyone who can change a task then controls the cluster; prefer `grants`.
   *
   * @default false
   */
  readonly clusterAdmin?: boolean;

  /**
   * Whether every step of this account receives a token for the Kubernetes API.
   *
   * @default false - only steps with `kubernetesApi: true` receive one
   */
  readonly automountToken?: boolean;
}

const RBAC = 'rbac.authorization.k8s.io';

/**
 * Defines a ServiceAccount for pipelines, with its Role and bindings.
 *
 * @example
 *
 *   const bot = new PipelineServiceAccount(chart, 'bot', {
 *     credentials: [GitCredentials.fromSecret('git'), DockerCredentials.fromSecret('registry')],
 *     grants: [Grants.deploy('nginx')],
 *   });
 */
export class PipelineServiceAccount extends Construct implements AccountReference {
  /** The name of the ServiceAccount. */
  readonly name: string;

  /** The namespace in bindings: the account's own, otherwise the chart's, otherwise `default`. */
  readonly namespace: string;

  constructor(scope: Construct, id: string, props: PipelineServiceAccountProps = {}) {
    super(scope, id);
    const { metadata, credentials = [], grants = [], clusterAdmin = false, automountToken = false } = props;
    const object = kubeObject(this, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata,
      body: {
        ...(!automountToken && { automountServiceAccountToken: false }),
        ...(credentials.length > 0 && { secrets: credentials.map(({ secretName }) => ({ name: secretName })) }),
      },
    });
    for (const { secretName } of credentials) {
      declareExternal(this, { apiVersion: 'v1', kind: 'Secret', metadata: { name: secretName } });
    }
    this.name = nameOf(object);
    this.namespace = metadata?.namespace ?? Chart.of(this).namespace ?? 'default';
    if (grants.length > 0) this.#bindRole(metadata?.namespace, grants);
    if (clusterAdmin) this.#bindClusterAdmin();
  }

  /** Returns a reference to a ServiceAccount defined outside the app. Nothing is emitted for it. */
  static fromName(name: string): AccountReference {
    return { name };
  }

  #bindRole(namespace: string | undefined, grants: readonly Grant[]): void {
    const metadata = { name: this.name, ...(namespace !== undefined && { namespace }) };
    const apiVersion = `${RBAC}/v1`;
    kubeObject(this, { apiVersion, kind: 'Role', id: 'Role', metadata, body: { rules: manifestValue(grants, this) } });
    const body = { subjects: [this.#subject], roleRef: { apiGroup: RBAC, kind: 'Role', name: this.name } };
    kubeObject(this, { apiVersion, kind: 'RoleBinding', id: 'RoleBinding', metadata, body });
  }

  #bindClusterAdmin(): void {
    kubeObject(this, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      id: 'ClusterAdmin',
      metadata: { name: `${this.name}-cluster-admin` },
      clusterScoped: true,
      body: {
        subjects: [this.#subject],
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' },
      },
    });
  }

  get #subject(): object {
    return { kind: 'ServiceAccount', name: this.name, namespace: this.namespace };
  }
}
