/** Compares two trees and returns the path of each difference. Pure. */

import { isObject, type Json } from './json.js';

/** One difference between the recorded and the replayed tree. */
export interface Difference {
  /** Fields and indexes, joined by dots; a field that contains a dot is in brackets. */
  readonly path: string;
  /** The recorded value; absent if the recording has none. */
  readonly expected?: Json;
  /** The replayed value; absent if the replay has none. */
  readonly got?: Json;
}

/** Returns all differences, in the order of the recording. A list of plain values is compared as a whole. */
export function differencesBetween(
  expected: Json | undefined,
  got: Json | undefined,
  path = '',
): readonly Difference[] {
  if (isObject(expected) && isObject(got)) {
    const fields = [...Object.keys(expected), ...Object.keys(got).filter((field) => !(field in expected))];
    return fields.flatMap((field) => differencesBetween(expected[field], got[field], below(path, field)));
  }
  if (isListOfTrees(expected) && isListOfTrees(got)) {
    const longest = expected.length > got.length ? expected : got;
    return longest.flatMap((_, index) => differencesBetween(expected[index], got[index], below(path, String(index))));
  }
  if (JSON.stringify(sorted(expected)) === JSON.stringify(sorted(got))) return [];
  return [{ path, ...(expected !== undefined && { expected }), ...(got !== undefined && { got }) }];
}

const below = (path: string, field: string): string => {
  const shown = field.includes('.') ? `[${field}]` : field;
  return path === '' ? shown : `${path}.${shown}`;
};

const isListOfTrees = (value: Json | undefined): value is readonly Json[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'object');

/** Returns the value with sorted fields. */
function sorted(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => sorted(item) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([field, item]) => [field, sorted(item)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
