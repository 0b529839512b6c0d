/**
 * Removes a directory tree that a container may have left in any state, such as Go's module cache (directories without
 * write permission) or an overlay's work directory (no permission at all).
 */

import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes a tree; succeeds if it does not exist. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await open(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** Makes a tree removable. A failed removal may still be running, so entries may disappear meanwhile. */
async function open(directory: string): Promise<void> {
  const stats = await lstat(directory).catch(() => undefined);
  if (stats?.isDirectory() !== true) return;
  await chmod(directory, 0o700).catch(() => undefined);
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await open(join(directory, entry.name));
  }
}
