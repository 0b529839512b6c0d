/** Parses `--keep-runs`: a number of runs, a duration, or one of each. */

import type { RetentionPolicy } from '@pipewright/controller';
import { InvalidArgumentError } from 'commander';

const USAGE = 'Write a number of runs (100) or a duration (24h); repeat the option to set both.';

/**
 * Returns the policy with an additional limit. Throws commander's InvalidArgumentError if the value is not a limit, or
 * is the second one of its kind.
 *
 * @param toMilliseconds parses a duration; throws if the text is not one
 */
export function addKeepRuns(
  text: string,
  before: RetentionPolicy,
  toMilliseconds: (text: string) => number,
): RetentionPolicy {
  if (/^\d+$/.test(text)) {
    const count = Number(text);
    if (count < 1 || !Number.isSafeInteger(count))
      throw new InvalidArgumentError(`A number of runs must be at least 1. ${USAGE}`);
    if (before.count !== undefined)
      throw new InvalidArgumentError(`A number of runs (${String(before.count)}) is already set. ${USAGE}`);
    return { ...before, count };
  }
  const ageMs = tryDuration(text, toMilliseconds);
  if (ageMs === undefined) throw new InvalidArgumentError(`${suggestion(text)}${USAGE}`);
  if (ageMs <= 0) throw new InvalidArgumentError(`A duration must be longer than zero. ${USAGE}`);
  if (before.ageMs !== undefined) throw new InvalidArgumentError(`A duration is already set. ${USAGE}`);
  return { ...before, ageMs };
}

function tryDuration(text: string, toMilliseconds: (text: string) => number): number | undefined {
  try {
    return toMilliseconds(text);
  } catch {
    return undefined;
  }
}

/** The meaning of a unit's first letter. Durations have no days and weeks, as in Go. */
const UNITS: ReadonlyMap<string, { readonly factor: number; readonly unit: string }> = new Map([
  ['w', { factor: 168, unit: 'h' }],
  ['d', { factor: 24, unit: 'h' }],
  ['h', { factor: 1, unit: 'h' }],
  ['m', { factor: 1, unit: 'm' }],
  ['s', { factor: 1, unit: 's' }],
  ['r', { factor: 1, unit: '' }],
]);
const AMOUNT = /^([1-9]\d*)\s*(w|weeks?|d|days?|h|hours?|m|min|minutes?|s|sec|seconds?|runs?)$/i;

/** Returns a question with the value that was probably meant, or an empty text. */
function suggestion(text: string): string {
  const [, amount, word = ''] = AMOUNT.exec(text.trim()) ?? [];
  const known = UNITS.get(word.charAt(0).toLowerCase());
  return known ? `Did you mean ${String(Number(amount) * known.factor)}${known.unit}? ` : '';
}
