/**
 * Checks that timeouts are non-negative Go durations.
 */

import { formatDuration, parseDuration } from '../model/duration.js';
import type { ValidationContext } from './context.js';

/** Checks a timeout, if set. */
export function checkTimeout(timeout: string | undefined, at: ValidationContext): void {
  if (timeout === undefined) return;
  const parsed = parseDuration(timeout);
  if (parsed === undefined) {
    const bare = /^[+-]?\d+(\.\d*)?$/.test(timeout);
    const reason = bare
      ? `missing unit in duration ${JSON.stringify(timeout)}`
      : `invalid duration ${JSON.stringify(timeout)}`;
    const tektonMessage = `cannot decode incoming new object: time: ${reason}`;
    at.report.add('TIMEOUT_INVALID', at.path, { timeout }, { value: timeout, tektonMessage });
  } else if (parsed < 0) {
    const tektonMessage = `invalid value: ${formatDuration(parsed)} should be >= 0: spec.timeout`;
    at.report.add('TIMEOUT_NEGATIVE', at.path, { timeout }, { value: timeout, tektonMessage });
  }
}
