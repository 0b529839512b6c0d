/** The options `--log-file` and `--log-level` of the commands that start a cluster. */

import { closeSync, openSync } from 'node:fs';
import type { LogLevel } from '@pipewright/cluster';
import { UsageError } from '../diagnostics/usage-error.js';

/** The levels, from worst to most detailed: each includes those before it. */
export const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** What was asked for. */
export interface LogOptions {
  /** Default: standard error. */
  readonly logFile?: string;
  /** Default: `warn` for `up`, and `error` for `run`, which says what concerns its runs in notes. */
  readonly logLevel?: LogLevel;
}

/** Where log lines are written. */
export interface LogTarget {
  /** A file descriptor; undefined for standard error. */
  readonly fd: number | undefined;
  /** For people: what to read. */
  readonly place: string;
  readonly close: () => void;
}

/** Opens the log for appending. Throws a `UsageError` if the file cannot be written. */
export function openLogTarget(logFile: string | undefined, command: string): LogTarget {
  if (logFile === undefined)
    return { fd: undefined, place: `standard error of \`pipewright ${command}\``, close: () => undefined };
  try {
    const fd = openSync(logFile, 'a', 0o600);
    return { fd, place: logFile, close: () => closeSync(fd) };
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException; // all that open throws
    const why = REASONS[code] ?? code;
    throw new UsageError(`--log-file: ${logFile} cannot be written: ${why}`, 'name a file that you may write', {
      cause,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory',
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'its directory is a file',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
};
