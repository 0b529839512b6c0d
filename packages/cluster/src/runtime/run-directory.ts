/**
 * A directory that belongs to one process, and is swept by a later one when that process died without sweeping.
 */

import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNamed } from '../disk-failure.js';
import { removeTree } from './remove-tree.js';

/** A directory of this process. */
export interface RunDirectory {
  readonly path: string;
  /** Removes it, and the directories above it that hold nothing any more. */
  readonly remove: () => Promise<void>;
}

/** Makes a directory of this process, and sweeps those of processes that are no more. */
export async function openRunDirectory(stateDirectory: string, name: string): Promise<RunDirectory> {
  const parent = join(stateDirectory, 'run');
  const path = join(parent, `${process.pid}-${name}-${randomBytes(4).toString('hex')}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  writeNamed(join(path, 'owner'), ownerOf(process.pid) ?? '');
  const dead = readdirSync(parent).filter((entry) => !isAlive(entry, read(join(parent, entry, 'owner'))));
  await Promise.all(dead.map((entry) => removeTree(join(parent, entry))));
  return {
    path,
    remove: async () => {
      await removeTree(path);
      for (const above of [parent, stateDirectory]) removeEmpty(above);
    },
  };
}

/** Makes a temporary directory of this process, in a place of this user's that every start sweeps. */
export const openTemporaryDirectory = (name: string, parent = tmpdir()): Promise<RunDirectory> =>
  openRunDirectory(sharedStateDirectory(parent), name);

/** Where processes of this user that keep nothing leave what a later one sweeps: private, and nobody else's making. */
function sharedStateDirectory(parent: string): string {
  const path = join(parent, `pipewright-${process.getuid?.() ?? 0}`);
  try {
    mkdirSync(path, { mode: 0o700 }); // not its parents: a TMPDIR that is not there is a mistake
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // all that mkdir throws
  }
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return sharedStateDirectory(parent); // the last process that had something there has just ended
  const isOurs = stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
  return isOurs ? path : mkdtempSync(join(parent, 'pipewright-'));
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // another process has something there, or has removed it already
  }
}

/** A process is its number and the moment it began: numbers are used again. */
function ownerOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return fields?.[19] === undefined ? undefined : `${pid} ${fields[19]} ${boot}`;
}

/** `owner`: what the directory says; undefined when it was made a moment ago, or its process died in that moment. */
function isAlive(entry: string, owner: string | undefined): boolean {
  const pid = Number.parseInt(entry, 10);
  if (!Number.isInteger(pid)) return false;
  const now = ownerOf(pid);
  return owner === undefined || owner === '' ? now !== undefined : now === owner;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
