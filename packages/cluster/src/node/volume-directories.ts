/**
 * Volumes as directories of the host: made, filled, changed in place and looked into.
 */

import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RootView } from '../runtime/root-view.js';
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

/** Writes what differs, each file in one step, so that no reader ever sees half of one. */
export function writeFiles(directory: string, files: ReadonlyMap<string, VolumeFile>): void {
  makeDirectory(directory);
  for (const [path, { content, mode }] of files) {
    const file = join(directory, path);
    if (isSame(file, content)) continue;
    makeDirectory(dirname(file));
    const next = join(directory, `..${path.replaceAll('/', '_')}.next`);
    writeFileSync(next, content);
    chmodSync(next, mode);
    renameSync(next, file);
  }
}

function makeDirectory(path: string): void {
  if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o755);
}

function isSame(file: string, content: Buffer): boolean {
  try {
    return readFileSync(file).equals(content);
  } catch {
    return false;
  }
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
