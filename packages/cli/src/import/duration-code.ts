/**
 * Timeouts as cdk8s writes durations, in the largest unit that says them whole.
 */

import { parseDuration } from '@pipewright/tekton';
import { NotExpressible } from './not-expressible.js';

const UNITS = [
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['seconds', 1000],
  ['millis', 1],
] as const;

/** `1h30m` as `Duration.minutes(90)`; `duration` is what the program calls the class. */
export function durationCode(written: string, duration: string): string {
  const milliseconds = parseDuration(written);
  const unit = UNITS.find(([, size]) => milliseconds !== undefined && milliseconds % size === 0);
  if (milliseconds === undefined || milliseconds < 0 || !unit) throw new NotExpressible(`its timeout is "${written}"`);
  const [name, size] = milliseconds === 0 ? (['millis', 1] as const) : unit;
  return `${duration}.${name}(${String(milliseconds / size)})`;
}
