/** Calls fetch-archive.mjs, the input of a build-gcs resource, which fetches and unpacks files from Google Cloud Storage. */

import { BUCKETS_FILE, nodeCommand } from '../node-command.js';
import type { Scripts } from '../scripts.js';

/** An archive to fetch, and its destination. */
export interface Archive {
  /** `ZipArchive` (`Archive` is its old name), `TarGzArchive` or `Manifest`. */
  readonly type: string;
  /** `gs://bucket/path`, with `#generation` for one version of it. */
  readonly location: string;
  readonly path: string;
  /** A file to use instead of {@link BUCKETS_FILE}, for tests that run the program outside a pod. */
  readonly buckets?: string;
}

/** Returns the command and arguments of the step. */
export const fetchArchive = (
  scripts: Scripts,
  { type, location, path, buckets = BUCKETS_FILE }: Archive,
): readonly string[] => nodeCommand(scripts, 'fetch-archive.mjs', [type, location, path, buckets]);
