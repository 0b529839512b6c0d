/**
 * A directory that belongs to one process, and is swept by a later one when that process died without sweeping.
 *
 * In a shared place its name cannot be foretold, and nothing is swept there but what is this user's alone: other users may have
 * made directories of any name.
 */

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNamed } from '../../platform/disk-failure.js';
import { isPrivate, requirePrivate, requireSafeDirectory } from './private-directory.js';
import { isAlive, processIdentity } from './process-identity.js';
import { removeTree } from './remove-tree.js';

/** A directory of this process. */
export interface RunDirectory {
  readonly path: string;
  /** Removes it, and the directories above it that hold nothing any more. */
  readonly remove: () => Promise<void>;
}

/** Makes a directory of this process below one that is this user's alone, and sweeps those of processes that are no more. */
export async function openRunDirectory(stateDirectory: string, name: string): Promise<RunDirectory> {
  const parent = join(stateDirectory, 'run');
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  requireSafeDirectory(stateDirectory, 'name a directory of your own');
  requirePrivate(parent);
  const path = join(parent, `${process.pid}-${name}-${randomBytes(4).toString('hex')}`);
  mkdirSync(path, { mode: 0o700 });
  own(path);
  await sweep(parent, /^(\d+)-/, () => true); // no other user can have put anything there
  return {
    path,
    remove: async () => {
      await removeTree(path);
      for (const above of [parent, stateDirectory]) removeEmpty(above);
    },
  };
}

/** Of these names, and of no others, are the directories that are swept in a shared place. */
const TEMPORARY = /^pipewright-(\d+)-[a-z]+-[A-Za-z0-9]{6}$/;

/** Makes a temporary directory of this process, and sweeps those of this user's processes that are no more. */
export async function openTemporaryDirectory(name: string, parent = tmpdir()): Promise<RunDirectory> {
  requireSafeDirectory(parent, 'set TMPDIR to a directory of your own');
  const path = mkdtempSync(join(parent, `pipewright-${process.pid}-${name}-`)); // not its parents: a TMPDIR that is not there is a mistake
  chmodSync(path, 0o700); // whatever the umask
  own(path);
  await sweep(parent, TEMPORARY, isPrivate);
  return { path, remove: () => removeTree(path) };
}

const OWNER = 'owner';

const own = (path: string): void => writeNamed(join(path, OWNER), processIdentity());

/**
 * Removes the directories of dead processes.
 *
 * @param names which are looked at, with the number of the process
 * @param isOurs whether a directory is nobody else's
 */
async function sweep(parent: string, names: RegExp, isOurs: (path: string) => boolean): Promise<void> {
  const dead = readdirSync(parent).filter((entry) => {
    const [, pid] = names.exec(entry) ?? [];
    const path = join(parent, entry);
    return pid !== undefined && isOurs(path) && !isAlive(Number(pid), read(join(path, OWNER)));
  });
  await Promise.all(dead.map((entry) => removeTree(join(parent, entry))));
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // another process has something there, or has removed it already
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
