/**
 * Calls image-digest.sh, the last step of a Task with image outputs: it reads the digest of the OCI layout that the steps wrote.
 */

import { awkProgram, type Scripts } from '../scripts.js';

/** An image output: the resource's name and the directory that may contain its OCI layout. */
export interface ImageOutput {
  readonly resource: string;
  readonly directory: string;
}

/**
 * Returns the command and arguments of the step.
 *
 * @param message the file for the termination message, for tests that run the program outside a pod
 */
export const imageDigest = (
  scripts: Scripts,
  outputs: readonly ImageOutput[],
  message = '/dev/termination-log',
): readonly string[] => [
  '/bin/sh',
  '-c',
  scripts['image-digest.sh'],
  'image-digest-exporter',
  message,
  awkProgram(scripts, 'json.awk', 'oci-index.awk'),
  ...outputs.flatMap(({ resource, directory }) => [resource, directory]),
];
