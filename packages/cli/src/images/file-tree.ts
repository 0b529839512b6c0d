/**
 * A directory into which the layers of an image are written, one after the other, as if it were the root.
 *
 * Names and links are untrusted. Every path is resolved from the root component by component, symbolic links are
 * followed within the root as in a container, and existing files are replaced, never opened or linked through a link.
 * No other process may write into the directory at the same time.
 */

import {
  chmodSync,
  closeSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
  chownSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ImageError, RECREATE_ARCHIVE } from './image-error.js';
import type { TarEntry } from './tar-header.js';

/** The limit of the Linux kernel. */
const MAX_SYMLINKS = 40;

/** The attributes of an entry that are kept in addition to its content. */
export type FileAttributes = Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'mtime'>;

const DEFAULT_ATTRIBUTES: FileAttributes = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };

/** A file tree that layers are written into. */
export class FileTree {
  readonly #root: string;
  readonly #keepsOwners: boolean;
  /**
   * Attributes of directories, applied at the end: a directory may be read-only, and writing into it changes its mtime.
   */
  readonly #directories = new Map<string, FileAttributes>();
  /** Paths known to be directories and not symbolic links. */
  readonly #knownDirectories = new Set<string>();
  /** The paths that the current layer has written, including their parent directories. */
  #written = new Set<string>();

  /**
   * @param keepsOwners whether the user may change file owners: if so, owners and set-user-ID bits are kept; if not,
   * the user owns all files
   */
  constructor(root: string, keepsOwners: boolean) {
    this.#root = root;
    this.#keepsOwners = keepsOwners;
  }

  /** Starts a layer. Its whiteouts apply to the files of the layers before it. */
  beginLayer(): void {
    this.#written = new Set();
  }

