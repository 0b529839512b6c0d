/** Files in Google Cloud Storage: a file, a directory, or an archive that is unpacked. */

import type { Construct } from 'constructs';
import {
  asParam,
  asSecret,
  PipelineResource,
  resourceSpec,
  type BindableResource,
  type PipelineResourceProps,
  type SecretField,
} from './pipeline-resource.js';

/** A file or directory in a bucket. */
export interface GcsLocation {
  /** Its location: `gs://bucket/path`. */
  readonly location: string;

  /**
   * The param `type`, which the class sets; naming it determines its position among the params.
   *
   * @default - `gcs`, as the first param
   */
  readonly type?: 'gcs';

  /**
   * Whether `location` is a directory, which is copied recursively.
   *
   * @default false
   */
  readonly directory?: boolean;

  /**
   * The key of a Google service account, in a Secret.
   *
   * @default - only public data is accessible
   */
  readonly credentials?: SecretField;

  /**
   * A `.boto` file, in a Secret; for stores with the S3 API.
   *
   * @default - none
   */
  readonly boto?: SecretField;
}

/** An archive in a bucket that is unpacked in the task. */
export interface BuildGcsLocation {
  /** Its location: `gs://bucket/path`. */
  readonly location: string;
  /** The format of the archive; `Manifest` is a list of single files. */
  readonly artifactType: 'ZipArchive' | 'TarGzArchive' | 'Manifest';

  /**
   * The param `type`, which the class sets; naming it determines its position among the params.
   *
   * @default - `build-gcs`, as the first param
   */
  readonly type?: 'build-gcs';
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

  /** Returns files that a run binds without a PipelineResource object. */
  static inline(files: GcsLocation): BindableResource<'storage'> {
    return { type: 'storage', binding: { resourceSpec: gcsSpec(files) } };
  }
}

/** Defines a PipelineResource of type storage whose archive is unpacked before the steps; it cannot be an output. */
export class BuildStorageResource extends PipelineResource<'storage'> {
  constructor(scope: Construct, id: string, props: BuildStorageResourceProps) {
    super(scope, id, 'storage', buildGcsSpec(props), props);
  }

  /** Returns an archive that a run binds without a PipelineResource object. */
  static inline(archive: BuildGcsLocation): BindableResource<'storage'> {
    return { type: 'storage', binding: { resourceSpec: buildGcsSpec(archive) } };
  }
}

const gcsSpec = (files: GcsLocation): object =>
  resourceSpec('storage', withType('gcs', files), {
    type: asParam('type'),
    location: asParam('location'),
    directory: (given: boolean) => (given ? asParam('dir')('y') : []), // any value means a directory
    credentials: asSecret('GOOGLE_APPLICATION_CREDENTIALS'),
    boto: asSecret('BOTO_CONFIG'),
  });

const buildGcsSpec = (archive: BuildGcsLocation): object =>
  resourceSpec('storage', withType('build-gcs', archive), {
    type: asParam('type'),
    location: asParam('location'),
    artifactType: asParam('artifactType'),
  });

/** Returns the props with their type, which comes first unless it is one of the props. */
const withType = <K extends string, T extends { readonly type?: K }>(type: K, props: T): T =>
  props.type === undefined ? Object.assign({ type }, props, { type }) : props;
