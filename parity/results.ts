/**
 * The results of the last parity runs, stored in `parity/results.json` for `docs/parity.md`.
 *
 * `npm run parity -- FOLDER --docs` updates the results of its kind of cluster and keeps the others.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterKind } from './accepted.js';
import { featuresOf } from './features.js';
import type { Recording } from './recording.js';
import type { Comparison } from './comparison.js';

/** The result of a case on one kind of cluster. */
export interface ClusterResult {
  /** The number of differences that no rule accepts. */
  readonly differences: number;
  /** The rules that accept the other differences. */
  readonly rules: readonly string[];
}

/** The results of a case. */
export type CaseResult = {
  readonly note: string;
  readonly features: readonly string[];
} & { readonly [W in ClusterKind]?: ClusterResult };

/** All results. */
export interface Results {
  readonly cases: Readonly<Record<string, CaseResult>>;
}

const FILE = join(import.meta.dirname, 'results.json');

/** Reads the stored results. */
export const readResults = (): Results => JSON.parse(readFileSync(FILE, 'utf8')) as Results; // written below

/** Stores the results of one kind of cluster. Cases without a recording are removed. */
export function updateResults(
  recordings: readonly Recording[],
  comparisons: readonly Comparison[],
  where: ClusterKind,
): void {
  const before = readResults().cases;
  const cases = recordings.map((recording) => {
    const comparison = comparisons.find(({ name }) => name === recording.name);
    const rules = [...new Set(comparison?.accepted.map(({ rule }) => rule))].sort();
    const found: ClusterResult = { differences: comparison?.differences.length ?? 0, rules };
    const { embedded, kubernetes } = before[recording.name] ?? {};
    const updated = { ...(embedded && { embedded }), ...(kubernetes && { kubernetes }), [where]: found };
    return [recording.name, { note: recording.outcome.note, features: featuresOf(recording), ...updated }] as const;
  });
  writeFileSync(FILE, `${JSON.stringify({ cases: Object.fromEntries(cases) }, undefined, 2)}\n`);
}
