/**
 * A directory that belongs to one process, and is swept by a later one when that process died without sweeping.
 */

import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../runtime/remove-tree.js';

/** Makes this process's directory, after sweeping those of processes that are no more. */
export async function openRunDirectory(stateDirectory: string, name: string): Promise<string> {
  const parent = join(stateDirectory, 'run');
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const dead = readdirSync(parent).filter((entry) => !isAlive(read(join(parent, entry, 'owner'))));
  await Promise.all(dead.map((entry) => removeTree(join(parent, entry))));
  const own = join(parent, `${process.pid}-${name}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  writeFileSync(join(own, 'owner'), ownerOf(process.pid) ?? '');
  return own;
}

/** Where processes of this user that keep nothing leave what a later one sweeps: private, and nobody else's making. */
export function sharedStateDirectory(): string {
  const path = join(tmpdir(), `pipewright-${process.getuid?.() ?? 0}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(path);
  const isOurs = lstatSync(path).isDirectory() && uid === process.getuid?.() && (mode & 0o077) === 0;
  return isOurs ? path : mkdtempSync(join(tmpdir(), 'pipewright-'));
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
