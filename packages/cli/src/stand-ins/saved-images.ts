/** Saved images as stand-ins: opened with the command line and `pipewright.yaml`, unpacked before the first step. */

import { openSavedImage, savedImageProblem } from '../images/archive-image.js';
import { cacheDirectory, ensureUnpacked, keepsOwners, rootfsOf } from '../images/image-cache.js';
import { ImageError } from '../images/image-error.js';
import { imageReferenceText, type ImageReference } from '../images/image-reference.js';
import { UsageError } from '../diagnostics/usage-error.js';
import { matchesImage } from '../images/image-name.js';
import type { ImageStandIn, StandIns } from './stand-ins.js';

/** A stand-in, or why it cannot be used. */
export type StandInResult =
  | { readonly kind: 'image'; readonly standIn: ImageStandIn }
  | { readonly kind: 'problem'; readonly message: string; readonly hint: string };

/** Opens a saved image as the stand-in for an image. */
export function savedImageStandIn(reference: ImageReference, name: string): StandInResult {
  try {
    const image = openSavedImage(reference, name);
    const rootfs = rootfsOf(image, cacheDirectory());
    return { kind: 'image', standIn: { rootfs, archive: { reference, image }, config: image.config } };
  } catch (cause) {
    if (!(cause instanceof ImageError)) throw cause;
    return { kind: 'problem', message: savedImageProblem(reference, cause), hint: cause.hint };
  }
}

/**
 * Unpacks the saved images in use.
 *
 * @param used the names of images; if undefined, or if a name contains a variable, all may be used
 * @param note receives progress, and differences from the configuration of the image
 * @returns the stand-ins, with the properties known only for an unpacked image. Throws a `UsageError` for a damaged one
 */
export async function unpackSavedImages(
  standIns: StandIns,
  used: readonly string[] | undefined,
  note: (line: string) => void,
): Promise<StandIns> {
  const images = new Map(standIns.images);
  const isUsed = (name: string): boolean =>
    used === undefined || used.some((image) => image.includes('$(') || matchesImage(name, image));
  for (const [name, standIn] of standIns.images) {
    if (standIn.archive && isUsed(name)) images.set(name, await unpackStandIn(name, standIn, note));
  }
  return { ...standIns, images };
}

async function unpackStandIn(name: string, standIn: ImageStandIn, note: (line: string) => void): Promise<ImageStandIn> {
  const { archive, config = {} } = standIn;
  if (!archive) return standIn;
  const referenceText = imageReferenceText(archive.reference);
  try {
    const cache = cacheDirectory();
    const { rootfs, user } = await ensureUnpacked(archive.image, cache, () =>
      note(`unpacking ${referenceText} into ${cache}`),
    );
    const { User: _, ...others } = config; // a name, whose numeric IDs are in the cache
    if (user === undefined) return { ...standIn, rootfs, config: others };
    if (keepsOwners()) return { ...standIn, rootfs, config: { ...others, User: user } };
    if (!user.startsWith('0:'))
      note(`image ${name} runs as user ${user}; without root, a sandbox has only uid 0, so its steps run as uid 0`);
    return { ...standIn, rootfs, config: others };
  } catch (cause) {
    if (cause instanceof ImageError)
      throw new UsageError(savedImageProblem(archive.reference, cause), cause.hint, { cause });
    throw cause;
  }
}
