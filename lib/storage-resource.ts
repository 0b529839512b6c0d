/** Files in Google Cloud Storage: a file, a directory, or an archive that is unpacked. */

import type { Construct } from 'constructs';
import {
  PipelineResource,
  resourceSpec,
  type BindableResource,
  type PipelineResourceProps,
  type SecretField,
} from './pipeline-resource.js';

/** A file or directory in a bucket. */
export interface GcsLocation {
  /** Where it is: `gs://bucket/path`. */
  readonly location: string;

  /**
   * Whether `location` is a directory and taken with all that is below it.
   *
   * @default false
   */
  readonly directory?: boolean;

  /**
   * The key of a Google service account, in a Secret.
   *
   * @default - only what anyone may read can be read
   */
  readonly credentials?: SecretField;

  /**
   * A `.boto` file, in a Secret; for stores that speak S3.
   *
   * @default - none
   */
  readonly boto?: SecretField;
}

/** An archive in a bucket that is unpacked where the task wants it. */
export interface BuildGcsLocation {
  /** Where it is: `gs://bucket/path`. */
  readonly location: string;
  /** How it is packed; `Manifest` is a list of single files. */
  readonly artifactType: 'ZipArchive' | 'TarGzArchive' | 'Manifest';
}

/** Properties for `StorageResource`. */
export interface StorageResourceProps extends GcsLocation, PipelineResourceProps {}

/** Properties for `BuildStorageResource`. */
export interface BuildStorageResourceProps extends BuildGcsLocation, PipelineResourceProps {}

/** Defines a PipelineResource of type storage: files that are fetched before the steps or uploaded after them. */
export class StorageResource extends PipelineResource<'storage'> {
  constructor(scope: Construct, id: string, props: StorageResourceProps) {
    super(scope, id, 'storage', gcsSpec(props), props);
  }

  /** Files that a run binds without a PipelineResource object of its own. */
  static inline(files: GcsLocation): BindableResource<'storage'> {
    return { type: 'storage', binding: { resourceSpec: gcsSpec(files) } };
  }
}

/** Defines a PipelineResource of type storage whose archive is unpacked before the steps; it cannot be an output. */
export class BuildStorageResource extends PipelineResource<'storage'> {
  constructor(scope: Construct, id: string, props: BuildStorageResourceProps) {
    super(scope, id, 'storage', buildGcsSpec(props), props);
  }

  /** An archive that a run binds without a PipelineResource object of its own. */
  static inline(archive: BuildGcsLocation): BindableResource<'storage'> {
    return { type: 'storage', binding: { resourceSpec: buildGcsSpec(archive) } };
  }
}

function gcsSpec({ location, directory = false, credentials, boto }: GcsLocation): object {
  const params = { type: 'gcs', location, dir: directory ? 'y' : undefined }; // any value means a directory
  return resourceSpec('storage', params, { GOOGLE_APPLICATION_CREDENTIALS: credentials, BOTO_CONFIG: boto });
}

const buildGcsSpec = ({ location, artifactType }: BuildGcsLocation): object =>
  resourceSpec('storage', { type: 'build-gcs', location, artifactType });
