/** Calls gsutil.sh, which moves files to and from Google Cloud Storage with the gsutil of a stock image. */

import type { Scripts } from '../scripts.js';

/**
 * Returns the command and arguments of the step.
 *
 * @param location the user's part of the arguments; rejected if gsutil would read it as an option
 * @param args arguments of gsutil, which expands their wildcards
 */
export const gsutil = (scripts: Scripts, location: string, args: readonly string[]): readonly string[] => [
  '/bin/sh',
  '-c',
  scripts['gsutil.sh'],
  'gsutil',
  location,
  ...args,
];
