/**
 * Where the command writes: standard output and error, with colours only where a person reads them.
 *
 * Everything that prints is given one of these, so that tests read what a user would and a closed pipe ends the command
 * quietly instead of with a stack trace.
 */

import type { EventEmitter } from 'node:events';
import picocolors from 'picocolors';
import { INTERNAL_ERROR } from './exit-status.js';
import { terminalFeatures } from './features.js';
import type { Size } from './live-area.js';
import { OUTPUT_CLOSED } from './stop-requests.js';

/** Colours, or functions that change nothing. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colors that change nothing. */
export const noColors: Colors = picocolors.createColors(false);

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
  /** Whether a terminal shows standard output. */
  readonly terminal: boolean;
  /** Whether rows of it may be drawn over again. */
  readonly live: boolean;
  /** Size of the terminal; 80 columns and 24 rows without one. */
  readonly size: () => Size;
  /** Returns the columns of the terminal that shows standard error; undefined where none does. @default - none does */
  readonly errorColumns?: () => number | undefined;
  /** Calls a function whenever the size has changed. Returns what calls it off. */
  readonly onResize: (changed: () => void) => () => void;
}

/** The process's own output. `color`: undefined decides by the environment and whether it is a terminal. */
export function processOutput(options: { readonly color?: boolean | undefined } = {}): Output {
  const { stdout, stderr, env } = process;
  const { terminal, live, color } = terminalFeatures(stdout.isTTY, env, options.color);
  let isClosed = false;
  const close = (cause: NodeJS.ErrnoException, name: string): void => {
    if (isClosed) return;
    isClosed = true;
    endOnClosedOutput(cause, name);
  };
  stdout.on('error', (cause) => close(cause, 'standard output'));
  stderr.on('error', (cause) => close(cause, 'standard error'));
  let hidden = (text: string): string => text;
  return {
    print: (line) => void stdout.write(`${line}\n`),
    warn: (line) => void stderr.write(`${hidden(line)}\n`),
    protect: (hide) => void (hidden = hide),
    raw: (text) => void stdout.write(text),
    colors: picocolors.createColors(color),
    terminal,
    live,
    size: () => ({ columns: stdout.columns > 0 ? stdout.columns : 80, rows: stdout.rows > 0 ? stdout.rows : 24 }),
    errorColumns: () => (stderr.isTTY && stderr.columns > 0 ? stderr.columns : undefined),
    onResize: (changed) => {
      stdout.on('resize', changed);
      return () => void stdout.off('resize', changed);
    },
  };
}

/** Handles an output without a reader (`pipewright run | head`) or a full disk: stops the run as Ctrl-C does. */
function endOnClosedOutput(cause: NodeJS.ErrnoException, what: string): void {
  if (cause.code === 'EPIPE') process.exitCode ??= 141;
  else {
    process.once('exit', () => (process.exitCode = INTERNAL_ERROR));
    if (what === 'standard output') process.stderr.write(`error: ${what} cannot be written: ${cause.message}\n`);
  }
  (process as EventEmitter).emit(OUTPUT_CLOSED); // `process` types its events as a closed set
}
