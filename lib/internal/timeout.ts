/**
 * Timeouts as manifests have them: a duration of cdk8s, or a text that is kept to the letter.
 */

import { formatDuration } from '@pipewright/tekton';
import type { Duration } from 'cdk8s';

/** The text of a timeout: `1h30m0s` for a duration. A text stays as it is, and is checked with the object it is written to. */
export const timeoutText = (timeout: Duration | string): string =>
  typeof timeout === 'string' ? timeout : formatDuration(timeout.toMilliseconds());
