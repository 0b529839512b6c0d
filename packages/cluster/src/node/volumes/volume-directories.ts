/**
 * Volumes as directories of the host.
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

/** Creates an emptyDir: a directory that every user may write. */
export function makeOpenDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
}

/** Creates the path of a hostPath volume, if its type requires it. */
export function makeHostPath({ path, type }: { readonly path: string; readonly type?: string }): void {
  if (type === 'DirectoryOrCreate') makeDirectory(path);
  if (type === 'FileOrCreate' && !existsSync(path)) writeFileSync(path, '', { mode: 0o644 });
}

/**
 * Writes changed files, each atomically, so that no reader sees a partial file.
 *
 * @param before the current files of the volume; undefined for a new volume
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

/** Writes a file with exactly this mode, regardless of the umask. */
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

/** Returns the directory of a subPath, creating it; symlinks in the volume cannot lead outside. */
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
