/**
 * Writes an app's files into a directory and removes files of its previous synth that it no longer generates.
 *
 * A file is removed only if the app's list names it, its content is unchanged since the app wrote it, and no other app lists it. The
 * list is written before and after the files, so an interrupted synth leaves no unlisted file.
 */

import * as fs from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import {
  textDigest,
  formatList,
  isListName,
  listName,
  parseList,
  union,
  type GeneratedFiles,
} from './generated-files.js';

/** The functions of Node's file system that are used. */
export type FileSystem = Pick<
  typeof fs,
  'lstatSync' | 'mkdirSync' | 'readdirSync' | 'readFileSync' | 'renameSync' | 'rmdirSync' | 'rmSync' | 'writeFileSync'
>;

/** A file that an app generates. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** The files of one synth, their directories and their app. */
export interface Output {
  /** The directory that has the list. */
  readonly directory: string;
  /** All directories that files may be removed from. */
  readonly directories: readonly string[];
  /** The app's name in the file name of its list. */
  readonly app: string;
  readonly files: readonly GeneratedFile[];
  /** Whether a listed file is kept because another app of this program has written it. */
  readonly isKept: (path: string) => boolean;
}

/** Writes the files. Returns the stale files that were kept because their content has changed. */
export const writeOutput = (output: Output, fileSystem: FileSystem = fs): readonly string[] =>
  new OutputDirectory(output, fileSystem).write();

class OutputDirectory {
  readonly #output: Output;
  readonly #fileSystem: FileSystem;
  readonly #list: string;

  constructor(output: Output, fileSystem: FileSystem) {
    this.#output = output;
    this.#fileSystem = fileSystem;
    this.#list = join(output.directory, listName(output.app));
  }

  write(): readonly string[] {
    const { directory, files, isKept } = this.#output;
    this.#fileSystem.mkdirSync(directory, { recursive: true });
    const named = (path: string): string => relative(directory, path).split(sep).join('/');
    const before = this.#listed(this.#list);
    const own: GeneratedFiles = new Map(files.map(({ path, text }) => [named(path), [textDigest(text)]]));
    const after = new Map([...[...before].filter(([name]) => isKept(resolve(directory, name))), ...own]);
    if (after.size + before.size > 0) this.#replace(this.#list, formatList(union(before, after)));
    const written = new Set(files.map((file) => this.#writeFile(file)));
    const changed = this.#removeStale(new Map([...before].filter(([name]) => !after.has(name))), written);
    const left: GeneratedFiles = new Map([...after, ...changed]);
    if (left.size > 0) this.#replace(this.#list, formatList(left));
    else this.#fileSystem.rmSync(this.#list, { force: true });
    return [...changed.keys()].map((name) => resolve(directory, name));
  }

  /** Removes stale files. Returns those whose content no app wrote. */
  #removeStale(stale: GeneratedFiles, written: ReadonlySet<string>): GeneratedFiles {
    const others = this.#othersLists().map((list) => this.#listed(list));
    const changed = new Map<string, readonly string[]>();
    for (const [name, digests] of stale) {
      const path = resolve(this.#output.directory, name);
      const stats = this.#statsOf(path);
      if (!stats || !this.#isWithin(path)) continue;
      if (written.has(identityOf(stats))) continue; // the same file under another spelling, on a case-insensitive file system
      const text = this.#textOf(path);
      const digest = text === undefined ? '' : textDigest(text);
      if (others.some((list) => list.get(name)?.includes(digest))) continue;
      if (digests.includes(digest)) this.#remove(path);
      else changed.set(name, digests);
    }
    return changed;
  }

  /** Writes one file. Returns its identity (device and inode). */
  #writeFile({ path, text }: GeneratedFile): string {
    this.#fileSystem.mkdirSync(dirname(path), { recursive: true });
    this.#replace(path, text);
    const stats = this.#statsOf(path);
    return stats ? identityOf(stats) : path;
  }

  /** Replaces a file atomically: readers never see partial content, even if the synth is killed. */
  #replace(path: string, text: string): void {
    const beside = `${path}.pipewright-tmp`;
    if (this.#textOf(path) === text) return this.#fileSystem.rmSync(beside, { force: true }); // left by a killed synth
    this.#fileSystem.writeFileSync(beside, text);
    this.#fileSystem.renameSync(beside, path);
  }

  /** Removes a file and the directories that become empty. */
  #remove(path: string): void {
    this.#fileSystem.rmSync(path, { force: true });
    for (let at = dirname(path); this.#isWithin(at); at = dirname(at)) {
      if (this.#fileSystem.readdirSync(at).length > 0) return;
      this.#fileSystem.rmdirSync(at);
    }
  }

  #othersLists(): readonly string[] {
    const { directory, app } = this.#output;
    return this.#fileSystem
      .readdirSync(directory)
      .filter((name) => isListName(name) && name !== listName(app))
      .map((name) => join(directory, name));
  }

  #listed(list: string): GeneratedFiles {
    return parseList(this.#textOf(list) ?? '');
  }

  /** Returns the text of a regular file, otherwise undefined. */
  #textOf(path: string): string | undefined {
    return this.#statsOf(path)?.isFile() ? this.#fileSystem.readFileSync(path, 'utf8') : undefined;
  }

  #statsOf(path: string): fs.Stats | undefined {
    return this.#fileSystem.lstatSync(path, { throwIfNoEntry: false });
  }

  #isWithin(path: string): boolean {
    return this.#output.directories.some((directory) => isBelow(path, directory));
  }
}

const isBelow = (path: string, directory: string): boolean => {
  const relativePath = relative(directory, path);
  return (
    relativePath !== '' && relativePath !== '..' && !relativePath.startsWith(`..${sep}`) && !isAbsolute(relativePath)
  );
};

const identityOf = ({ dev, ino }: fs.Stats): string => `${String(dev)}:${String(ino)}`;
