/**
 * Merges directories of several layers with symlinks, for launchers without overlays.
 *
 * One additional file in /etc would otherwise need about 150 bind mounts per container, each slower than the previous
 * one. Instead, the host's directory is bound once, at {@link HOST_DIRECTORY}; a merged directory, shared by containers
 * with the same contents, has symlinks to its entries and copies of added files.
 */

import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isWithin } from '../host/host-mounts.js';

/** The path in containers to which the symlinks point. */
export const HOST_DIRECTORY = '/run/host';

/** The specification of a merged directory. */
export interface Merge {
  /** Its path in the container. */
  readonly target: string;
  /** The layers, top first; the last is the host's directory, bound at `HOST_DIRECTORY` and `target`. */
  readonly sources: readonly string[];
  /** The container's layer, which differs between containers; its files are compared by content. */
  readonly layer: string;
  /** Mount points below it, which must exist. */
  readonly points: readonly { readonly path: string; readonly kind: 'directory' | 'file' }[];
}

/** Creates merged directories, cached in a directory that outlives the containers. */
export class MergedDirectories {
  readonly #created = new Map<string, string>();

  /** @returns the directory to mount at the target */
  merge(scratch: string, merge: Merge): string {
    const { target, sources, layer, points } = merge;
    const contents = sources.slice(0, -1).map((it) => contentOf(it, isWithin(it, layer) ? 'bytes' : 'times'));
    const key = createHash('sha256')
      .update(JSON.stringify([scratch, target, sources.at(-1), points, contents]))
      .digest('hex');
    let merged = this.#created.get(key);
    if (merged === undefined) {
      merged = join(scratch, `merged-${randomBytes(8).toString('hex')}`);
      mergeInto(merged, merge);
      this.#created.set(key, merged);
    }
    return merged;
  }
}

function mergeInto(directory: string, merge: Merge): void {
  const { target, sources, points } = merge;
  mkdirSync(directory, { recursive: true });
  const host = sources.at(-1);
  const names = new Set(sources.flatMap((it) => entriesOf(it).map(({ name }) => name)));
  for (const name of names) {
    const [path, mergedPath] = [join(target, name), join(directory, name)];
    const here = sources.filter((it) => lstatSync(join(it, name), { throwIfNoEntry: false }) !== undefined);
    const directories = here.filter((it) => lstatSync(join(it, name)).isDirectory());
    const [upper = ''] = here;
    const point = points.find((it) => it.path === path);
    const holdsPoint = points.some((it) => isWithin(it.path, path));
    if (point?.kind === 'file') writeFileSync(mergedPath, '');
    else if (point !== undefined) mkdirSync(mergedPath);
    else if (upper === host && !holdsPoint) symlinkSync(join(HOST_DIRECTORY, path), mergedPath);
    else if (directories[0] === upper && (directories.length > 1 || holdsPoint)) {
      mergeInto(mergedPath, { ...merge, target: path, sources: directories.map((it) => join(it, name)) });
    } else cpSync(join(upper, name), mergedPath, COPY);
  }
}

const COPY = { recursive: true, verbatimSymlinks: true } as const;

/** Returns a fingerprint of a layer. */
function contentOf(directory: string, by: 'bytes' | 'times'): readonly unknown[] {
  return entriesOf(directory).map((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return [entry.name, contentOf(path, by)];
    if (by === 'times') return [entry.name, path, lstatSync(path).mtimeMs];
    return [entry.name, entry.isSymbolicLink() ? readlinkSync(path) : readFileSync(path, 'base64')];
  });
}

function entriesOf(directory: string) {
  return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}
