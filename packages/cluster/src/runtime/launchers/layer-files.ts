/**
 * Files of a container's layer, with the modes of a root filesystem.
 */

import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Creates a /dev without its device files, which are bind mounts. */
export function populateDev(dev: string): void {
  makeDirectory(join(dev, 'shm'), 0o1777);
  makeDirectory(join(dev, 'pts'));
  symlinkSync('pts/ptmx', join(dev, 'ptmx'));
  symlinkSync('/proc/self/fd', join(dev, 'fd'));
  for (const [fd, name] of ['stdin', 'stdout', 'stderr'].entries()) {
    symlinkSync(`/proc/self/fd/${fd}`, join(dev, name));
  }
}

/** Creates a directory with exactly this mode, regardless of the umask; its parents have mode 755. */
export function makeDirectory(path: string, mode = 0o755): void {
  const created = mkdirSync(path, { recursive: true });
  if (created === undefined) return;
  for (let at = path; at.length >= created.length; at = dirname(at)) chmodSync(at, at === path ? mode : 0o755);
}
