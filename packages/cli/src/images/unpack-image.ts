/** Unpacks the layers of an image into one directory (OCI image specification, image-layer filesystem changeset). */

import { ImageError, RECREATE_ARCHIVE } from './image-error.js';
import { FileTree, splitPath } from './file-tree.js';
import { layerBytes, imageTooLarge } from './layer-bytes.js';
import type { SavedImage } from './saved-image.js';
import { tarStream, type StreamedEntry } from './tar-stream.js';

/** Limits on the size of an image. */
export interface UnpackLimits {
  /** Bytes of all layers together. */
  readonly bytes: number;
  readonly entries: number;
}

/** Several times the size of the largest images in use. */
export const UNPACK_LIMITS: UnpackLimits = { bytes: 64 * 1024 ** 3, entries: 5_000_000 };

/** The result of unpacking. */
export interface UnpackResult {
  /** Number of devices and pipes, which are not created. */
  readonly leftOut: number;
}

const WHITEOUT = '.wh.';
const OPAQUE_WHITEOUT = '.wh..wh..opq';
/** The prefix of files that some builders reserve for their own storage. */
const RESERVED_PREFIX = '.wh..wh.';

/**
 * Unpacks all layers into an empty directory.
 *
 * @param keepsOwners whether this process may give files to other users
 */
export async function unpackImage(
  image: SavedImage,
  root: string,
  keepsOwners: boolean,
  limits: UnpackLimits = UNPACK_LIMITS,
): Promise<UnpackResult> {
  const tree = new FileTree(root, keepsOwners);
  let [bytes, entries, leftOut] = [0, 0, 0];
  for (const layer of image.layers) {
    tree.beginLayer();
    const counted = (async function* () {
      for await (const chunk of layerBytes(image, layer, limits.bytes)) {
        bytes += chunk.length;
        if (bytes > limits.bytes) throw imageTooLarge(limits.bytes);
        yield chunk;
      }
    })();
    for await (const streamed of tarStream(counted)) {
      entries += 1;
      if (entries > limits.entries)
        throw new ImageError(
          `has more than ${String(limits.entries)} files`,
          'use a smaller image, or unpack it and use the directory',
        );
      if (!(await apply(tree, streamed))) leftOut += 1;
    }
  }
  tree.finish();
  return { leftOut };
}

/** @returns false if the entry is not created */
async function apply(tree: FileTree, { entry, content }: StreamedEntry): Promise<boolean> {
  if (entry.kind === 'other') return false;
  if (entry.path.split('/').some((part) => part.startsWith(RESERVED_PREFIX) && part !== OPAQUE_WHITEOUT)) return true;
  const path = tree.hostPath(entry.path);
  if (path === undefined) return true; // the root directory keeps its mode
  const { parent, name } = splitPath(path);
  if (name === OPAQUE_WHITEOUT) tree.emptyLower(parent);
  else if (name.startsWith(WHITEOUT)) tree.removeLower(`${parent}/${whiteoutTarget(name)}`);
  else if (entry.kind === 'directory') tree.makeDirectory(path, entry);
  else if (entry.kind === 'file') await tree.writeFile(path, content, entry);
  else if (entry.kind === 'symlink') tree.makeSymlink(path, entry.target, entry);
  else tree.makeHardLink(path, entry.target);
  return true;
}

function whiteoutTarget(name: string): string {
  const rest = name.slice(WHITEOUT.length);
  if (rest !== '' && rest !== '.' && rest !== '..') return rest;
  throw new ImageError(`has a whiteout for a path outside the image: ${JSON.stringify(name)}`, RECREATE_ARCHIVE);
}
