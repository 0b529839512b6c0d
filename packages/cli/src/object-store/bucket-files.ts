/**
 * A local directory as a bucket: object names are paths below it.
 *
 * A name that leads out of the directory, including through a link inside it, matches no object: the directory may come
 * from an untrusted source. Independent of HTTP.
 */

import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** The metadata of an object. */
export interface ObjectMetadata {
  readonly name: string;
  readonly size: number;
  /** Base64, as in the API. */
  readonly md5: string;
  readonly updated: Date;
  /** Unix permissions. */
  readonly mode: number;
}

/** Maximum object size. Objects are read as a whole, and Node cannot read larger files. */
export const MAX_OBJECT_BYTES = 2 ** 31 - 1;

/** A bucket backed by a directory. */
export class BucketFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = realpathSync(directory);
  }

  /**
   * Returns the objects with a name prefix, sorted by name, and the names of other files: links and too large files are
   * not objects.
   */
  list(prefix: string): { readonly objects: readonly ObjectMetadata[]; readonly leftOut: readonly string[] } {
    const found: ObjectMetadata[] = [];
    const leftOut: string[] = [];
    const walk = (directory: string): void => {
      for (const name of readdirSync(directory)) {
        const path = join(directory, name);
        const object = relative(this.#directory, path).split(sep).join('/');
        const stats = lstatSync(path);
        if (stats.isDirectory()) {
          if (object.startsWith(prefix) || prefix.startsWith(`${object}/`)) walk(path);
        } else if (!object.startsWith(prefix)) continue;
        else if (stats.isFile() && stats.size <= MAX_OBJECT_BYTES) found.push(metadataOf(object, path));
        else leftOut.push(object);
      }
    };
    walk(this.#directory);
    return { objects: found.sort((a, b) => (a.name < b.name ? -1 : 1)), leftOut: leftOut.sort() };
  }

  stat(name: string): ObjectMetadata | undefined {
    const path = this.#tryResolve(name);
    return path !== undefined && isFile(path) ? metadataOf(name, path) : undefined;
  }

  read(name: string): Uint8Array | undefined {
    const path = this.#tryResolve(name);
    return path !== undefined && isFile(path) ? readFileSync(path) : undefined;
  }

  /** Writes an object atomically. @returns undefined if the name is not a valid file name */
  write(name: string, content: Uint8Array, mode: number | undefined): ObjectMetadata | undefined {
    const path = this.#tryResolve(name);
    if (path === undefined || name.endsWith('/') || (existsSync(path) && statSync(path).isDirectory()))
      return undefined;
    const partial = join(dirname(path), `.${randomBytes(12).toString('hex')}.partial`);
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(partial, content, { flag: 'wx' }); // fails if a file or link exists, and so does not follow it
      if (mode !== undefined) chmodSync(partial, mode & 0o777);
      renameSync(partial, path);
    } catch (cause) {
      rmSync(partial, { force: true });
      if (isUnresolvable(cause)) return undefined;
      throw cause;
    }
    return metadataOf(name, path);
  }

  /** Removes an object, and the directories that become empty: buckets have no empty directories. */
  remove(name: string): boolean {
    const path = this.#tryResolve(name);
    if (path === undefined || !isFile(path)) return false;
    rmSync(path);
    for (
      let parent = dirname(path);
      parent !== this.#directory && readdirSync(parent).length === 0;
      parent = dirname(parent)
    )
      rmdirSync(parent);
    return true;
  }

  #tryResolve(name: string): string | undefined {
    const parts = name.split('/');
    if (name.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
    const path = join(this.#directory, ...parts);
    try {
      let ancestor = path;
      while (lstatSync(ancestor, { throwIfNoEntry: false }) === undefined) ancestor = dirname(ancestor);
      const real = realpathSync(ancestor);
      return real === this.#directory || real.startsWith(this.#directory + sep) ? path : undefined;
    } catch (cause) {
      if (isUnresolvable(cause)) return undefined;
      throw cause;
    }
  }
}

/** Error codes for names that cannot be resolved: broken or cyclic links, too long names, files used as directories. */
const UNRESOLVABLE = new Set<unknown>(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EEXIST']);

const isUnresolvable = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'code' in cause && UNRESOLVABLE.has(cause.code);

function isFile(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size <= MAX_OBJECT_BYTES;
}

function metadataOf(name: string, path: string): ObjectMetadata {
  const { size, mtime, mode } = statSync(path);
  const md5 = createHash('md5').update(readFileSync(path)).digest('base64');
  return { name, size, md5, updated: mtime, mode: mode & 0o777 };
}
