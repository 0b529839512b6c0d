/**
 * Credentials for Git servers and registries: references to Secrets that lie in the cluster.
 *
 * What is synthesized is committed, and a committed password is a published one. So the short way names a Secret; the way
 * that writes one into the manifests is called `unsafePlaintext`. Tekton finds out by annotations on the Secret
 * which hosts it is for, so a Secret made elsewhere needs them too.
 */

import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { kubeObject, nameOf } from './kube-object.js';

/** Credentials that an account carries: the name of a Secret. */
export interface Credentials {
  readonly secretName: string;
}

/** A user and a password or token. */
export interface UsernamePassword {
  readonly username: string;
  readonly password: string;
}

/** What a plaintext Secret is called. */
export interface PlaintextOptions {
  /**
   * Name, namespace, labels and annotations of the Secret.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
}

/** Credentials for a Git server. */
export const GitCredentials = {
  /**
   * Credentials in a Secret that exists in the cluster: type `kubernetes.io/basic-auth` or `kubernetes.io/ssh-auth`, with an
   * annotation `tekton.dev/git-0` that names the server.
   */
  fromSecret: (secretName: string): Credentials => ({ secretName }),

  /**
   * A user and password IN PLAIN TEXT in the synthesized manifests, for demonstrations and throw-away clusters.
   *
   * @param server the server they are for, as `https://host`
   */
  unsafePlaintext(
    scope: Construct,
    id: string,
    { server, username, password, metadata }: UsernamePassword & PlaintextOptions & { readonly server: string },
  ): Credentials {
    return plaintextSecret(scope, id, {
      type: 'kubernetes.io/basic-auth',
      metadata: { ...metadata, annotations: { ...metadata?.annotations, 'tekton.dev/git-0': server } },
      content: { stringData: { username, password } },
    });
  },
};

/** Credentials for a container registry. */
export const DockerCredentials = {
  /**
   * Credentials in a Secret that exists in the cluster: type `kubernetes.io/dockerconfigjson`, or `kubernetes.io/basic-auth`
   * with an annotation `tekton.dev/docker-0` that names the registry.
   */
  fromSecret: (secretName: string): Credentials => ({ secretName }),

  /**
   * A user and password IN PLAIN TEXT (base64 hides nothing) in the synthesized manifests, for demonstrations and
   * throw-away clusters.
   *
   * @param registry the registry they are for, as Docker's configuration names it
   */
  unsafePlaintext(
    scope: Construct,
    id: string,
    { registry, username, password, metadata }: UsernamePassword & PlaintextOptions & { readonly registry: string },
  ): Credentials {
    const auth = base64(`${username}:${password}`);
    return plaintextSecret(scope, id, {
      type: 'kubernetes.io/dockerconfigjson',
      metadata,
      content: {
        data: { '.dockerconfigjson': base64(JSON.stringify({ auths: { [registry]: { username, password, auth } } })) },
      },
    });
  },
};

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

function plaintextSecret(
  scope: Construct,
  id: string,
  { type, metadata, content }: { type: string; metadata: ApiObjectMetadata | undefined; content: object },
): Credentials {
  const secret = new Construct(scope, id);
  return {
    secretName: nameOf(kubeObject(secret, { apiVersion: 'v1', kind: 'Secret', metadata, body: { type, ...content } })),
  };
}
