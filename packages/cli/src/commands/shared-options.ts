/** Options shared by several commands. */

import { Option } from 'commander';
import type { LogLevel } from '@pipewright/cluster';
import type { RetentionPolicy } from '@pipewright/controller';
import { addKeepRuns } from './keep-runs.js';
import { collect, parseDurationOption, oneOf, parsePairs, parsePath } from './option-values.js';

/** `--keep-runs`: how many finished runs to keep, or for how long. */
export const keepRunsOption = (): Option =>
  new Option(
    '--keep-runs <NUMBER|DURATION>',
    'delete finished runs, with their pods and logs, beyond the newest NUMBER of each Pipeline or Task, or when they finished DURATION ago; may be set once for each (default: all are kept)',
  ).argParser((text: string, before: RetentionPolicy = {}) => addKeepRuns(text, before, parseDurationOption));

/** `--exclude`: files and folders that a search for manifests skips. */
export const excludeOption = (): Option =>
  new Option(
    '--exclude <GLOB>',
    'exclude files and folders, relative to the working directory, as in --exclude vendor or "**/test/*.yaml"; may be repeated',
  )
    .argParser((text: string, before: readonly string[] = []) => collect(parsePath(text), before))
    .default([], 'none');

/** The help text of `--runtime`. */
export const RUNTIMES =
  'sandbox: run real processes; fake: every step succeeds at once, to test the graph without images and Secrets';

/** `--image`: the stand-in for an image. */
export const imageOption = (): Option =>
  new Option(
    '--image <NAME=host|DIR|ARCHIVE>',
    'stand-in for an image: `host`, the files of this machine, read-only; a directory with a root filesystem; the image itself, saved: docker-archive:FILE, oci-archive:FILE or oci:DIR, with :TAG if it contains several; or builtin:kaniko or builtin:buildah, which build FROM scratch; may be repeated',
  ).argParser(parsePairs('NAME=host or NAME=docker-archive:FILE, as in --image golang=host', 'not empty'));

/** `--log-file`: the file for the cluster's log. */
export const logFileOption = (): Option =>
  new Option('--log-file <FILE>', 'append errors of the cluster to this file (default: standard error)').argParser(
    parsePath,
  );

/** `--log-level`, with the default of a command. */
export const logLevelOption = (otherwise: LogLevel): Option =>
  new Option(
    '--log-level <LEVEL>',
    `the log level of the cluster: error, warn, info or debug (every API request) (default: ${otherwise})`,
  ).argParser(oneOf('error', 'warn', 'info', 'debug'));

/** The values of `--log-file` and `--log-level`. */
export interface LogFlags {
  readonly logFile?: string;
  readonly logLevel?: LogLevel;
}
