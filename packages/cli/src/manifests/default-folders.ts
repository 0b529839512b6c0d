/**
 * Locates manifests if the command line specifies none.
 *
 * Searches all conventional folders, so that one without manifests does not hide another. The caller prints which files
 * were read.
 */

import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SearchOptions } from './file-search.js';
import { loadManifests, type Manifests } from './load.js';

/** Conventional folders: those of a repository's own pipelines, and `dist`, the output of programs with constructs. */
const FOLDERS = ['.tekton', 'tekton', 'dist'];

/** Lower than the limit for folders specified by the user, because the working directory may be the wrong one. */
const MAX_ENTRIES = 10_000;

/** The manifests found, and their folders. */
export interface DefaultManifests {
  readonly loaded: Manifests;
  /** The folders that contain manifests. */
  readonly paths: readonly string[];
  /** A message about the files that were read. */
  readonly note: string;
}

/**
 * Loads the manifests of the conventional folders, or of the whole directory if those folders contain none.
 *
 * @param maxEntries maximum number of folder entries to examine in each
 */
export function loadDefaultFolders(
  exclude: readonly string[],
  directory = '.',
  maxEntries = MAX_ENTRIES,
): DefaultManifests {
  const search: SearchOptions = { exclude, maxEntries };
  const conventional = FOLDERS.map((name) => join(directory, name))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, loaded: loadManifests([path], undefined, search) }))
    .filter(({ loaded }) => loaded.findings.every(({ code }) => code !== 'NO_OBJECTS'));
  const all =
    conventional.length > 0
      ? conventional
      : [{ path: directory, loaded: loadManifests([directory], undefined, search) }];
  return {
    loaded: {
      manifests: all.flatMap(({ loaded }) => loaded.manifests),
      findings: all.flatMap(({ loaded }) => loaded.findings),
    },
    paths: all.map(({ path }) => path),
    note: `manifests: ${all.map(({ path, loaded }) => countOfFiles(relative(directory, path), loaded)).join(', ')}`,
  };
}

function countOfFiles(name: string, { manifests, findings }: Manifests): string {
  const files = new Set([...manifests.map(({ file }) => file), ...findings.map(({ place }) => place.file)]);
  const count = manifests.length === 0 ? 0 : files.size;
  return `${String(count)} file${count === 1 ? '' : 's'} in ${name === '' ? 'this directory' : `${name}/`}`;
}
