/**
 * Strings that change between writing and reading a manifest.
 *
 * No manifest can hold a lone surrogate (half of a character cut in two). cdk8s's own App writes YAML 1.1, which kubectl reads by
 * other rules, so more strings are changed or rejected; this library's writer has only the first limit.
 */

import { constructProblem, type Problem } from '@pipewright/tekton';

/** The writer of the file. */
export type Writer = 'cdk8s' | 'pipewright';

/** Numbers of YAML 1.2 or Go that YAML 1.1 writes unquoted; blocks that begin with a tab; control characters. */
const CHANGED = /^[-+]?0[oO][0-7_]+$|^[-+]?0B[01_]+$|^\n*\t[^]*\n|^\n+\t|[\u007f-\u009f\u2028\u2029\ufffe\uffff]/;

/** Returns a problem for each string or key in `value` that the writer does not preserve. */
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
