/**
 * What the last parity runs found, kept in `parity/results.json`: the facts of `docs/parity.md`.
 *
 * `npm run parity -- FOLDER --docs` writes the half of the cluster it ran on and leaves the other.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterKind } from './accepted.js';
import { featuresOf } from './features.js';
import type { Recording } from './recording.js';
import type { Comparison } from './comparison.js';

/** What was found of a case on one cluster. */
export interface ClusterResult {
  /** How many differences no rule accepts. */
  readonly differences: number;
  /** The rules that accept the others. */
  readonly rules: readonly string[];
}

/** A case. */
export type CaseResult = {
  readonly note: string;
  readonly features: readonly string[];
} & { readonly [W in ClusterKind]?: ClusterResult };

/** All of it. */
export interface Results {
  readonly cases: Readonly<Record<string, CaseResult>>;
}

const FILE = join(import.meta.dirname, 'results.json');

/** What is kept. */
export const readResults = (): Results => JSON.parse(readFileSync(FILE, 'utf8')) as Results; // written below

/** Keeps what was found on one cluster. Cases that the recordings no longer have are left out. */
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
