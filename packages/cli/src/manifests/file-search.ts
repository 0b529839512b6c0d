/**
 * Finds files in folders that may be manifests.
 *
 * A search is limited, so that a command in the wrong directory ends soon, and skips excluded files. Only regular files
 * are considered, and links to a parent folder are not followed.
 */

import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { minimatch } from 'minimatch';
import type { Finding } from '../diagnostics/finding.js';

/** Options of a search. */
export interface SearchOptions {
  /**
   * Globs of paths relative to the working directory; one without a slash matches a name in any folder. @default - none
   */
  readonly exclude?: readonly string[];
  /** Maximum number of folder entries to examine. @default 100000 */
  readonly maxEntries?: number;
}

/** Files sorted by path, and problems of the search. */
export interface SearchResult {
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
}

const MAX_ENTRIES = 100_000;

/** Describes why a path cannot be read. */
export type Unreadable = (path: string, cause: unknown) => Finding;

/**
 * Returns the file of a path, or the files below it. A specified file is read regardless of its name; in folders the
 * extension decides.
 */
export function findFiles(path: string, options: SearchOptions, unreadable: Unreadable): SearchResult {
  const search = new FileSearch(options, unreadable);
  const files = search.filesOf(path, new Set());
  return search.exceedsLimit
    ? { files: [], findings: [tooMany(path, search.maxEntries)] }
    : { files, findings: search.findings };
}

class FileSearch {
  readonly findings: Finding[] = [];
  readonly maxEntries: number;
  readonly #exclude: readonly string[];
  readonly #unreadable: Unreadable;
  #examined = 0;

  constructor({ exclude = [], maxEntries = MAX_ENTRIES }: SearchOptions, unreadable: Unreadable) {
    this.maxEntries = maxEntries;
    this.#exclude = exclude.map((glob) => glob.replace(/^\.\//, '').replace(/\/+$/, ''));
    this.#unreadable = unreadable;
  }

  get exceedsLimit(): boolean {
    return this.#examined > this.maxEntries;
  }

  filesOf(path: string, parents: ReadonlySet<string>): readonly string[] {
    if (this.exceedsLimit || this.#isExcluded(path)) return [];
    try {
      const stats = statSync(path);
      if (stats.isDirectory()) return this.#filesBelow(path, parents);
      if (stats.isFile()) return [path];
      this.findings.push(this.#unreadable(path, new Error('it is neither a file nor a folder')));
    } catch (cause) {
      this.findings.push(this.#unreadable(path, cause));
    }
    return [];
  }

  #filesBelow(folder: string, parents: ReadonlySet<string>): readonly string[] {
    const real = realpathSync(folder);
    if (parents.has(real)) return [];
    const inside = new Set([...parents, real]);
    const entries = readdirSync(folder, { withFileTypes: true });
    this.#examined += entries.length;
    return entries
      .filter(({ name }) => name !== 'node_modules' && (!name.startsWith('.') || name === '.tekton'))
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink() || isManifestName(entry.name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((entry) => join(folder, entry.name))
      .filter((path) => isManifestName(path) || isFolder(path))
      .flatMap((path) => this.filesOf(path, inside));
  }

  #isExcluded(path: string): boolean {
    const here = relative('.', path);
    return this.#exclude.some((glob) => minimatch(here, glob, { dot: true, matchBase: true }));
  }
}

/**
 * Returns whether a file name may be that of a manifest. Configuration files next to manifests, including
 * pipewright.yaml, are not.
 */
const isManifestName = (name: string): boolean =>
  /\.(?:ya?ml|json)$/.test(name) &&
  !/(?:^|\/)(?:pipewright\.ya?ml|package(?:-lock)?\.json|tsconfig\.json|cdk8s\.yaml)$/.test(name);

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

const tooMany = (path: string, most: number): Finding => ({
  severity: 'error',
  code: 'TOO_MANY_FILES',
  place: { file: path, line: 1, column: 1 },
  message: `the search for manifests stopped after ${String(most)} files and folders`,
  hint: 'name the files or folders with the manifests, or exclude some: --exclude GLOB',
});
