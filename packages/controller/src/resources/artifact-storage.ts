/**
 * Where tasks of a pipeline hand over files: on a volume claim of the run, or in a bucket that the operator configures.
 *
 * Pure. Parses Tekton's ConfigMaps (`config-artifact-pvc`, `config-artifact-bucket` in namespace tekton-pipelines), which the edge reads.
 */

import type { PipelineResourceModel, ResourceBindingModel } from '@pipewright/tekton';

/** A bucket for all runs. */
export interface ArtifactBucket {
  /** `gs://bucket/path`, without a trailing slash. */
  readonly location: string;
  /** The key of an account with write permission, if one is needed. */
  readonly secrets: PipelineResourceModel['secrets'];
}

/** The operator's settings of hand-over. */
export interface ArtifactSettings {
  readonly claim: { readonly size: string; readonly storageClassName?: string };
  /** Replaces the claim. */
  readonly bucket?: ArtifactBucket;
}

/** Where one TaskRun finds and leaves files: on a claim of this name, or in a bucket. */
export type ArtifactStorage =
  { readonly kind: 'claim'; readonly claim: string } | { readonly kind: 'bucket'; readonly bucket: ArtifactBucket };

/** A hand-over of files as observed. `missing-bucket`: they are in a bucket, and the operator has configured none. */
export type ObservedArtifactStorage = ArtifactStorage | { readonly kind: 'missing-bucket' };

/** Content of a ConfigMap; undefined if it does not exist. */
export type ConfigData = Readonly<Record<string, string>> | undefined;

/** Returns the settings, with defaults. */
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

/** Returns the path of a run's files in the bucket. */
export const bucketPrefix = (namespace: string, run: string): string => `${run}-${namespace}-bucket`;

/** Returns the names of the PipelineResources that bindings refer to, each once. */
export const referencedResources = (bindings: readonly ResourceBindingModel[]): readonly string[] => [
  ...new Set(bindings.flatMap(({ resource }) => (resource?.kind === 'reference' ? [resource.name] : []))),
];
