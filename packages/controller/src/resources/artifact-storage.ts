/**
 * Where tasks of a pipeline hand over files: on a volume claim of the run, or in a bucket that the operator names.
 *
 * What the ConfigMaps say is Tekton's (`config-artifact-pvc`, `config-artifact-bucket` in namespace tekton-pipelines); reading them is
 * here, fetching them is the edge's.
 */

import type { PipelineResourceModel, ResourceBindingModel } from '@pipewright/tekton';

/** A bucket for all runs. */
export interface ArtifactBucket {
  /** `gs://bucket/path`, without a slash at its end. */
  readonly location: string;
  /** The key of the account that may write there, if one is needed. */
  readonly secrets: PipelineResourceModel['secrets'];
}

/** How the operator wants files handed over. */
export interface ArtifactSettings {
  readonly claim: { readonly size: string; readonly storageClassName?: string };
  /** Takes the claim's place. */
  readonly bucket?: ArtifactBucket;
}

/** Where one TaskRun finds and leaves files: on a claim of this name, or in a bucket. */
export type ArtifactStorage =
  { readonly kind: 'claim'; readonly claim: string } | { readonly kind: 'bucket'; readonly bucket: ArtifactBucket };

/** Content of a ConfigMap; undefined when there is none. */
export type ConfigData = Readonly<Record<string, string>> | undefined;

/** @returns the settings; the defaults where nothing is said */
export function readArtifactSettings(pvc: ConfigData, bucket: ConfigData): ArtifactSettings {
  const storageClassName = pvc?.['storageClassName']?.trim();
  const location = bucket?.['location']?.trim().replace(/\/+$/, '');
  return {
    claim: { size: pvc?.['size']?.trim() || '5Gi', ...(storageClassName && { storageClassName }) },
    ...(location && { bucket: { location, secrets: secretsOf(bucket) } }),
  };
}

function secretsOf(data: ConfigData): ArtifactBucket['secrets'] {
  const secretName = data?.['bucket.service.account.secret.name']?.trim();
  const secretKey = data?.['bucket.service.account.secret.key']?.trim();
  if (!secretName || !secretKey) return [];
  const fieldName = data?.['bucket.service.account.field.name']?.trim() || 'GOOGLE_APPLICATION_CREDENTIALS';
  return [{ fieldName, secretName, secretKey }];
}

/** Below which path of the bucket a run's files lie. */
export const bucketPrefix = (namespace: string, run: string): string => `${run}-${namespace}-bucket`;

/** Returns the names of the PipelineResources that bindings refer to, each once. */
export const referencedResources = (bindings: readonly ResourceBindingModel[]): readonly string[] => [
  ...new Set(bindings.flatMap(({ resource }) => (resource?.kind === 'reference' ? [resource.name] : []))),
];
