/**
 * Credentials fetched by an ExternalSecret: manifests hold the location of a value, never the value.
 *
 * For the External Secrets Operator, `external-secrets.io/v1`, which creates a Secret with the type and annotations that Tekton
 * requires of credentials.
 */

import { constructProblem, formatDuration } from '@pipewright/tekton';
import type { ApiObjectMetadata, Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { ConstructError } from '../diagnostics/construct-error.js';
import { kubeObject, nameOf } from '../internal/kube-object.js';

/** A SecretStore of the namespace, or one for all namespaces. */
export interface SecretStore {
  readonly name: string;
  /** @default 'SecretStore' */
  readonly kind?: 'SecretStore' | 'ClusterSecretStore';
}

/** The location of a value in a store. */
export interface RemoteKey {
  /** The key, path or name of the secret in the store. */
  readonly key: string;
  /** @default - the whole secret */
  readonly property?: string;
  /** @default - the latest */
  readonly version?: string;
}

/** Options of every ExternalSecret. */
export interface ExternalSecretOptions {
  /** The store that holds the values. */
  readonly store: SecretStore;

  /**
   * Interval at which the values are fetched again.
   *
   * @default - every hour
   */
  readonly refreshInterval?: Duration;

  /**
   * Name, namespace, labels and annotations of the ExternalSecret. The Secret gets the same name.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
}

/** The Secret to create. */
export interface SecretTemplate {
  readonly type: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where the values are, by the key of the Secret, or by the name that `data` calls them. */
  readonly fetched: Readonly<Record<string, RemoteKey | undefined>>;
  /** @default - each fetched value under its own name */
  readonly data?: Readonly<Record<string, string>>;
}

const HOUR = 3_600_000;

/** Creates an ExternalSecret below `scope`. Returns the name of the Secret that the operator creates. */
export function externalSecret(
  scope: Construct,
  id: string,
  { store, refreshInterval, metadata }: ExternalSecretOptions,
  { type, annotations, fetched, data }: SecretTemplate,
): string {
  const construct = new Construct(scope, id);
  const spec = {
    refreshInterval: formatDuration(refreshInterval?.toMilliseconds() ?? HOUR),
    secretStoreRef: { name: store.name, kind: store.kind ?? 'SecretStore' },
    target: {
      template: {
        engineVersion: 'v2',
        type,
        ...(annotations && { metadata: { annotations } }),
        ...(data && { data }),
      },
    },
    data: Object.entries(fetched).flatMap(([secretKey, remote]) =>
      remote === undefined ? [] : [{ secretKey, remoteRef: remoteRef(remote) }],
    ),
  };
  const apiVersion = 'external-secrets.io/v1';
  return nameOf(kubeObject(construct, { apiVersion, kind: 'ExternalSecret', metadata, body: { spec } }));
}

const remoteRef = ({ key, property, version }: RemoteKey): object => ({
  key,
  ...(property !== undefined && { property }),
  ...(version !== undefined && { version }),
});

/** Returns a text for use in a template of the operator. Throws if the text contains template syntax. */
export function templateText(scope: Construct, text: string): string {
  if (!text.includes('{{')) return text;
  throw new ConstructError(scope, { ...constructProblem('TEMPLATE_IN_TEXT', {}), value: text });
}
