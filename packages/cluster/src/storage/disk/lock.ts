/**
 * Locks a data directory for one process.
 *
 * A lock contains the holder's pid and start time, so a lock left by a crash is recognized as abandoned even if the pid
 * has been reused.
 */

import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError, systemCode } from '../../platform/cluster-error.js';
import { writeNamed } from '../../platform/disk-failure.js';

interface Holder {
  readonly pid: number;
  /** The start time in the system's units; `''` if unknown. */
  readonly began: string;
}

/** Locks a directory; returns a function that releases the lock. Throws `DATA_DIR_IN_USE` naming the holder. */
export function lock(directory: string): () => void {
  const file = join(directory, 'lock');
  const ownFile = `${file}.${process.pid}`;
  const me: Holder = { pid: process.pid, began: beginningOf(process.pid) };
  rmSync(ownFile, { force: true }); // after a crash it may be a hard link to the lock
  writeNamed(ownFile, JSON.stringify(me), { mode: 0o600 });
  try {
    while (!tryLink(ownFile, file)) {
      const holder = readHolder(file);
      if (holder && isAlive(holder)) throw inUse(directory, holder);
      removeAbandoned(file, `${ownFile}.abandoned`);
    }
  } finally {
    rmSync(ownFile, { force: true });
  }
  return () => {
    if (isSame(readHolder(file), me)) rmSync(file, { force: true }); // the directory may have been replaced
  };
}

const inUse = (directory: string, { pid }: Holder): ClusterError =>
  new ClusterError(
    'DATA_DIR_IN_USE',
    `data directory ${directory} is in use by process ${pid}`,
    'stop that process, or use another directory',
  );

/** Creates the lock atomically from a complete file; false if a lock exists. */
function tryLink(ownFile: string, file: string): boolean {
  try {
    linkSync(ownFile, file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a lock whose holder has exited, unless another process has taken it in the meantime. */
function removeAbandoned(file: string, temporary: string): void {
  try {
    renameSync(file, temporary);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return; // another process was faster
    throw error;
  }
  const holder = readHolder(temporary);
  if (holder && isAlive(holder)) tryLink(temporary, file);
  rmSync(temporary, { force: true });
}

const isSame = (one: Holder | undefined, other: Holder): boolean => one?.pid === other.pid && one.began === other.began;

function readHolder(file: string): Holder | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof read !== 'object' || read === null || !('pid' in read) || typeof read.pid !== 'number') return undefined;
    return { pid: read.pid, began: 'began' in read && typeof read.began === 'string' ? read.began : '' };
  } catch {
    return undefined; // removed, or not written by this code
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM'; // a process of another user
  }
  const now = beginningOf(pid);
  return began === '' || now === '' || began === now;
}

/** Returns the start time of a process from /proc on Linux: the 20th field after its name. */
function beginningOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
