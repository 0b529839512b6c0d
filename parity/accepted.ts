/**
 * Every difference from what Tekton v0.9.2 did that is as it should be, with the reason: the only list of them.
 *
 * A row is a rule about a kind of place, not about a case, unless only one case can have it. `docs/parity.md` shows the
 * reasons; a row that fits nothing any more is reported as stale.
 */

import type { Difference } from './compare.js';
import type { Json } from './json.js';

/** Where a case was played. */
export type Where = 'embedded' | 'kubernetes';

/** One rule. */
export interface Accepted {
  /** Names the rule in tables. */
  readonly id: string;
  /** The difference's path. */
  readonly path: RegExp;
  /** By default any case. */
  readonly cases?: RegExp;
  /** By default both. */
  readonly where?: Where;
  /** What the recording has there, as JSON, or `nothing`; by default anything. */
  readonly expected?: RegExp;
  /** What is here, as JSON, or `nothing`; by default anything. */
  readonly got?: RegExp;
  /** Why it is right so: a sentence for docs/parity.md. */
  readonly reason: string;
}

export const ACCEPTED: readonly Accepted[] = [
  {
    id: 'an end without a time',
    path: /\.completed$/,
    expected: /^false$/,
    got: /^true$/,
    reason:
      'Tekton v0.9.2 wrote no completionTime when a run was cancelled or ended before it had a pod. Every run that has ended has one here: tools that print durations rely on it.',
  },
  {
    id: 'events of trouble within',
    path: /^events\.PipelineRun .*: Warning PipelineRunFailed$/,
    got: /^nothing$/,
    reason:
      'Tekton v0.9.2 wrote this event whenever its own write met a conflict, also for runs that succeeded. Here a conflict is tried again and is no news.',
  },
  {
    id: 'an event for every failure',
    path: /^events\..*: Warning Failed$/,
    expected: /^nothing$/,
    reason:
      'Tekton v0.9.2 wrote no event when a run failed before it had a pod, or by timeout. Here every run that fails has one.',
  },
];

const written = (value: Json | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Whether a rule covers a difference. */
export function covers(rule: Accepted, of: string, where: Where, { path, expected, got }: Difference): boolean {
  return (
    rule.path.test(path) &&
    (rule.cases?.test(of) ?? true) &&
    (rule.where === undefined || rule.where === where) &&
    (rule.expected?.test(written(expected)) ?? true) &&
    (rule.got?.test(written(got)) ?? true)
  );
}
