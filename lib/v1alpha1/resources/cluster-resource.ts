/** Another Kubernetes cluster, as a kubeconfig that steps use. */

import type { Construct } from 'constructs';
import {
  asParamOrSecret,
  asParam,
  asSecret,
  PipelineResource,
  resourceSpec,
  type BindableResource,
  type PipelineResourceProps,
  type SecretField,
} from './pipeline-resource.js';

/** The address of a cluster and the credentials for it. */
export type ClusterAccess = {
  /** Address of its API server. */
  readonly url: string;

  /**
   * The cluster's name in the kubeconfig, and the kubeconfig's directory. Early versions of Tekton required it; it is deprecated in
   * v0.9.
   *
   * @default - the name of the resource
   */
  readonly name?: string;

  /**
   * The value of `inputs.NAME.revision` in tasks; it has no other effect.
   *
   * @default - none
   */
  readonly revision?: string;

  /** @default - none; the token identifies the user */
  readonly username?: string | SecretField;

  /** @default - none */
  readonly password?: SecretField;

  /**
   * Takes precedence over user and password.
   *
   * @default - none
   */
  readonly token?: SecretField;

  /**
   * The default namespace of commands.
   *
   * @default - `default`
   */
  readonly namespace?: string;

  /**
   * A password or token IN PLAIN TEXT in the synthesized manifests, for demonstrations and throw-away clusters.
   *
   * @default - both come from Secrets
   */
  readonly unsafePlaintext?: { readonly password?: string; readonly token?: string };
} & (
  | {
      /** The certificate authority of the server, base64 of its PEM. */
      readonly cadata: string | SecretField;
      /** @default false */
      readonly insecure?: false;
    }
  | {
      /** The server's certificate is not verified. */
      readonly insecure: true;
      /** @default - not needed */
      readonly cadata?: never;
    }
);

/** Properties for `ClusterResource`. */
export type ClusterResourceProps = ClusterAccess & PipelineResourceProps;

/** Defines a PipelineResource of type cluster. As an input it is a kubeconfig at `/workspace/NAME/kubeconfig`. */
export class ClusterResource extends PipelineResource<'cluster'> {
  constructor(scope: Construct, id: string, props: ClusterResourceProps) {
    super(scope, id, 'cluster', clusterSpec(props), props);
  }

  /** Returns a cluster that a run binds without a PipelineResource object. */
  static inline(access: ClusterAccess): BindableResource<'cluster'> {
    return { type: 'cluster', binding: { resourceSpec: clusterSpec(access) } };
  }
}

const clusterSpec = (access: ClusterAccess): object =>
  resourceSpec('cluster', access, {
    name: asParam('name'),
    url: asParam('url'),
    revision: asParam('revision'),
    username: asParamOrSecret('username'),
    password: asSecret('password'),
    token: asSecret('token'),
    namespace: asParam('namespace'),
    cadata: asParamOrSecret('cadata'),
    insecure: asParam('insecure'),
    unsafePlaintext: (given: NonNullable<ClusterAccess['unsafePlaintext']>) =>
      Object.entries(given).flatMap(([name, value]: [string, string | undefined]) =>
        value === undefined ? [] : asParam(name)(value),
      ),
  });
