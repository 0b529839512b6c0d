/**
 * A directory on no disk, for what should not be on one: Secrets, tokens and what else Kubernetes keeps in memory.
 */

import { accessSync, constants } from 'node:fs';
import { hostMounts, isWithin, type HostMount } from './host-mounts.js';
import { isSafeDirectory } from './private-directory.js';
import { openTemporaryDirectory, type RunDirectory } from './run-directory.js';

/** Makes a directory of this process in memory. @returns undefined where the machine has no such place for us */
export async function openMemoryDirectory(name: string): Promise<RunDirectory | undefined> {
  const parent = firstMemoryDirectory(hostMounts(), ['/dev/shm', process.env['XDG_RUNTIME_DIR'] ?? '']);
  if (parent === undefined) return undefined;
  return openTemporaryDirectory(name, parent).catch(() => undefined); // full, or not ours after all: a disk will do
}

/**
 * The first of the places that lies in memory, can be written, lets programs be run, and lets nobody else replace what we keep in
 * it. Pure but for the questions about the place itself.
 */
export function firstMemoryDirectory(mounts: readonly HostMount[], candidates: readonly string[]): string | undefined {
  return candidates.find((directory) => {
    const [mount] = mounts
      .filter(({ target }) => isWithin(directory, target))
      .reverse() // of two at one place, the later is seen
      .sort((a, b) => b.target.length - a.target.length);
    return (
      mount?.whole === 'tmpfs' && !mount.flags.includes('noexec') && isWritable(directory) && isSafeDirectory(directory)
    );
  });
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
