/**
 * Failures that no command foresaw, told in one sentence instead of a stack trace.
 *
 * The machine's own refusals (a full disk, a directory that may not be written) name their errno and path. Everything else
 * is an error of ours and says so, with the way to see where it happened.
 */

import { writeFileSync, type WriteFileOptions } from 'node:fs';
import { types } from 'node:util';
import { visible } from '../terminal/lines.js';
import { INTERNAL_ERROR } from '../terminal/exit-status.js';
import type { Output } from '../terminal/output.js';

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'use a directory that you may write to; temporary files go where TMPDIR says',
  EPERM: 'use a directory that you may write to; temporary files go where TMPDIR says',
  EROFS: 'use a directory that can be written; temporary files go where TMPDIR says',
  ENOENT: 'make the directory, or name another; temporary files go where TMPDIR says',
  ENOTDIR: 'name a directory; temporary files go where TMPDIR says',
  ENOSPC: 'make room, or use another disk; temporary files go where TMPDIR says',
  EDQUOT: 'make room, or use another disk; temporary files go where TMPDIR says',
  EAGAIN: 'allow more processes: ulimit -u 4096; or end some of this user',
  EMFILE: 'allow more open files: ulimit -n 65536',
  ENFILE: 'the machine has too many open files; end something else',
};

/** What can be put right before the command is tried again; for a disk that ran full, half of the work may have been done. */
const USER_ERRORS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR']);

/** Writes a file, and names it when it cannot be written whole: Node names what it opens, not what it writes. */
export function writeFileNamingPath(path: string, text: string, options?: WriteFileOptions): void {
  try {
    writeFileSync(path, text, options);
  } catch (cause) {
    throw types.isNativeError(cause) ? Object.assign(cause, { path }) : cause;
  }
}

/** Tells a failure. @returns the exit status: 2 where a directory or file can't be used, else 5 */
export function reportFailure(cause: unknown, output: Pick<Output, 'warn' | 'colors'>): number {
  return isClusterError(cause) ? reportClusterError(cause, output) : reportUnexpected(cause, output);
}

interface ClusterFailure extends Error {
  readonly code: string;
  readonly hint: string;
}

/** Told by its name: whoever imports the class waits for the cluster to load. */
const isClusterError = (cause: unknown): cause is ClusterFailure =>
  types.isNativeError(cause) && cause.name === 'ClusterError' && 'code' in cause && 'hint' in cause;

function reportClusterError(
  { code, message, hint }: ClusterFailure,
  { warn, colors }: Pick<Output, 'warn' | 'colors'>,
): 2 {
  warn(`${colors.red('error')}: ${code}: ${visible(message)}`);
  warn(`  hint: ${visible(hint)}`);
  return 2;
}

function reportUnexpected(cause: unknown, { warn, colors }: Pick<Output, 'warn' | 'colors'>): number {
  const { code, path, message } = partsOf(cause);
  const hint = code === undefined ? undefined : HINTS[code];
  const debug = (process.env['PIPEWRIGHT_DEBUG'] ?? '') !== '';
  if (hint === undefined) {
    warn(`${colors.red('internal error')}: ${visible(message)}`);
    warn(debug ? '  hint: report it' : '  hint: PIPEWRIGHT_DEBUG=1 shows where it happened; report it with that');
  } else {
    warn(
      `${colors.red('error')}: ${visible(message)}${path === undefined || message.includes(path) ? '' : ` '${visible(path)}'`}`,
    );
    warn(`  hint: ${hint}`);
  }
  if (debug) warn(types.isNativeError(cause) ? (cause.stack ?? message) : String(cause));
  return code !== undefined && USER_ERRORS.has(code) && path !== undefined ? 2 : INTERNAL_ERROR;
}

function partsOf(cause: unknown): {
  readonly code: string | undefined;
  readonly path: string | undefined;
  readonly message: string;
} {
  if (!types.isNativeError(cause)) return { code: undefined, path: undefined, message: String(cause) };
  const { code, path } = cause as NodeJS.ErrnoException; // undefined in errors that are not the machine's
  return { code, path, message: cause.message };
}
