/**
 * Directories of several layers put together from symlinks, for launchers that cannot make overlays.
 *
 * One more file in /etc would otherwise be some 150 binds for each container, and each bind costs more than the one
 * before. So the machine's own directory is bound once, below {@link HOST_DIRECTORY}, and a directory made once for all
 * containers that need the same has a symlink for each of its entries, beside copies of what is laid over them.
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

/** Where containers find the machine's directories that symlinks lead to. */
export const HOST_DIRECTORY = '/run/host';

/** What is to be put together. */
export interface Merge {
  /** Where it is in the container. */
  readonly target: string;
  /** The top layer first; the last is the machine's own directory, bound at `HOST_DIRECTORY` and `target`. */
  readonly sources: readonly string[];
  /** The container's layer, whose files are new for each container and are told apart by what they hold. */
  readonly own: string;
  /** What will be mounted below, and must be there itself. */
  readonly points: readonly { readonly path: string; readonly kind: 'directory' | 'file' }[];
}

/** Makes and remembers them, in a directory that outlives the containers. */
export class MergedDirectories {
  readonly #made = new Map<string, string>();

  /** @returns the directory to show at the target */
  merge(scratch: string, merge: Merge): string {
    const { target, sources, own, points } = merge;
    const contents = sources.slice(0, -1).map((it) => contentOf(it, isWithin(it, own) ? 'bytes' : 'times'));
    const key = createHash('sha256')
      .update(JSON.stringify([scratch, target, sources.at(-1), points, contents]))
      .digest('hex');
    let made = this.#made.get(key);
    if (made === undefined) {
      made = join(scratch, `merged-${randomBytes(8).toString('hex')}`);
      mergeInto(made, merge);
      this.#made.set(key, made);
    }
    return made;
  }
}

function mergeInto(made: string, merge: Merge): void {
  const { target, sources, points } = merge;
  mkdirSync(made, { recursive: true });
  const host = sources.at(-1);
  const names = new Set(sources.flatMap((it) => entriesOf(it).map(({ name }) => name)));
  for (const name of names) {
    const [path, to] = [join(target, name), join(made, name)];
    const here = sources.filter((it) => lstatSync(join(it, name), { throwIfNoEntry: false }) !== undefined);
    const directories = here.filter((it) => lstatSync(join(it, name)).isDirectory());
    const [top = ''] = here;
    const point = points.find((it) => it.path === path);
    const holdsPoint = points.some((it) => isWithin(it.path, path));
    if (point?.kind === 'file') writeFileSync(to, '');
    else if (point !== undefined) mkdirSync(to);
    else if (top === host && !holdsPoint) symlinkSync(join(HOST_DIRECTORY, path), to);
    else if (directories[0] === top && (directories.length > 1 || holdsPoint)) {
      mergeInto(to, { ...merge, target: path, sources: directories.map((it) => join(it, name)) });
    } else cpSync(join(top, name), to, COPY);
  }
}

const COPY = { recursive: true, verbatimSymlinks: true } as const;

/** What tells one state of a layer from another. */
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
