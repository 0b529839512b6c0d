/**
 * Where the command writes: standard output and error, with colours only where a person reads them.
 *
 * Everything that prints is given one of these, so that tests read what a user would and a closed pipe ends the command
 * quietly instead of with a stack trace.
 */

import type { EventEmitter } from 'node:events';
import picocolors from 'picocolors';
import { UNFORESEEN } from '../failure.js';
import { OUTPUT_CLOSED } from './stop-requests.js';

/** Colours, or functions that change nothing. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** A place to write to. */
export interface Output {
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error: what is about the command, not its result. */
  readonly warn: (line: string) => void;
  /** Has everything that `warn` writes from now on pass through a function: which texts are secret is known only after a start. */
  readonly protect: (hide: (text: string) => string) => void;
  /** Writes to standard output as it is; for a terminal's status area. */
  readonly raw: (text: string) => void;
  readonly colors: Colors;
  /** Whether a person watches standard output. */
  readonly terminal: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: () => number;
}

/** The process's own output. `color`: undefined decides by NO_COLOR, FORCE_COLOR, TERM and whether it is a terminal. */
export function processOutput(options: { readonly color?: boolean | undefined } = {}): Output {
  const { stdout, stderr, env } = process;
  const terminal = stdout.isTTY && env['TERM'] !== 'dumb';
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  const wanted = options.color ?? ((env['NO_COLOR'] ?? '') === '' && (terminal || forced));
  stdout.on('error', (cause) => endUnread(cause, 'standard output'));
  stderr.on('error', (cause) => endUnread(cause, 'standard error'));
  let hidden = (text: string): string => text;
  return {
    print: (line) => void stdout.write(`${line}\n`),
    warn: (line) => void stderr.write(`${hidden(line)}\n`),
    protect: (hide) => void (hidden = hide),
    raw: (text) => void stdout.write(text),
    colors: picocolors.createColors(wanted),
    terminal,
    columns: () => (stdout.columns > 0 ? stdout.columns : 80),
  };
}

let unread = false;

/** What is printed gets nowhere (`pipewright run | head`, a full disk): a run that is under way is told like by Ctrl-C. */
function endUnread(cause: NodeJS.ErrnoException, what: string): void {
  if (unread) return;
  unread = true;
  if (cause.code === 'EPIPE') process.exitCode ??= 141;
  else {
    process.once('exit', () => (process.exitCode = UNFORESEEN));
    if (what === 'standard output') process.stderr.write(`error: ${what} cannot be written: ${cause.message}\n`);
  }
  (process as EventEmitter).emit(OUTPUT_CLOSED); // `process` types its events as a closed set
}
