/**
 * A directory that belongs to one process, and is swept by a later one when that process died without sweeping.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree } from '../runtime/remove-tree.js';

/** Makes this process's directory, after sweeping those of processes that are no more. */
export async function openRunDirectory(stateDirectory: string, name: string): Promise<string> {
  const parent = join(stateDirectory, 'run');
  mkdirSync(parent, { recursive: true, mode: 0o711 });
  const dead = readdirSync(parent).filter((entry) => !isAlive(read(join(parent, entry, 'owner'))));
  await Promise.all(dead.map((entry) => removeTree(join(parent, entry))));
  const own = join(parent, `${process.pid}-${name}`);
  mkdirSync(own, { recursive: true, mode: 0o711 });
  writeFileSync(join(own, 'owner'), ownerOf(process.pid) ?? '');
  return own;
}

/** A process is its number and the moment it began: numbers are used again. */
function ownerOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return fields?.[19] === undefined ? undefined : `${pid} ${fields[19]} ${boot}`;
}

function isAlive(owner: string | undefined): boolean {
  if (owner === undefined) return false;
  const pid = Number.parseInt(owner, 10);
  return Number.isInteger(pid) && ownerOf(pid) === owner;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
