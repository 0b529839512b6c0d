/**
 * Unpacked images, kept between runs: one directory for each digest of a configuration, below the user's cache directory.
 *
 *     $XDG_CACHE_HOME/pipewright/images/sha256-…/rootfs     complete and never written to
 *     $XDG_CACHE_HOME/pipewright/images/pipewright-PID-…    being unpacked; swept when its process is gone
 *
 * A directory gets its name when it is complete, by one rename: of two processes that unpack the same image the second throws its own away.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isPrivate, openTemporaryDirectory } from '@pipewright/cluster';
import { ImageError, WRITE_AGAIN } from './image-error.js';
import { numericUser } from './image-user.js';
import type { SavedImage } from './saved-image.js';
import { unpackImage } from './unpack-image.js';

/** What is known of an unpacked image. */
export interface CachedImage {
  readonly rootfs: string;
  /** `uid:gid`; absent: root. */
  readonly user?: string;
}

/** The cache of this user. Relative values of XDG_CACHE_HOME are ignored, as its specification says. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(named) ? named : join(homedir(), '.cache'), 'pipewright', 'images');
}

/** Owners can be kept by root alone, so root has directories of its own, also in a cache that is shared. */
const keepsOwners = (): boolean => process.getuid?.() === 0;

const nameOf = ({ digest }: SavedImage): string => `${digest.replace(':', '-')}${keepsOwners() ? '' : '-flat'}`;

/** Where an image lies when it is unpacked. */
export const rootfsOf = (image: SavedImage, cache: string): string => join(cache, nameOf(image), 'rootfs');

const FACTS = 'image.json';

/**
 * Unpacks an image unless it is there.
 *
 * @param begin called when it is not
 */
export async function ensureUnpacked(
  image: SavedImage,
  cache: string,
  begin: () => void = () => undefined,
): Promise<CachedImage> {
  const final = join(cache, nameOf(image));
  if (existsSync(cache)) requireOwn(cache);
  if (!existsSync(final)) {
    begin();
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    requireOwn(cache);
    await unpackInto(image, cache, final);
  }
  const { user } = JSON.parse(readFileSync(join(final, FACTS), 'utf8')) as { readonly user?: string }; // as written below
  return { rootfs: join(final, 'rootfs'), ...(user !== undefined && { user }) };
}

/** A user who can write there controls which programs steps run. */
function requireOwn(cache: string): void {
  if (!isPrivate(cache))
    throw new ImageError(
      `cannot be unpacked into ${cache}, which other users may read or write`,
      `chmod 700 ${cache}, or set XDG_CACHE_HOME to a directory of your own`,
    );
}

async function unpackInto(image: SavedImage, cache: string, final: string): Promise<void> {
  const partial = await openTemporaryDirectory('image', cache);
  try {
    const made = join(partial.path, 'image');
    const rootfs = join(made, 'rootfs');
    mkdirSync(rootfs, { recursive: true, mode: 0o755 });
    const { leftOut } = await unpackImage(image, rootfs, keepsOwners());
    const user = image.config.User === undefined ? undefined : numericUser(image.config.User, rootfs);
    writeFileSync(join(made, FACTS), JSON.stringify({ digest: image.digest, user, leftOut }));
    publish(made, final);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException; // undefined in errors that are not the machine's
    if (code !== undefined && NOT_A_TREE.has(code))
      throw new ImageError(`has files that cannot be made here (${code})`, WRITE_AGAIN, { cause });
    throw cause;
  } finally {
    await partial.remove();
  }
}

/** What the machine says of names and links that no file tree can have. */
const NOT_A_TREE: ReadonlySet<string> = new Set([
  'ENAMETOOLONG',
  'ELOOP',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'EINVAL',
  'EMLINK',
]);

function publish(made: string, final: string): void {
  try {
    renameSync(made, final);
  } catch (cause) {
    if (!existsSync(final)) throw cause; // another process was faster
  }
}
