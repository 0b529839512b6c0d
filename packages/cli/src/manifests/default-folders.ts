/**
 * Where manifests are when the command line names none.
 *
 * All conventional folders are searched, so that one without manifests does not hide another. The caller prints what was read.
 */

import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadManifests, type Manifests } from './load.js';

/** Folders by convention: of a repository's own pipelines, and `dist`, which a program of constructs writes. */
const FOLDERS = ['.tekton', 'tekton', 'dist'];

/** Fewer than in a folder that is named: the directory may be the wrong one. */
const MOST_ENTRIES = 10_000;

/** What was found, and where. */
export interface DefaultManifests {
  readonly loaded: Manifests;
  /** The folders that have manifests. */
  readonly paths: readonly string[];
  /** What was read, for a person. */
  readonly note: string;
}

/** Loads the manifests of the usual folders; where none has any, those of the whole directory. */
export function loadDefaultFolders(exclude: readonly string[], directory = '.'): DefaultManifests {
  const search = { exclude, mostEntries: MOST_ENTRIES };
  const usual = FOLDERS.map((name) => join(directory, name))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, loaded: loadManifests([path], undefined, search) }))
    .filter(({ loaded }) => loaded.findings.every(({ code }) => code !== 'NO_OBJECTS'));
  const all = usual.length > 0 ? usual : [{ path: directory, loaded: loadManifests([directory], undefined, search) }];
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
