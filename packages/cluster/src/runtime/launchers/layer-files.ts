/**
 * What is written into a container's layer, with the modes that a root filesystem has.
 */

import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A /dev without its device files, which are bound. */
export function populateDev(dev: string): void {
  makeDirectory(join(dev, 'shm'), 0o1777);
  makeDirectory(join(dev, 'pts'));
  symlinkSync('pts/ptmx', join(dev, 'ptmx'));
  symlinkSync('/proc/self/fd', join(dev, 'fd'));
  for (const [fd, name] of ['stdin', 'stdout', 'stderr'].entries()) {
    symlinkSync(`/proc/self/fd/${fd}`, join(dev, name));
  }
}

/** With exactly this mode, whatever the umask; directories above it are made as 755. */
export function makeDirectory(path: string, mode = 0o755): void {
  const made = mkdirSync(path, { recursive: true });
  if (made === undefined) return;
  for (let at = path; at.length >= made.length; at = dirname(at)) chmodSync(at, at === path ? mode : 0o755);
}
