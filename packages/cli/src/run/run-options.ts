/** The options of `pipewright run`. */

import type { LogOptions } from '../log/log-options.js';
import type { StandInFlags } from '../config/stand-in-flags.js';
import type { StartOptions } from './select/start-run.js';

/** The options that select the runs and their stand-ins. */
export interface RunRequest extends StartOptions, StandInFlags {
  readonly paths: readonly string[];
  /** Globs of files and folders to exclude. @default - none */
  readonly exclude?: readonly string[];
  readonly run: readonly string[];
  readonly runtime: 'sandbox' | 'fake';
}

/** Options of `pipewright run`. */
export interface RunOptions extends RunRequest, LogOptions {
  readonly output: 'text' | 'json';
  /** Milliseconds. @default - limited only by the timeouts of the runs */
  readonly timeoutMs?: number;
}
