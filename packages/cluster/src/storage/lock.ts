/**
 * Keeps a data directory to one process.
 *
 * A lock names its holder by process id and the moment that process began, so a lock left by a crash is seen to be nobody's
 * even when the id has been given to another process since.
 */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError, systemCode } from '../cluster-error.js';
import { writeNamed } from '../disk-failure.js';

interface Holder {
  readonly pid: number;
  /** As the system counts it; `''` where it cannot be found out. */
  readonly began: string;
}

/** Takes the lock of a directory; returns what gives it back. Throws `DATA_DIR_IN_USE` naming the process that has it. */
export function lock(directory: string): () => void {
  const file = join(directory, 'lock');
  const me: Holder = { pid: process.pid, began: beginningOf(process.pid) };
  for (;;) {
    try {
      writeNamed(file, JSON.stringify(me), { flag: 'wx', mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (holder && isAlive(holder)) {
      const message = `data directory ${directory} is in use by process ${holder.pid}`;
      throw new ClusterError('DATA_DIR_IN_USE', message, 'stop that process, or give another directory');
    }
    rmSync(file, { force: true });
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof read !== 'object' || read === null || !('pid' in read) || typeof read.pid !== 'number') return undefined;
    return { pid: read.pid, began: 'began' in read && typeof read.began === 'string' ? read.began : '' };
  } catch {
    return undefined; // half-written by a process that died: nobody's
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM'; // somebody else's process is one
  }
  const now = beginningOf(pid);
  return began === '' || now === '' || began === now;
}

/** When a process began, from Linux' /proc: the 20th field after its name. */
function beginningOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
