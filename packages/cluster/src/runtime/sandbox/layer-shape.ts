/**
 * The shape of a container's layer: containers of equal shape share a layer.
 */

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerSpec } from '../runtime.js';

/** The kind of a mount point. */
export type Kind = 'directory' | 'file';

/**
 * Returns a key that is equal for containers that may share a layer.
 *
 * @param kinds of the mounts' sources
 */
export function shapeOf(
  { rootfs, overlays, mounts, hostFiles, cwd }: ContainerSpec,
  kinds: ReadonlyMap<string, Kind>,
): string {
  const targets = mounts.map(({ source, target }) => [target, kinds.get(source)]);
  const layers = rootfs === 'host' ? overlays.map((it) => [it, statesIn(it)]) : overlays;
  const shape = JSON.stringify([rootfs, layers, targets, hostFiles, cwd]);
  return createHash('sha256').update(shape).digest('hex').slice(0, 24);
}

/** Returns the paths and modification times of a small tree, so that a changed overlay has a different shape. */
function statesIn(directory: string): readonly (readonly [string, number])[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? statesIn(path) : [[path, lstatSync(path).mtimeMs] as const];
  });
}

/** Returns the kind of mount point that a source needs. */
export const entryKind = (source: string): Kind => (statSync(source).isDirectory() ? 'directory' : 'file');
