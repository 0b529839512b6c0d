/**
 * The log of an embedded cluster as text: `2026-01-01T12:00:00.000Z WARN message key=value`.
 *
 * Entries cannot be forged: line breaks within an entry are indented and control characters are escaped. Every entry is
 * masked, because errors may quote their input.
 */

import { writeSync } from 'node:fs';
import type { ClusterLog, LogLevel } from '@pipewright/cluster';
import type { LogFields, Log } from '@pipewright/controller';
import { visible } from '../terminal/lines.js';
import { LOG_LEVELS, type LogTarget } from './log-options.js';

/** Options of a log. */
export interface TextLogOptions {
  readonly target: LogTarget;
  readonly level: LogLevel;
  /** Masks secrets in a text. */
  readonly hide: (text: string) => string;
  /** Writes a line to standard error. */
  readonly warn: (line: string) => void;
  readonly now?: () => Date;
  /** Writes to a file. @default - `writeSync` */
  readonly write?: (fd: number, text: string) => void;
}

/** A log for the controller and the cluster. */
export interface TextLog extends Log {
  readonly cluster: ClusterLog;
  /** A description of the destination for messages. */
  readonly place: string;
  readonly close: () => void;
}

/**
 * Opens a log. If writing to its file fails, that line and all later ones go to standard error, after a message with
 * the reason.
 */
export function textLog(options: TextLogOptions): TextLog {
  const { target, level, hide, warn, now = () => new Date(), write = writeAll } = options;
  let { fd } = target;
  const writeEntry = (text: string): void => {
    if (fd === undefined) return warn(text);
    try {
      write(fd, `${text}\n`);
    } catch (cause) {
      fd = undefined;
      const why = cause instanceof Error ? cause.message : String(cause);
      warn(`cannot write to the log ${target.place} (${why}); further entries go to standard error`);
      warn(text);
    }
  };
  const log = (at: LogLevel, message: string, fields?: LogFields): void => {
    if (LOG_LEVELS.indexOf(at) > LOG_LEVELS.indexOf(level)) return;
    const lines = hide(`${message}${formatFields(fields)}`)
      .split('\n')
      .map(visible);
    writeEntry(`${now().toISOString()} ${at.toUpperCase()} ${lines.join('\n    ')}`);
  };
  return {
    info: (message, facts) => log('info', message, facts),
    warn: (message, facts) => log('warn', message, facts),
    error: (message, facts) => log('error', message, facts),
    cluster: (line, at = 'warn') => log(at, line),
    place: target.place,
    close: target.close,
  };
}

const formatFields = (fields: LogFields = {}): string =>
  Object.entries(fields)
    .map(
      ([key, value]) =>
        ` ${key}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`,
    )
    .join('');

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}
