/**
 * A directory in memory for files that must not be on a disk: Secrets and tokens.
 */

import { accessSync, constants } from 'node:fs';
import { hostMounts, isWithin, type HostMount } from './host-mounts.js';
import { isSafeDirectory } from './private-directory.js';
import { openTemporaryDirectory, type RunDirectory } from './run-directory.js';

/** Opens a directory of this process in memory. @returns undefined if the machine has no suitable directory */
export async function openMemoryDirectory(name: string): Promise<RunDirectory | undefined> {
  const parent = firstMemoryDirectory(hostMounts(), ['/dev/shm', process.env['XDG_RUNTIME_DIR'] ?? '']);
  if (parent === undefined) return undefined;
  return openTemporaryDirectory(name, parent).catch(() => undefined); // full, or not private: the caller uses a disk
}

/**
 * Returns the first candidate that is in memory, is writable, allows programs to run, and whose contents other users cannot replace. Pure
 * except for the checks of the directory itself.
 */
export function firstMemoryDirectory(mounts: readonly HostMount[], candidates: readonly string[]): string | undefined {
  return candidates.find((directory) => {
    const [mount] = mounts
      .filter(({ target }) => isWithin(directory, target))
      .reverse() // of two mounts at one path the later one is visible
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
