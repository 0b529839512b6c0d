/**
 * Reports unexpected errors as a message instead of a stack trace.
 *
 * Errors of the operating system (a full disk, a directory that is not writable) include their path. All others are
 * reported as internal errors, with the variable that enables the stack trace.
 */

import { writeFileSync, type WriteFileOptions } from 'node:fs';
import { types } from 'node:util';
import { visible } from '../terminal/lines.js';
import { INTERNAL_ERROR } from '../terminal/exit-status.js';
import type { Output } from '../terminal/output.js';

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'use a directory that you can write to; TMPDIR names the directory of temporary files',
  EPERM: 'use a directory that you can write to; TMPDIR names the directory of temporary files',
  EROFS: 'use a writable directory; TMPDIR names the directory of temporary files',
  ENOENT: 'create the directory, or use another; TMPDIR names the directory of temporary files',
  ENOTDIR: 'use a directory; TMPDIR names the directory of temporary files',
  ENOSPC: 'free disk space, or use another disk; TMPDIR names the directory of temporary files',
  EDQUOT: 'free disk space, or use another disk; TMPDIR names the directory of temporary files',
  EAGAIN: 'raise the limit: ulimit -u 4096; or stop processes of this user',
  EMFILE: 'raise the limit: ulimit -n 65536',
  ENFILE: 'the machine has too many open files; stop another program',
};

/** Errors that a user can fix before a retry. ENOSPC is not among them, because part of the work may be done. */
const USER_ERRORS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR']);

/** Writes a file. Adds its path to errors: Node includes the path when opening fails, but not when writing does. */
export function writeFileNamingPath(path: string, text: string, options?: WriteFileOptions): void {
  try {
    writeFileSync(path, text, options);
  } catch (cause) {
    throw types.isNativeError(cause) ? Object.assign(cause, { path }) : cause;
  }
}

/** Reports an error. @returns the exit status: 2 if a directory or file cannot be used, else 5 */
export function reportFailure(cause: unknown, output: Pick<Output, 'warn' | 'colors'>): number {
  return isClusterError(cause) ? reportClusterError(cause, output) : reportUnexpected(cause, output);
}

interface ClusterFailure extends Error {
  readonly code: string;
  readonly hint: string;
}

/** Detects a ClusterError by name: importing the class would load the cluster package. */
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
  const { code, path, message } = errorFields(cause);
  const hint = code === undefined ? undefined : HINTS[code];
  const debug = (process.env['PIPEWRIGHT_DEBUG'] ?? '') !== '';
  if (hint === undefined) {
    warn(`${colors.red('internal error')}: ${visible(message)}`);
    warn(debug ? '  hint: report it' : '  hint: set PIPEWRIGHT_DEBUG=1 to print the stack trace, and report it');
  } else {
    warn(
      `${colors.red('error')}: ${visible(message)}${path === undefined || message.includes(path) ? '' : ` '${visible(path)}'`}`,
    );
    warn(`  hint: ${hint}`);
  }
  if (debug) warn(types.isNativeError(cause) ? (cause.stack ?? message) : String(cause));
  return code !== undefined && USER_ERRORS.has(code) && path !== undefined ? 2 : INTERNAL_ERROR;
}

function errorFields(cause: unknown): {
  readonly code: string | undefined;
  readonly path: string | undefined;
  readonly message: string;
} {
  if (!types.isNativeError(cause)) return { code: undefined, path: undefined, message: String(cause) };
  const { code, path } = cause as NodeJS.ErrnoException; // undefined unless it is a system error
  return { code, path, message: cause.message };
}
