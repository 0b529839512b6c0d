/** The output of a parity run: the table, the differences, the totals. Pure. */

import type { Accepted } from './accepted.js';
import type { Json } from './json.js';
import type { Comparison } from './comparison.js';

/** Returns a value on one line, truncated if it is long. */
export function brief(value: Json | undefined, most = 300): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Returns the lines for all comparisons. */
export function reportOf(
  comparisons: readonly Comparison[],
  stale: readonly Accepted[],
  seconds: number,
): readonly string[] {
  const width = Math.max(4, ...comparisons.map(({ name }) => name.length));
  const rows = comparisons.map((comparison) => {
    const { differences, accepted } = comparison;
    const state = differences.length > 0 ? `${String(differences.length)} differ` : 'same';
    const rules = [...new Set(accepted.map(({ rule }) => rule))].join(', ');
    return `${comparison.name.padEnd(width)}  ${state.padEnd(10)}  ${comparison.seconds.toFixed(1).padStart(5)}  ${rules}`.trimEnd();
  });
  const different = comparisons.filter(({ differences }) => differences.length > 0);
  const details = different.flatMap(({ name, differences }) => [
    '',
    name,
    ...differences.flatMap(({ path, expected, got }) => [
      `  ${path}`,
      `    recorded ${brief(expected)}`,
      `    here     ${brief(got)}`,
    ]),
  ]);
  const same = comparisons.length - different.length;
  return [
    `${'case'.padEnd(width)}  ${'result'.padEnd(10)}  ${'s'.padStart(5)}  accepted differences`,
    ...rows,
    ...details,
    ...(stale.length === 0
      ? []
      : ['', `accepted differences that no longer occur: ${stale.map(({ id }) => id).join(', ')}`]),
    '',
    `${String(same)} of ${String(comparisons.length)} cases as recorded, ${String(comparisons.reduce((sum, one) => sum + one.accepted.length, 0))} accepted differences in them, ${seconds.toFixed(0)} s`,
  ];
}
