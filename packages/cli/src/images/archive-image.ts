/** Opens saved images by reference, ready to be unpacked and run. */

import { statSync } from 'node:fs';
import { matchesImage } from './image-name.js';
import { blobsInArchive, blobsInDirectory } from './blobs.js';
import { readDockerArchive } from './docker-archive.js';
import { ImageError } from './image-error.js';
import { imageReferenceText, type ImageReference } from './image-reference.js';
import { readOciLayout } from './oci-layout.js';
import type { Platform, SavedImage } from './saved-image.js';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/** Returns the platform of this machine. */
const thisPlatform = (): Platform => ({
  os: 'linux',
  architecture: ARCHITECTURES[process.arch] ?? process.arch,
});

/**
 * Reads the configuration and the layers of a saved image, without unpacking it.
 *
 * @param name the image that it replaces, which selects among the images of a docker archive
 */
export function openSavedImage(
  reference: ImageReference,
  name: string,
  machine: Platform = thisPlatform(),
): SavedImage {
  const { transport, path, tag } = reference;
  const stats = statSync(path, { throwIfNoEntry: false });
  const wantsDirectory = transport === 'oci';
  if (stats === undefined)
    throw new ImageError(
      'does not exist',
      'check the path; it is relative to the working directory, or to the directory of pipewright.yaml',
    );
  if (stats.isDirectory() !== wantsDirectory)
    throw new ImageError(
      wantsDirectory ? 'is not a directory' : 'is a directory',
      wantsDirectory
        ? 'for an archive in a file write oci-archive:FILE'
        : 'for a directory with an OCI layout write oci:DIRECTORY',
    );
  const blobs = wantsDirectory ? blobsInDirectory(path) : blobsInArchive(path);
  return transport === 'docker-archive'
    ? readDockerArchive(blobs, { tag, isWanted: (written) => matchesImage(name, written) }, machine)
    : readOciLayout(blobs, tag, machine);
}

/** Formats a problem of an archive, prefixed with the archive's name. */
export const savedImageProblem = (reference: ImageReference, { message }: ImageError): string =>
  `${imageReferenceText(reference)} ${message}`;
