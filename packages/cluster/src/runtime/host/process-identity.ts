/**
 * Which process left something: numbers of processes are used again, and mean different processes in different namespaces.
 */

import { readFileSync, readlinkSync } from 'node:fs';

/** A text that says which process this is, for {@link isAlive} of a later one. */
export const processIdentity = (): string => identityOf(process.pid) ?? '';

/**
 * Whether a process may still be alive; where that cannot be known it counts as alive.
 *
 * @param pid its number
 * @param identity its {@link processIdentity}; undefined or empty when it could not write that
 */
export function isAlive(pid: number, identity: string | undefined): boolean {
  const [, , boot, namespace] = (identity ?? '').split(' ');
  const isInOtherNamespace = namespace !== undefined && boot === bootId() && namespace !== namespaceId();
  if (isInOtherNamespace) return true; // such as of another container that has the same /tmp
  const now = identityOf(pid);
  if (identity === undefined || identity === '') return now !== undefined || answers(pid);
  return now === identity;
}

function identityOf(pid: number): string | undefined {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const began = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return began === undefined ? undefined : [pid, began, bootId(), namespaceId()].join(' ');
}

const bootId = (): string => read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))?.trim() ?? '';

const namespaceId = (): string => read(() => readlinkSync('/proc/self/ns/pid')) ?? '';

/** Where there is no /proc, a signal that is none says it. */
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
