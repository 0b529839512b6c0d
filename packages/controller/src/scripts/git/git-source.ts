/** Calls git-source.sh, which fetches one git revision into a directory on any stock image that has git and a POSIX shell. */

import type { Scripts } from '../scripts.js';

/** A revision to fetch, and its destination. */
export interface GitSource {
  readonly url: string;
  /** A branch, a tag, a full or a short commit. */
  readonly revision: string;
  /** An absolute path; the directory is created if it does not exist. */
  readonly path: string;
  /** Fetch submodules too, recursively. */
  readonly submodules: boolean;
  /** How many commits of history; 0 for all. */
  readonly depth: number;
  readonly sslVerify: boolean;
  /** The file for the termination message, for tests that run the program outside a pod. */
  readonly message?: string;
}

/** Returns the command and arguments of the step. */
export const gitSource = (scripts: Scripts, source: GitSource): readonly string[] => [
  '/bin/sh',
  '-c',
  scripts['git-source.sh'],
  'git-source',
  source.url,
  source.revision,
  source.path,
  String(source.submodules),
  String(source.depth),
  String(source.sslVerify),
  source.message ?? '/dev/termination-log',
];
