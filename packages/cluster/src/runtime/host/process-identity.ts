/**
 * Identifies processes: process ids are reused, and differ between namespaces.
 */

import { readFileSync, readlinkSync } from 'node:fs';

/** Returns a text that identifies this process for {@link isAlive} in a later process. */
export const processIdentity = (): string => identityOf(process.pid) ?? '';

/**
 * Whether a process may still be alive; true if that is unknown.
 *
 * @param pid its process id
 * @param identity its {@link processIdentity}; undefined or empty if unknown
 */
export function isAlive(pid: number, identity: string | undefined): boolean {
  const [, , boot, namespace] = (identity ?? '').split(' ');
  const isInOtherNamespace = namespace !== undefined && boot === bootId() && namespace !== namespaceId();
  if (isInOtherNamespace) return true; // for example a process of another container with the same /tmp
  const now = identityOf(pid);
  if (identity === undefined || identity === '') return now !== undefined || answers(pid);
  return now === identity;
}

function identityOf(pid: number): string | undefined {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const startTime = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return startTime === undefined ? undefined : [pid, startTime, bootId(), namespaceId()].join(' ');
}

const bootId = (): string => read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))?.trim() ?? '';

const namespaceId = (): string => read(() => readlinkSync('/proc/self/ns/pid')) ?? '';

/** Checks a process with signal 0, on systems without /proc. */
function answers(pid: number): boolean {
  if (process.platform === 'linux') return false;
  return read(() => process.kill(pid, 0)) ?? false;
}

function read<T>(reading: () => T): T | undefined {
  try {
    return reading();
  } catch {
    return undefined;
  }
}
