/**
 * A directory of one process, removed by a later process if the owner died.
 *
 * In a shared directory its name is unpredictable, and only private directories of this user are removed: other users may have created
 * directories of any name.
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
  /** Removes it, and parent directories that are empty. */
  readonly remove: () => Promise<void>;
}

/** Creates a directory of this process below a private one, and removes those of dead processes. */
export async function openRunDirectory(stateDirectory: string, name: string): Promise<RunDirectory> {
  const parent = join(stateDirectory, 'run');
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  requireSafeDirectory(stateDirectory, 'name a directory of your own');
  requirePrivate(parent);
  const path = join(parent, `${process.pid}-${name}-${randomBytes(4).toString('hex')}`);
  mkdirSync(path, { mode: 0o700 });
  claim(path);
  await sweep(parent, /^(\d+)-/, () => true); // other users cannot have written here
  return {
    path,
    remove: async () => {
      await removeTree(path);
      for (const directory of [parent, stateDirectory]) removeEmpty(directory);
    },
  };
}

/** The names of directories that may be removed in a shared directory. */
const TEMPORARY = /^pipewright-(\d+)-[a-z]+-[A-Za-z0-9]{6}$/;

/** Creates a temporary directory of this process, and removes those of dead processes of this user. */
export async function openTemporaryDirectory(name: string, parent = tmpdir()): Promise<RunDirectory> {
  requireSafeDirectory(parent, 'set TMPDIR to a directory of your own');
  const path = mkdtempSync(join(parent, `pipewright-${process.pid}-${name}-`)); // without its parents: a TMPDIR that does not exist is a mistake
  chmodSync(path, 0o700); // regardless of the umask
  claim(path);
  await sweep(parent, TEMPORARY, isPrivate);
  return { path, remove: () => removeTree(path) };
}

const OWNER = 'owner';

const claim = (path: string): void => writeNamed(join(path, OWNER), processIdentity());

/**
 * Removes the directories of dead processes.
 *
 * @param names the names to consider, with the process id
 * @param isAbandoned whether a directory is private to this user
 */
async function sweep(parent: string, names: RegExp, isAbandoned: (path: string) => boolean): Promise<void> {
  const abandoned = readdirSync(parent).filter((entry) => {
    const [, pid] = names.exec(entry) ?? [];
    const path = join(parent, entry);
    return pid !== undefined && isAbandoned(path) && !isAlive(Number(pid), read(join(path, OWNER)));
  });
  await Promise.all(abandoned.map((entry) => removeTree(join(parent, entry))));
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
