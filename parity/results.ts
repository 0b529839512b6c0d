/**
 * The results of the last parity runs, stored in `parity/results.json` for `docs/parity.md`.
 *
 * `npm run parity -- FOLDER --docs` updates the results of its kind of cluster and keeps the others.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterKind } from './accepted.js';
import { featuresOf } from './features.js';
import type { Recording, Release } from './recording.js';
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

/** The results of all cases of a recorded version, by name. */
export interface ReleaseResults {
  readonly cases: Readonly<Record<string, CaseResult>>;
}

/** All results. */
export type Results = Readonly<Record<Release, ReleaseResults>>;

const FILE = join(import.meta.dirname, 'results.json');

/** Reads the stored results. */
export const readResults = (): Results => JSON.parse(readFileSync(FILE, 'utf8')) as Results; // written below

/** Stores the results of one kind of cluster. The recordings have one version of Tekton; its cases without a recording are removed. */
export function updateResults(
  recordings: readonly Recording[],
  comparisons: readonly Comparison[],
  where: ClusterKind,
): void {
  const before = readResults();
  const [release] = recordings.map((one) => one.release);
  if (release === undefined) return;
  const cases = recordings.map((recording) => {
    const { name, outcome } = recording;
    const comparison = comparisons.find((one) => one.name === name);
    const rules = [...new Set(comparison?.accepted.map(({ rule }) => rule))].sort();
    const found: ClusterResult = { differences: comparison?.differences.length ?? 0, rules };
    const { embedded, kubernetes } = before[release].cases[name] ?? {};
    const updated = { ...(embedded && { embedded }), ...(kubernetes && { kubernetes }), [where]: found };
    const features = release === 'v0.9.2' ? featuresOf(recording) : [];
    return [name, { note: outcome.note, features, ...updated }] as const;
  });
  const updated: Results = { ...before, [release]: { cases: Object.fromEntries(cases) } };
  writeFileSync(FILE, `${JSON.stringify(updated, undefined, 2)}\n`);
}
