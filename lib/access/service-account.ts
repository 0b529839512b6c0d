/**
 * The account a pipeline's steps act as: its credentials for the outside and its rights in the cluster.
 *
 * Rights are small by default: none, or a Role with exactly the grants. Being administrator of the cluster is possible
 * and says so. What uses the rights is a token, and only steps that ask for one have it. Subjects of bindings always name a namespace, without which the API server refuses them.
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
   * Credentials for Git servers and registries that every step finds in its home directory.
   *
   * @default - none
   */
  readonly credentials?: readonly Credentials[];

  /**
   * What the steps may do in the account's namespace, each as a rule of one Role.
   *
   * @default - nothing
   */
  readonly grants?: readonly Grant[];

  /**
   * Makes the account an administrator of the whole cluster. Whoever can change a task can then do anything; prefer
   * `grants`.
   *
   * @default false
   */
  readonly clusterAdmin?: boolean;

  /**
   * Whether every step that runs as this account gets a token for the Kubernetes API, asked for or not.
   *
   * @default false - a step that needs one says so itself (`kubernetesApi: true`), and no other step has it
   */
  readonly automountToken?: boolean;
}

const RBAC = 'rbac.authorization.k8s.io';

/**
 * Defines a ServiceAccount for pipelines, with the bindings of its rights.
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

  /** The namespace that bindings name: the account's own, else the chart's, else `default`. */
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

  /** A ServiceAccount that is defined elsewhere. Nothing is emitted for it. */
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
