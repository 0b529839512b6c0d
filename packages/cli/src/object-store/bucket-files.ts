/**
 * A directory of this machine as a bucket: object names are paths below it.
 *
 * A name that would lead out of the directory, also by a link that lies in it, names nothing. No part of HTTP is here.
 */

import { createHash } from 'node:crypto';
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
export interface ObjectFacts {
  readonly name: string;
  readonly size: number;
  /** Base64, as the API has it. */
  readonly md5: string;
  readonly updated: Date;
  /** Unix permissions. */
  readonly mode: number;
}

/** A bucket. */
export class BucketFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = realpathSync(directory);
  }

  /** Every object whose name begins so, in the order of names; and what else lies there: links and the like are no objects. */
  list(prefix: string): { readonly objects: readonly ObjectFacts[]; readonly leftOut: readonly string[] } {
    const found: ObjectFacts[] = [];
    const leftOut: string[] = [];
    const look = (directory: string): void => {
      for (const name of readdirSync(directory)) {
        const path = join(directory, name);
        const object = relative(this.#directory, path).split(sep).join('/');
        const stats = lstatSync(path);
        if (stats.isDirectory()) {
          if (object.startsWith(prefix) || prefix.startsWith(`${object}/`)) look(path);
        } else if (!object.startsWith(prefix)) continue;
        else if (stats.isFile()) found.push(facts(object, path));
        else leftOut.push(object);
      }
    };
    look(this.#directory);
    return { objects: found.sort((a, b) => (a.name < b.name ? -1 : 1)), leftOut: leftOut.sort() };
  }

  stat(name: string): ObjectFacts | undefined {
    const path = this.#place(name);
    return path !== undefined && isFile(path) ? facts(name, path) : undefined;
  }

  read(name: string): Uint8Array | undefined {
    const path = this.#place(name);
    return path !== undefined && isFile(path) ? readFileSync(path) : undefined;
  }

  /** Writes an object whole or not at all. @returns undefined when no file can have that name */
  write(name: string, content: Uint8Array, mode: number | undefined): ObjectFacts | undefined {
    const path = this.#place(name);
    if (path === undefined || name.endsWith('/') || (existsSync(path) && statSync(path).isDirectory()))
      return undefined;
    const partial = `${path}.${String(process.pid)}.partial`;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(partial, content);
      if (mode !== undefined) chmodSync(partial, mode & 0o777);
      renameSync(partial, path);
    } catch (cause) {
      rmSync(partial, { force: true });
      if ((cause as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined; // all that these calls throw
      throw cause;
    }
    return facts(name, path);
  }

  /** Removes an object, and directories that are empty then: a bucket has none. */
  remove(name: string): boolean {
    const path = this.#place(name);
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

  #place(name: string): string | undefined {
    const parts = name.split('/');
    if (name.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
    const path = join(this.#directory, ...parts);
    let there = path;
    while (lstatSync(there, { throwIfNoEntry: false }) === undefined) there = dirname(there);
    const real = realpathSync(there);
    return real === this.#directory || real.startsWith(this.#directory + sep) ? path : undefined;
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function facts(name: string, path: string): ObjectFacts {
  const { size, mtime, mode } = statSync(path);
  const md5 = createHash('md5').update(readFileSync(path)).digest('base64');
  return { name, size, md5, updated: mtime, mode: mode & 0o777 };
}
