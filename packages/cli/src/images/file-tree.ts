/**
 * A directory that an image's layers are written into, one after the other, as if it were the root.
 *
 * Names and links come from strangers. Every path is walked from the root part by part, symbolic links are followed within the root as a
 * container would, and what is written replaces what was there: nothing is opened or linked through a link. Nobody else may write into the
 * directory meanwhile.
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
import { ImageError, WRITE_AGAIN } from './image-error.js';
import type { TarEntry } from './tar-header.js';

/** As the kernel's own limit. */
const MOST_SYMLINKS = 40;

/** What of an entry is kept beside its content. */
export type FileFacts = Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'mtime'>;

const PLAIN: FileFacts = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };

/** The tree. */
export class FileTree {
  readonly #root: string;
  readonly #keepsOwners: boolean;
  /** Directories get their facts at the end: one may be read-only, and writing below changes its time. */
  readonly #directories = new Map<string, FileFacts>();
  /** Directories that are known to be none but themselves. */
  readonly #known = new Set<string>();
  /** What the current layer has written, directories above it included. */
  #written = new Set<string>();

  /** @param keepsOwners the user may give files away: owners and set-user-ID bits are kept. Else every file is the user's */
  constructor(root: string, keepsOwners: boolean) {
    this.#root = root;
    this.#keepsOwners = keepsOwners;
  }

  /** Whiteouts from here on concern what was written before. */
  beginLayer(): void {
    this.#written = new Set();
  }

  /** The host path of a name of the image, below a directory that exists. `undefined`: the root itself. */
  place(name: string): string | undefined {
    const parts = partsOf(name);
    const last = parts.pop();
    if (last === undefined) return undefined;
    return join(this.#directory(parts, name), last);
  }

  makeDirectory(path: string, facts: FileFacts): void {
    if (tryLstat(path)?.isDirectory() !== true) {
      this.#clear(path);
      mkdirSync(path, { mode: 0o700 });
    }
    this.#directories.set(path, facts);
    this.#note(path);
  }

  async writeFile(path: string, content: AsyncIterable<Buffer>, facts: FileFacts): Promise<void> {
    this.#clear(path);
    const fd = openSync(path, 'wx', 0o600);
    try {
      for await (const chunk of content) for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
      if (this.#keepsOwners) fchownSync(fd, facts.uid, facts.gid); // before the mode, whose set-user-ID bit it clears
      fchmodSync(fd, this.#modeOf(facts.mode, 0o400));
      futimesSync(fd, facts.mtime, facts.mtime);
    } finally {
      closeSync(fd);
    }
    this.#note(path);
  }

  makeSymlink(path: string, target: string, facts: FileFacts): void {
    this.#clear(path);
    symlinkSync(target, path);
    if (this.#keepsOwners) lchownSync(path, facts.uid, facts.gid);
    lutimesSync(path, facts.mtime, facts.mtime);
    this.#note(path);
  }

  /** Links to a file of this layer or one below. */
  makeHardLink(path: string, target: string): void {
    const from = this.place(target);
    const stats = from === undefined ? undefined : tryLstat(from);
    if (from === undefined || stats === undefined || !(stats.isFile() || stats.isSymbolicLink()))
      throw new ImageError(
        `has a hard link to ${JSON.stringify(target)}, which is not a file of the image`,
        WRITE_AGAIN,
      );
    if (from === path) return;
    this.#clear(path);
    if (stats.isFile()) linkSync(from, path);
    else symlinkSync(readlinkSync(from), path);
    this.#note(path);
  }

  /** Removes what the layers before this one have there. */
  removeLower(path: string): void {
    const stats = tryLstat(path);
    if (stats === undefined) return;
    if (!this.#written.has(path)) this.#remove(path, stats);
    else if (stats.isDirectory()) this.emptyLower(path);
  }

  /** Removes what the layers before this one have below a directory. */
  emptyLower(path: string): void {
    for (const name of readdirSync(path)) this.removeLower(join(path, name));
  }

  /** Gives directories their facts. Nothing may be written afterwards. */
  finish(): void {
    const deepestFirst = [...this.#directories].sort(([a], [b]) => b.length - a.length);
    for (const [path, { mode, uid, gid, mtime }] of deepestFirst) {
      if (this.#keepsOwners) chownSync(path, uid, gid);
      chmodSync(path, this.#modeOf(mode, 0o700));
      utimesSync(path, mtime, mtime);
    }
    chmodSync(this.#root, 0o755);
  }

  /** An ordinary user must be able to read and to remove what is the user's own. */
  #modeOf(mode: number, least: number): number {
    return this.#keepsOwners ? mode : (mode & 0o1777) | least;
  }

  /** Walks to a directory as the kernel would with this root, and makes what is not there. */
  #directory(wanted: readonly string[], name: string): string {
    const todo = [...wanted];
    let at = this.#root;
    for (let links = 0; todo.length > 0;) {
      const part = todo.shift() ?? '';
      if (part === '..') {
        at = at === this.#root ? at : dirname(at);
        continue;
      }
      const next = join(at, part);
      const stats = this.#known.has(next) ? undefined : tryLstat(next);
      if (stats?.isSymbolicLink() === true) {
        links += 1;
        if (links > MOST_SYMLINKS)
          throw new ImageError(`has ${JSON.stringify(name)} behind too many symbolic links`, WRITE_AGAIN);
        const target = readlinkSync(next);
        if (target.startsWith('/')) at = this.#root;
        todo.unshift(...target.split('/').filter((one) => one !== '' && one !== '.'));
        continue;
      }
      if (stats !== undefined && !stats.isDirectory())
        throw new ImageError(
          `has ${JSON.stringify(name)} below ${JSON.stringify(next.slice(this.#root.length))}, which is not a directory`,
          WRITE_AGAIN,
        );
      if (stats === undefined && !this.#known.has(next)) {
        mkdirSync(next, { mode: 0o700 });
        this.#directories.set(next, PLAIN);
      }
      this.#known.add(next);
      at = next;
    }
    return at;
  }

  /** Nothing may be there when something new is written. */
  #clear(path: string): void {
    const stats = tryLstat(path);
    if (stats !== undefined) this.#remove(path, stats);
  }

  #remove(path: string, stats: Stats): void {
    if (!stats.isDirectory()) return unlinkSync(path);
    rmSync(path, { recursive: true });
    for (const each of [...this.#directories.keys(), ...this.#known]) {
      if (each !== path && !each.startsWith(`${path}/`)) continue;
      this.#directories.delete(each);
      this.#known.delete(each);
    }
  }

  #note(path: string): void {
    for (let at = path; at !== this.#root && !this.#written.has(at); at = dirname(at)) this.#written.add(at);
  }
}

/** The parts of a name, which may begin with `/` or `./` and may not climb. */
function partsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || name.includes('\0'))
    throw new ImageError(
      `has an entry that leads out of the image: ${JSON.stringify(name)}`,
      'do not use this archive: no image builder writes such a name',
    );
  return parts;
}

const tryLstat = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

/** The last part of a path, and what is above it. */
export const lastPart = (path: string): { readonly above: string; readonly name: string } => ({
  above: dirname(path),
  name: basename(path),
});
