/**
 * Credentials for Git servers and registries: references to Secrets in the cluster.
 *
 * Manifests are committed, so they hold no secret values: they name a Secret, or an object from which the External Secrets Operator
 * or Sealed Secrets creates one; only `unsafePlaintext` writes a value. Tekton reads a Secret's hosts from its annotations, so
 * a Secret created by other means needs them too.
 */

import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { externalSecret, templateText, type ExternalSecretOptions, type RemoteKey } from './external-secret.js';
import { kubeObject, nameOf } from '../internal/kube-object.js';
import { sealedSecret, type SealedSecretOptions } from './sealed-secret.js';

/** Credentials that an account carries: the name of a Secret. */
export interface Credentials {
  readonly secretName: string;
}

/** A user and a password or token. */
export interface UsernamePassword {
  readonly username: string;
  readonly password: string;
}

/** Options of a plaintext Secret. */
export interface PlaintextOptions {
  /**
   * Name, namespace, labels and annotations of the Secret.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
}

/** The servers that a user and a password are for, as `https://host`. */
interface ForServers {
  readonly server: string | readonly string[];
}

/** The hosts that a private key is for, as `host` or `host:port`. */
interface ForHosts {
  readonly host: string | readonly string[];
}

/** A user and a password or token in a store. A user that is not secret may be given in plain text. */
export interface RemoteUserPassword {
  readonly username: string | RemoteKey;
  readonly password: RemoteKey;
}

/** A private key in a store. */
export interface RemoteSshKey {
  readonly privateKey: RemoteKey;
  /**
   * The hosts' public keys, as `ssh-keyscan` prints them; connections to hosts with other keys are rejected.
   *
   * @default - the host's key is trusted at the first connection
   */
  readonly knownHosts?: RemoteKey;
}

/** Credentials for a Git server. */
export const GitCredentials = {
  /**
   * Credentials in a Secret that exists in the cluster: type `kubernetes.io/basic-auth` or `kubernetes.io/ssh-auth`, with an
   * annotation `tekton.dev/git-0` that names the server.
   */
  fromSecret: (secretName: string): Credentials => ({ secretName }),

  /**
   * Credentials that the External Secrets Operator fetches: a user and a password for `server`, or a private key for `host`.
   *
   * @example
   *
   *   const git = GitCredentials.fromExternalSecret(chart, 'git', {
   *     store: { name: 'vault' },
   *     host: 'github.com',
   *     privateKey: { key: 'ci/github', property: 'ssh-key' },
   *   });
   */
  fromExternalSecret(
    scope: Construct,
    id: string,
    props: ExternalSecretOptions & ((ForServers & RemoteUserPassword) | (ForHosts & RemoteSshKey)),
  ): Credentials {
    const secretName =
      'privateKey' in props
        ? externalSecret(scope, id, props, {
            type: SSH,
            annotations: annotations('git', props.host),
            fetched: { 'ssh-privatekey': props.privateKey, known_hosts: props.knownHosts },
          })
        : externalSecret(scope, id, props, {
            type: BASIC,
            annotations: annotations('git', props.server),
            ...userPassword(scope, props),
          });
    return { secretName };
  },

  /**
   * Credentials that Sealed Secrets decrypts in the cluster: a user and a password for `server`, or a private key for
   * `host`; each value as `kubeseal --raw` printed it.
   */
  fromSealedSecret(
    scope: Construct,
    id: string,
    props: SealedSecretOptions &
      (
        | (ForServers & { readonly encryptedData: UsernamePassword })
        | (ForHosts & { readonly encryptedData: { readonly 'ssh-privatekey': string; readonly known_hosts?: string } })
      ),
  ): Credentials {
    const [type, hosts] = 'host' in props ? [SSH, props.host] : [BASIC, props.server];
    const encryptedData = { ...props.encryptedData };
    return {
      secretName: sealedSecret(scope, id, props, { type, annotations: annotations('git', hosts), encryptedData }),
    };
  },

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
      type: BASIC,
      metadata: { ...metadata, annotations: { ...metadata?.annotations, ...annotations('git', server) } },
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
   * Credentials that the External Secrets Operator fetches: a user and a password for `registry`, or Docker's whole
   * configuration file.
   *
   * @example
   *
   *   const docker = DockerCredentials.fromExternalSecret(chart, 'registry', {
   *     store: { name: 'vault', kind: 'ClusterSecretStore' },
   *     registry: 'registry.example.com',
   *     username: 'ci',
   *     password: { key: 'ci/registry', property: 'password' },
   *   });
   */
  fromExternalSecret(
    scope: Construct,
    id: string,
    props: ExternalSecretOptions &
      ((RemoteUserPassword & { readonly registry: string }) | { readonly config: RemoteKey }),
  ): Credentials {
    if ('config' in props) {
      const fetched = { '.dockerconfigjson': props.config };
      return { secretName: externalSecret(scope, id, props, { type: DOCKER, fetched }) };
    }
    const { fetched, username } = userPassword(scope, props);
    const registry = templateText(scope, JSON.stringify(props.registry));
    const auth = `{{ printf "%s:%s" ${username} .password | b64enc | toJson }}`;
    const fields = `"username":{{ ${username} | toJson }},"password":{{ .password | toJson }},"auth":${auth}`;
    const data = { '.dockerconfigjson': `{"auths":{${registry}:{${fields}}}}` };
    return { secretName: externalSecret(scope, id, props, { type: DOCKER, fetched, data }) };
  },

  /**
   * Credentials that Sealed Secrets decrypts in the cluster: Docker's configuration file, or a user and a password for
   * `registry`; each value as `kubeseal --raw` printed it.
   */
  fromSealedSecret(
    scope: Construct,
    id: string,
    props: SealedSecretOptions &
      (
        | { readonly encryptedData: { readonly '.dockerconfigjson': string } }
        | { readonly registry: string | readonly string[]; readonly encryptedData: UsernamePassword }
      ),
  ): Credentials {
    const encryptedData = { ...props.encryptedData };
    const template =
      'registry' in props
        ? { type: BASIC, annotations: annotations('docker', props.registry), encryptedData }
        : { type: DOCKER, encryptedData };
    return { secretName: sealedSecret(scope, id, props, template) };
  },

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
      type: DOCKER,
      metadata,
      content: {
        data: { '.dockerconfigjson': base64(JSON.stringify({ auths: { [registry]: { username, password, auth } } })) },
      },
    });
  },
};

const BASIC = 'kubernetes.io/basic-auth';
const SSH = 'kubernetes.io/ssh-auth';
const DOCKER = 'kubernetes.io/dockerconfigjson';

/** The annotations from which Tekton reads the hosts of a Secret. */
const annotations = (what: 'git' | 'docker', hosts: string | readonly string[]): Record<string, string> =>
  Object.fromEntries([hosts].flat().map((host, index) => [`tekton.dev/${what}-${String(index)}`, host]));

/** Returns the remote values of a user and a password, the Secret's data, and the user's name in a template. */
function userPassword(
  scope: Construct,
  { username, password }: RemoteUserPassword,
): {
  readonly fetched: Readonly<Record<string, RemoteKey>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly username: string;
} {
  if (typeof username !== 'string') return { fetched: { username, password }, username: '.username' };
  const text = templateText(scope, username);
  return {
    fetched: { password },
    data: { username: text, password: '{{ .password }}' },
    username: JSON.stringify(text),
  };
}

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
