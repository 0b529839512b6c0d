/**
 * Credentials that an ExternalSecret fetches: the manifests hold where a value is kept, never the value.
 *
 * For the External Secrets Operator, `external-secrets.io/v1`. What it makes is a Secret of the type, and with the
 * annotations, that Tekton takes for credentials.
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

/** Where a store keeps a value. */
export interface RemoteKey {
  /** The key, path or name of the secret in the store. */
  readonly key: string;
  /** @default - the whole secret */
  readonly property?: string;
  /** @default - the latest */
  readonly version?: string;
}

/** What every ExternalSecret is told. */
export interface ExternalSecretOptions {
  /** The store that has the values. */
  readonly store: SecretStore;

  /**
   * How often the values are fetched again.
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

/** The Secret that is to be made. */
export interface SecretTemplate {
  readonly type: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where the values are, by the key of the Secret, or by the name that `data` calls them. */
  readonly fetched: Readonly<Record<string, RemoteKey | undefined>>;
  /** @default - each fetched value under its own name */
  readonly data?: Readonly<Record<string, string>>;
}

const HOUR = 3_600_000;

/** Makes an ExternalSecret below `scope`; returns the name of the Secret that will come of it. */
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

/** A text as it stands in a template of the operator. Throws for one that the operator would take for a template itself. */
export function templateText(scope: Construct, text: string): string {
  if (!text.includes('{{')) return text;
  throw new ConstructError(scope, { ...constructProblem('TEMPLATE_IN_TEXT', {}), value: text });
}
