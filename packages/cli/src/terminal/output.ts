/**
 * The outputs of the command: standard output and standard error, with colours only on terminals.
 *
 * All code that prints takes an `Output`, so that tests can capture it and a closed pipe ends the command quietly
 * instead of with a stack trace.
 */

import type { EventEmitter } from 'node:events';
import picocolors from 'picocolors';
import { INTERNAL_ERROR } from './exit-status.js';
import { terminalFeatures } from './features.js';
import type { Size } from './live-area.js';
import { OUTPUT_CLOSED } from './stop-requests.js';

/** Colour functions, or functions that change nothing. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colour functions that change nothing. */
export const noColors: Colors = picocolors.createColors(false);

/** An output to write to. */
export interface Output {
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error, for messages that are not part of the result. */
  readonly warn: (line: string) => void;
  /** Filters everything that `warn` writes from now on through a function: the secrets are known only after startup. */
  readonly protect: (hide: (text: string) => string) => void;
  /** Writes to standard output unchanged; for the status area of a terminal. */
  readonly raw: (text: string) => void;
  readonly colors: Colors;
  /** Whether standard output is a terminal. */
  readonly terminal: boolean;
  /** Whether its rows may be redrawn. */
  readonly live: boolean;
  /** Returns the size of the terminal; 80 columns and 24 rows without one. */
  readonly size: () => Size;
  /**
   * Returns the columns of the terminal of standard error; undefined if it is not a terminal. @default - not a terminal
   */
  readonly errorColumns?: () => number | undefined;
  /** Registers a function to call when the size changes. Returns a function that unregisters it. */
  readonly onResize: (changed: () => void) => () => void;
}

/** Returns the output of the process. `color`: if undefined, the environment and the terminal decide. */
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
  (process as EventEmitter).emit(OUTPUT_CLOSED); // `process` declares a closed set of events
}
