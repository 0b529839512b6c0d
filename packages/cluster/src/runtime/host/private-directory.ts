/**
 * Decides by owner and mode whether a directory is private to this user.
 *
 * Other users can create directories of any name in shared directories such as /tmp and /dev/shm; files must not be stored in those, and
 * files of other users must not be removed.
 */

import { lstatSync, readFileSync, statSync, type Stats } from 'node:fs';
import { ClusterError } from '../../platform/cluster-error.js';

/** The attributes of a directory that decide. */
export type Ownership = Pick<Stats, 'uid' | 'mode' | 'isDirectory' | 'isSymbolicLink'>;

/** A user. */
export interface User {
  readonly uid: number;
  /** The uid of root in a user namespace without root. Absent: 0. */
  readonly rootUid?: number;
}

/** Returns the user of this process; undefined on systems without uids. */
export function currentUser(): User | undefined {
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  const map = read('/proc/self/uid_map');
  const hasRoot = map === undefined || /^\s*0\s+0\s+4294967295\s*$/.test(map);
  return hasRoot ? { uid } : { uid, rootUid: Number(read('/proc/sys/kernel/overflowuid') ?? 65534) };
}

/** Returns why other users can access a directory; undefined if it is private. Pure. */
export function privacyProblem(found: Ownership, { uid }: User): string | undefined {
  if (found.isSymbolicLink()) return 'is a symbolic link';
  if (!found.isDirectory()) return 'is not a directory';
  if (found.uid !== uid) return `belongs to user ${found.uid}`;
  return (found.mode & 0o077) === 0 ? undefined : `is open to other users (mode ${modeOf(found)})`;
}

/**
 * Returns why a directory inside of this one would not be safe: a user who may rename it can replace it. Pure.
 *
 * A world-writable directory without the sticky bit is only reported if `strict`: containers often have such a /tmp, of which they are
 * the only users.
 */
export function directoryProblem(found: Ownership, { uid, rootUid = 0 }: User, strict: boolean): string | undefined {
  if (![uid, 0, rootUid].includes(found.uid)) return `belongs to user ${found.uid}`;
  const isOpen = (found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0;
  return strict && isOpen ? `lets other users replace its contents (mode ${modeOf(found)})` : undefined;
}

/** Whether a path is a private directory of this user, and not a symlink. */
export function isPrivate(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const user = currentUser();
  return found !== undefined && (user === undefined || privacyProblem(found, user) === undefined);
}

/** Throws a `ClusterError` unless a directory is private to this user. */
export function requirePrivate(path: string): void {
  const user = currentUser();
  const problem = user && privacyProblem(lstatSync(path), user);
  if (problem !== undefined)
    throw new ClusterError('DIRECTORY_NOT_PRIVATE', `${path} ${problem}; secrets are kept there`, 'remove it');
}

/** Throws a `ClusterError` if the owner of a parent directory could replace the contents of a directory. */
export function requireSafeDirectory(path: string, hint: string): void {
  const user = currentUser();
  const found = statSync(path, { throwIfNoEntry: false });
  const problem = user && found && directoryProblem(found, user, false);
  if (problem === undefined) return;
  const message = `${path} ${problem}, who could read and replace its contents`;
  throw new ClusterError('DIRECTORY_NOT_PRIVATE', message, hint);
}

/** Whether other users cannot replace the contents of a directory. */
export function isSafeDirectory(path: string): boolean {
  const user = currentUser();
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (user === undefined || directoryProblem(found, user, true) === undefined);
}

const modeOf = ({ mode }: Ownership): string => (mode & 0o7777).toString(8).padStart(4, '0');

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
