/** The options `--log-file` and `--log-level` of commands that start a cluster. */

import { closeSync, openSync } from 'node:fs';
import type { LogLevel } from '@pipewright/cluster';
import { UsageError } from '../diagnostics/usage-error.js';

/** The log levels, from least to most verbose: each includes the preceding ones. */
export const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** The logging options of a command. */
export interface LogOptions {
  /** @default - standard error */
  readonly logFile?: string;
  /** @default - `warn` for `up`, and `error` for `run`, which reports problems of its runs in notes */
  readonly logLevel?: LogLevel;
}

/** The destination of log lines. */
export interface LogTarget {
  /** A file descriptor; undefined for standard error. */
  readonly fd: number | undefined;
  /** A description of the destination for messages. */
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
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException; // open throws errors of this type
    const why = REASONS[code] ?? code;
    throw new UsageError(`--log-file: ${logFile} cannot be written: ${why}`, 'use a writable file', {
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
