/**
 * Strings that do not arrive as they are.
 *
 * No manifest can hold halves of a surrogate pair, which are no characters: they come from cutting a text in the middle of
 * one. And cdk8s's own App writes for YAML 1.1 what kubectl reads by other rules, so some strings arrive changed or stop the
 * reader; what this library writes itself has only the first limit.
 */

import { constructProblem, type Problem } from '@pipewright/tekton';

/** Who writes the file. */
export type Writer = 'cdk8s' | 'pipewright';

/** Numbers of YAML 1.2 or of Go, which YAML 1.1 takes for words; a block that begins with a tab; what is no plain character. */
const CHANGED = /^[-+]?0[oO][0-7_]+$|^[-+]?0B[01_]+$|^\n*\t[^]*\n|^\n+\t|[\u007f-\u009f\u2028\u2029\ufffe\uffff]/;

/** A problem for each string (or key) below `value` that would not arrive as it is. */
export function roundTripProblems(value: unknown, writer: Writer): readonly Problem[] {
  const arrives = ROUND_TRIPS[writer];
  return allRoundTrip(value, arrives) ? [] : collectProblems(value, [], arrives);
}

type RoundTrips = (text: string) => boolean;

const ROUND_TRIPS: Readonly<Record<Writer, RoundTrips>> = {
  pipewright: (text) => text.isWellFormed(),
  cdk8s: (text) => text.isWellFormed() && !CHANGED.test(text),
};

function allRoundTrip(value: unknown, arrives: RoundTrips): boolean {
  if (typeof value === 'string') return arrives(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => allRoundTrip(item, arrives));
  for (const key in value) {
    if (!arrives(key) || !allRoundTrip((value as Record<string, unknown>)[key], arrives)) return false; // a manifest has plain objects
  }
  return true;
}

function collectProblems(value: unknown, path: Problem['path'], arrives: RoundTrips): Problem[] {
  if (typeof value === 'string') return arrives(value) ? [] : [problem(value, path)];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => collectProblems(item, [...path, index], arrives));
  return Object.entries(value).flatMap(([key, item]) => [
    ...(arrives(key) ? [] : [problem(key, [...path, key.toWellFormed()])]),
    ...collectProblems(item, [...path, key], arrives),
  ]);
}

const problem = (text: string, path: Problem['path']): Problem => ({
  ...constructProblem(text.isWellFormed() ? 'STRING_CHANGED' : 'STRING_BROKEN', {}),
  path,
});
