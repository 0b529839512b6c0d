/**
 * Volumes as directories of the host: made, filled, changed in place and looked into.
 */

import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { withPath } from '../../platform/disk-failure.js';
import { RootView } from '../../runtime/host/root-view.js';
import type { VolumeFile } from './volume-files.js';

/** An empty directory that every user may write, as an emptyDir is. */
export function makeOpenDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
}

/** What a hostPath volume says is to be made when it is not there; of other types nothing is. */
export function makeHostPath({ path, type }: { readonly path: string; readonly type?: string }): void {
  if (type === 'DirectoryOrCreate') makeDirectory(path);
  if (type === 'FileOrCreate' && !existsSync(path)) writeFileSync(path, '', { mode: 0o644 });
}

/**
 * Writes what differs, each file in one step, so that no reader ever sees half of one.
 *
 * @param before what this volume holds already; undefined when there is nothing of it, and no reader
 */
export function writeFiles(
  directory: string,
  files: ReadonlyMap<string, VolumeFile>,
  before?: ReadonlyMap<string, VolumeFile>,
): void {
  if (before === undefined) makeDirectory(directory);
  for (const [path, { content, mode }] of files) {
    if (before?.get(path)?.content.equals(content) === true) continue;
    const file = join(directory, path);
    if (path.includes('/')) makeDirectory(dirname(file));
    const next = before === undefined ? file : join(directory, `..${path.replaceAll('/', '_')}.next`);
    writeFile(next, content, mode);
    if (next !== file) renameSync(next, file);
  }
}

/** With exactly this mode, whatever the umask. */
export function writeFile(path: string, content: Buffer, mode: number): void {
  const file = openSync(path, 'w', mode);
  try {
    fchmodSync(file, mode);
    if (content.length > 0) writeFileSync(file, content);
  } catch (cause) {
    throw withPath(cause, path);
  } finally {
    closeSync(file);
  }
}

function makeDirectory(path: string): void {
  if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o755);
}

/** Where a subPath lies, made when it is not there; symlinks in the volume cannot lead out of it. */
export function subPathOf(volume: string, subPath: string): string {
  if (subPath.startsWith('/') || subPath.split('/').includes('..')) {
    throw new Error(`subPath ${JSON.stringify(subPath)} must be a path inside the volume`);
  }
  const view = new RootView();
  view.put({ target: '/', sources: [volume], readOnly: false });
  const path = join(volume, view.resolve(subPath).path);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o777);
  }
  return path;
}
