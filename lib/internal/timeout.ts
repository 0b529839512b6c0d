/**
 * Timeouts in manifests: a duration of cdk8s, or a text that is written unchanged.
 */

import { formatDuration } from '@pipewright/tekton';
import type { Duration } from 'cdk8s';

/** Returns the text of a timeout: `1h30m0s` for a duration. A text is returned unchanged, and is validated with its object. */
export const timeoutText = (timeout: Duration | string): string =>
  typeof timeout === 'string' ? timeout : formatDuration(timeout.toMilliseconds());
