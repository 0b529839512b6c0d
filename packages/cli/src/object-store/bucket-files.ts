/**
 * A directory of this machine as a bucket: object names are paths below it.
 *
 * A name that would lead out of the directory, also by a link that lies in it, names nothing: the directory may come from an
 * untrusted source. No part of HTTP is here.
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

/** What is told of an object. */
export interface ObjectMetadata {
  readonly name: string;
  readonly size: number;
  /** Base64, as the API has it. */
  readonly md5: string;
  readonly updated: Date;
  /** Unix permissions. */
  readonly mode: number;
}

/** Objects are read whole, and Node reads no file that is larger. */
export const MOST_OBJECT_BYTES = 2 ** 31 - 1;

/** A bucket. */
export class BucketFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = realpathSync(directory);
  }

  /** Every object whose name begins so, in the order of names; and what else lies there: links and too large files are not objects. */
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
        else if (stats.isFile() && stats.size <= MOST_OBJECT_BYTES) found.push(metadataOf(object, path));
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

  /** Writes an object whole or not at all. @returns undefined when no file can have that name */
  write(name: string, content: Uint8Array, mode: number | undefined): ObjectMetadata | undefined {
    const path = this.#tryResolve(name);
    if (path === undefined || name.endsWith('/') || (existsSync(path) && statSync(path).isDirectory()))
      return undefined;
    const partial = join(dirname(path), `.${randomBytes(12).toString('hex')}.partial`);
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(partial, content, { flag: 'wx' }); // not through a link that is there already
      if (mode !== undefined) chmodSync(partial, mode & 0o777);
      renameSync(partial, path);
    } catch (cause) {
      rmSync(partial, { force: true });
      if (isNameless(cause)) return undefined;
      throw cause;
    }
    return metadataOf(name, path);
  }

  /** Removes an object, and directories that are empty then: a bucket has none. */
  remove(name: string): boolean {
    const path = this.#tryResolve(name);
    if (path === undefined || !isFile(path)) return false;
    rmSync(path);
    for (
      let above = dirname(path);
      above !== this.#directory && readdirSync(above).length === 0;
      above = dirname(above)
    )
      rmdirSync(above);
    return true;
  }

  #tryResolve(name: string): string | undefined {
    const parts = name.split('/');
    if (name.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
    const path = join(this.#directory, ...parts);
    try {
      let there = path;
      while (lstatSync(there, { throwIfNoEntry: false }) === undefined) there = dirname(there);
      const real = realpathSync(there);
      return real === this.#directory || real.startsWith(this.#directory + sep) ? path : undefined;
    } catch (cause) {
      if (isNameless(cause)) return undefined;
      throw cause;
    }
  }
}

/** Codes for paths that lead nowhere: links to nothing or to themselves, names that are too long, files as directories. */
const NAMELESS = new Set<unknown>(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EEXIST']);

const isNameless = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'code' in cause && NAMELESS.has(cause.code);

function isFile(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size <= MOST_OBJECT_BYTES;
}

function metadataOf(name: string, path: string): ObjectMetadata {
  const { size, mtime, mode } = statSync(path);
  const md5 = createHash('md5').update(readFileSync(path)).digest('base64');
  return { name, size, md5, updated: mtime, mode: mode & 0o777 };
}
