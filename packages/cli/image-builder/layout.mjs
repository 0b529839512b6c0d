/** Stores images as OCI layouts: for Kaniko's `--oci-layout-path`, and for the images that steps of Buildah share. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const blobsOf = (directory) => join(directory, 'blobs', 'sha256');
const fileOf = (directory, digest) => join(blobsOf(directory), digest.slice('sha256:'.length));

/** Writes an image as the only one of a layout. */
export function writeLayout(directory, image) {
  mkdirSync(blobsOf(directory), { recursive: true });
  for (const { digest, bytes } of [...image.blobs, image.manifest]) writeFileSync(fileOf(directory, digest), bytes);
  const { mediaType, digest, bytes } = image.manifest;
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size: bytes.length }] };
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
}

/** Reads the image of a layout that `writeLayout` has written. */
export function readLayout(directory) {
  const [{ mediaType, digest }] = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')).manifests;
  const manifest = { mediaType, digest, bytes: readFileSync(fileOf(directory, digest)) };
  const { config, layers } = JSON.parse(manifest.bytes.toString('utf8'));
  const blobs = [config, ...layers].map((each) => ({
    mediaType: each.mediaType,
    digest: each.digest,
    bytes: readFileSync(fileOf(directory, each.digest)),
  }));
  return { blobs, manifest };
}
