/**
 * Whether a directory is this user's alone, by its owner and mode.
 *
 * Other users can make directories in shared places, such as /tmp and /dev/shm, before us and under any name; nothing of ours may
 * be kept in one of theirs, and nothing of theirs may be swept.
 */

import { lstatSync, readFileSync, statSync, type Stats } from 'node:fs';
import { ClusterError } from '../../platform/cluster-error.js';

/** What of a file's facts decides. */
export type Ownership = Pick<Stats, 'uid' | 'mode' | 'isDirectory' | 'isSymbolicLink'>;

/** Who asks. */
export interface User {
  readonly uid: number;
  /** The number under which root appears in a user namespace that does not have it. Absent: root is there. */
  readonly rootUid?: number;
}

/** The user of this process; undefined where the system has no such numbers. */
export function currentUser(): User | undefined {
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  const map = read('/proc/self/uid_map');
  const hasRoot = map === undefined || /^\s*0\s+0\s+4294967295\s*$/.test(map);
  return hasRoot ? { uid } : { uid, rootUid: Number(read('/proc/sys/kernel/overflowuid') ?? 65534) };
}

/** Why nobody but the user would have to be trusted with a directory; undefined when it is the user's alone. Pure. */
export function privacyProblem(found: Ownership, { uid }: User): string | undefined {
  if (found.isSymbolicLink()) return 'is a symbolic link';
  if (!found.isDirectory()) return 'is not a directory';
  if (found.uid !== uid) return `belongs to user ${found.uid}`;
  return (found.mode & 0o077) === 0 ? undefined : `is open to other users (mode ${modeOf(found)})`;
}

/**
 * Why a directory of ours would not be safe in this one: whoever may rename it can put another in its place. Pure.
 *
 * A place that everybody may write to, without the sticky bit, is only told of where `strict`: containers often have a /tmp of that
 * kind, of which they are the only users.
 */
export function directoryProblem(found: Ownership, { uid, rootUid = 0 }: User, strict: boolean): string | undefined {
  if (![uid, 0, rootUid].includes(found.uid)) return `belongs to user ${found.uid}`;
  const isOpen = (found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0;
  return strict && isOpen ? `lets other users replace what is in it (mode ${modeOf(found)})` : undefined;
}

/** Whether a path is a directory of this user's alone, not a link to one. */
export function isPrivate(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const user = currentUser();
  return found !== undefined && (user === undefined || privacyProblem(found, user) === undefined);
}

/** Throws a `ClusterError` when a directory is not this user's alone. */
export function requirePrivate(path: string): void {
  const user = currentUser();
  const problem = user && privacyProblem(lstatSync(path), user);
  if (problem !== undefined)
    throw new ClusterError('DIRECTORY_NOT_PRIVATE', `${path} ${problem}; secrets are kept there`, 'remove it');
}

/** Throws a `ClusterError` when what is kept in a directory could be replaced by the user whose it is. */
export function requireSafeDirectory(path: string, hint: string): void {
  const user = currentUser();
  const found = statSync(path, { throwIfNoEntry: false });
  const problem = user && found && directoryProblem(found, user, false);
  if (problem === undefined) return;
  const message = `${path} ${problem}, who could read and replace what is kept there`;
  throw new ClusterError('DIRECTORY_NOT_PRIVATE', message, hint);
}

/** Whether nobody could replace what this user keeps in a place. */
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
