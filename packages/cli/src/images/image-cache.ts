/**
 * A cache of unpacked images: one directory per configuration digest, in the user's cache directory.
 *
 *     $XDG_CACHE_HOME/pipewright/images/sha256-…/rootfs     complete, never modified
 *     $XDG_CACHE_HOME/pipewright/images/pipewright-PID-…    being unpacked; removed once its process has exited
 *
 * A complete directory is published by one rename. If two processes unpack the same image, the second discards its
 * copy.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isPrivate, openTemporaryDirectory } from '@pipewright/cluster';
import { ImageError, RECREATE_ARCHIVE } from './image-error.js';
import { numericUser } from './image-user.js';
import type { SavedImage } from './saved-image.js';
import { unpackImage } from './unpack-image.js';

/** An unpacked image. */
export interface CachedImage {
  readonly rootfs: string;
  /** `uid:gid`; if absent, root. */
  readonly user?: string;
}

/** Returns the user's cache directory. A relative XDG_CACHE_HOME is ignored, as its specification requires. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(named) ? named : join(homedir(), '.cache'), 'pipewright', 'images');
}

/**
 * Returns whether the owners of files are kept, which requires root. Images with and without owners use separate
 * directories, even in a shared cache.
 */
export const keepsOwners = (): boolean => process.getuid?.() === 0;

const nameOf = ({ digest }: SavedImage): string => `${digest.replace(':', '-')}${keepsOwners() ? '' : '-flat'}`;

/** Returns the root directory of an image in the cache. */
export const rootfsOf = (image: SavedImage, cache: string): string => join(cache, nameOf(image), 'rootfs');

const METADATA_FILE = 'image.json';

/**
 * Unpacks an image unless it is cached.
 *
 * @param onUnpack called before it is unpacked
 */
export async function ensureUnpacked(
  image: SavedImage,
  cache: string,
  onUnpack: () => void = () => undefined,
): Promise<CachedImage> {
  const final = join(cache, nameOf(image));
  if (existsSync(cache)) requirePrivate(cache);
  if (!existsSync(final)) {
    onUnpack();
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    requirePrivate(cache);
    await unpackInto(image, cache, final);
  }
  const { user } = JSON.parse(readFileSync(join(final, METADATA_FILE), 'utf8')) as { readonly user?: string }; // has the format written below
  return { rootfs: join(final, 'rootfs'), ...(user !== undefined && { user }) };
}

/**
 * Throws an `ImageError` if other users can access the cache: write access would let them control which programs steps
 * run.
 */
function requirePrivate(cache: string): void {
  if (!isPrivate(cache))
    throw new ImageError(
      `cannot be unpacked into ${cache}, which other users may read or write`,
      `chmod 700 ${cache}, or set XDG_CACHE_HOME to a directory of your own`,
    );
}

async function unpackInto(image: SavedImage, cache: string, final: string): Promise<void> {
  const partial = await openTemporaryDirectory('image', cache);
  try {
    const staging = join(partial.path, 'image');
    const rootfs = join(staging, 'rootfs');
    mkdirSync(rootfs, { recursive: true, mode: 0o755 });
    const { leftOut } = await unpackImage(image, rootfs, keepsOwners());
    const user = image.config.User === undefined ? undefined : numericUser(image.config.User, rootfs);
    writeFileSync(join(staging, METADATA_FILE), JSON.stringify({ digest: image.digest, user, leftOut }));
    publish(staging, final);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException; // undefined unless it is a system error
    if (code !== undefined && INVALID_PATH_ERRORS.has(code))
      throw new ImageError(`has files that cannot be created (${code})`, RECREATE_ARCHIVE, { cause });
    throw cause;
  } finally {
    await partial.remove();
  }
}

/** Errors of the system for names and links that cannot exist in a file tree. */
const INVALID_PATH_ERRORS: ReadonlySet<string> = new Set([
  'ENAMETOOLONG',
  'ELOOP',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'EINVAL',
  'EMLINK',
]);

function publish(staging: string, final: string): void {
  try {
    renameSync(staging, final);
  } catch (cause) {
    if (!existsSync(final)) throw cause; // another process published it first
  }
}