  /** Returns the host path of a name in the image, and creates its parent directories. `undefined`: the root itself. */
  hostPath(name: string): string | undefined {
    const parts = componentsOf(name);
    const last = parts.pop();
    if (last === undefined) return undefined;
    return join(this.#directory(parts, name), last);
  }

  makeDirectory(path: string, attributes: FileAttributes): void {
    if (tryLstat(path)?.isDirectory() !== true) {
      this.#removeExisting(path);
      mkdirSync(path, { mode: 0o700 });
    }
    this.#directories.set(path, attributes);
    this.#markWritten(path);
  }

  async writeFile(path: string, content: AsyncIterable<Buffer>, attributes: FileAttributes): Promise<void> {
    this.#removeExisting(path);
    const fd = openSync(path, 'wx', 0o600);
    try {
      for await (const chunk of content) for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
      if (this.#keepsOwners) fchownSync(fd, attributes.uid, attributes.gid); // before chmod: chown clears the set-user-ID bit
      fchmodSync(fd, this.#modeOf(attributes.mode, 0o400));
      futimesSync(fd, attributes.mtime, attributes.mtime);
    } finally {
      closeSync(fd);
    }
    this.#markWritten(path);
  }

  makeSymlink(path: string, target: string, attributes: FileAttributes): void {
    this.#removeExisting(path);
    symlinkSync(target, path);
    if (this.#keepsOwners) lchownSync(path, attributes.uid, attributes.gid);
    lutimesSync(path, attributes.mtime, attributes.mtime);
    this.#markWritten(path);
  }

  /** Creates a hard link to a file of this layer or a lower one. */
  makeHardLink(path: string, target: string): void {
    const from = this.hostPath(target);
    const stats = from === undefined ? undefined : tryLstat(from);
    if (from === undefined || stats === undefined || !(stats.isFile() || stats.isSymbolicLink()))
      throw new ImageError(
        `has a hard link to ${JSON.stringify(target)}, which is not a file of the image`,
        RECREATE_ARCHIVE,
      );
    if (from === path) return;
    this.#removeExisting(path);
    if (stats.isFile()) linkSync(from, path);
    else symlinkSync(readlinkSync(from), path);
    this.#markWritten(path);
  }

  /** Removes a path as far as lower layers have written it. */
  removeLower(path: string): void {
    const stats = tryLstat(path);
    if (stats === undefined) return;
    if (!this.#written.has(path)) this.#remove(path, stats);
    else if (stats.isDirectory()) this.emptyLower(path);
  }

  /** Removes the content of a directory as far as lower layers have written it. */
  emptyLower(path: string): void {
    for (const name of readdirSync(path)) this.removeLower(join(path, name));
  }

  /** Applies the attributes of directories. Nothing may be written afterwards. */
  finish(): void {
    const deepestFirst = [...this.#directories].sort(([a], [b]) => b.length - a.length);
    for (const [path, { mode, uid, gid, mtime }] of deepestFirst) {
      if (this.#keepsOwners) chownSync(path, uid, gid);
      chmodSync(path, this.#modeOf(mode, 0o700));
      utimesSync(path, mtime, mtime);
    }
    chmodSync(this.#root, 0o755);
  }

  /** Returns the mode to set. An unprivileged user must be able to read and remove the files. */
  #modeOf(mode: number, least: number): number {
    return this.#keepsOwners ? mode : (mode & 0o1777) | least;
  }

  /** Resolves a directory as the kernel would with this root, and creates missing ones. */
  #directory(components: readonly string[], name: string): string {
    const remaining = [...components];
    let at = this.#root;
    for (let links = 0; remaining.length > 0;) {
      const part = remaining.shift() ?? '';
      if (part === '..') {
        at = at === this.#root ? at : dirname(at);
        continue;
      }
      const next = join(at, part);
      const stats = this.#knownDirectories.has(next) ? undefined : tryLstat(next);
      if (stats?.isSymbolicLink() === true) {
        links += 1;
        if (links > MAX_SYMLINKS)
          throw new ImageError(`has ${JSON.stringify(name)} behind too many symbolic links`, RECREATE_ARCHIVE);
        const target = readlinkSync(next);
        if (target.startsWith('/')) at = this.#root;
        remaining.unshift(...target.split('/').filter((one) => one !== '' && one !== '.'));
        continue;
      }
      if (stats !== undefined && !stats.isDirectory())
        throw new ImageError(
          `has ${JSON.stringify(name)} below ${JSON.stringify(next.slice(this.#root.length))}, which is not a directory`,
          RECREATE_ARCHIVE,
        );
      if (stats === undefined && !this.#knownDirectories.has(next)) {
        mkdirSync(next, { mode: 0o700 });
        this.#directories.set(next, DEFAULT_ATTRIBUTES);
      }
      this.#knownDirectories.add(next);
      at = next;
    }
    return at;
  }

  /** Removes an existing file or directory before a new one is written. */
  #removeExisting(path: string): void {
    const stats = tryLstat(path);
    if (stats !== undefined) this.#remove(path, stats);
  }

  #remove(path: string, stats: Stats): void {
    if (!stats.isDirectory()) return unlinkSync(path);
    rmSync(path, { recursive: true });
    for (const each of [...this.#directories.keys(), ...this.#knownDirectories]) {
      if (each !== path && !each.startsWith(`${path}/`)) continue;
      this.#directories.delete(each);
      this.#knownDirectories.delete(each);
    }
  }

  #markWritten(path: string): void {
    for (let at = path; at !== this.#root && !this.#written.has(at); at = dirname(at)) this.#written.add(at);
  }
}

/** Splits a name into components. It may begin with `/` or `./`, but must not contain `..`. */
function componentsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || name.includes('\0'))
    throw new ImageError(
      `has an entry whose path leaves the image: ${JSON.stringify(name)}`,
      'do not use this archive: no image builder writes such a name',
    );
  return parts;
}

const tryLstat = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

/** Splits a path into its parent directory and its base name. */
export const splitPath = (path: string): { readonly parent: string; readonly name: string } => ({
  parent: dirname(path),
  name: basename(path),
});
