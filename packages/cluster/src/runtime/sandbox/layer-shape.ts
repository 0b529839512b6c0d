/**
 * What decides how the layer of a container looks, so that containers of one shape can share one.
 */

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerSpec } from '../runtime.js';

/** What can be mounted on what. */
export type Kind = 'directory' | 'file';

/**
 * Two containers of one shape may share a layer.
 *
 * @param kinds of the mounts' sources
 */
export function shapeOf(
  { rootfs, overlays, mounts, hostFiles, cwd }: ContainerSpec,
  kinds: ReadonlyMap<string, Kind>,
): string {
  const targets = mounts.map(({ source, target }) => [target, kinds.get(source)]);
  const laid = rootfs === 'host' ? overlays.map((it) => [it, statesIn(it)]) : overlays;
  const shape = JSON.stringify([rootfs, laid, targets, hostFiles, cwd]);
  return createHash('sha256').update(shape).digest('hex').slice(0, 24);
}

/** A small tree's paths with their times: a change to an overlay is another shape. */
function statesIn(directory: string): readonly (readonly [string, number])[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? statesIn(path) : [[path, lstatSync(path).mtimeMs] as const];
  });
}

/** What must be there to mount this. */
export const kindOf = (source: string): Kind => (statSync(source).isDirectory() ? 'directory' : 'file');
