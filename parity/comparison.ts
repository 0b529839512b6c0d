/** Compares a replayed case with its recording: differences, and which of them are accepted. Pure. */

import { covers, type Accepted, type ClusterKind } from './accepted.js';
import { differencesBetween, type Difference } from './difference.js';
import { at, isObject, listAt, objectAt, type Json, type JsonObject } from './json.js';
import type { Outcome, Recording } from './recording.js';
import { RELEASES } from './releases.js';

/** The comparison of one case. */
export interface Comparison {
  readonly name: string;
  readonly note: string;
  readonly seconds: number;
  /** Differences that no rule accepts. */
  readonly differences: readonly Difference[];
  /** Differences that a rule accepts. */
  readonly accepted: readonly { readonly rule: string; readonly difference: Difference }[];
}

/** Compares a case. `addresses`: real addresses of the replay, by their placeholder in recordings. */
export function compareCase(
  recording: Recording,
  replayed: Outcome,
  options: {
    readonly where: ClusterKind;
    readonly addresses: Readonly<Record<string, string>>;
    readonly rules?: readonly Accepted[];
  },
): Comparison {
  const { normalize, accepted: known } = RELEASES[recording.release];
  const { where, addresses, rules = known } = options;
  const expected = normalize(recording.outcome, { sortSteps: true });
  const got = comparable(expected, normalize(replayed, { addresses }));
  const all = differencesBetween(expected, got);
  const direct = new Map(
    all.map((difference) => [difference, rules.find((one) => covers(one, recording.name, where, difference))]),
  );
  const owners = Object.keys(objectAt(expected, 'pipelineRuns'));
  const runs = [...direct].flatMap(([{ path }, rule]) => {
    const run = rule?.wholeRun === true ? runOf(path) : undefined;
    if (!rule || run === undefined) return [];
    return [run, ...owners.filter((owner) => run.startsWith(`${owner}-`))].map((one) => ({ rule, run: one }));
  });
  const differences: Difference[] = [];
  const accepted: { rule: string; difference: Difference }[] = [];
  for (const [difference, found] of direct) {
    const name = runOf(difference.path);
    const rule = found ?? runs.find(({ run }) => name === run || name?.startsWith(`${run}-`))?.rule;
    if (rule) accepted.push({ rule: rule.id, difference });
    else differences.push(difference);
  }
  return { name: recording.name, note: recording.outcome.note, seconds: replayed.seconds, differences, accepted };
}

/** Returns the run or applied object of a difference: `pipelineRuns.NAME.…`, `applied.Task NAME.…`, `events.TaskRun NAME: …`. */
const runOf = (path: string): string | undefined =>
  /^(?:pipelineRuns\.|taskRuns\.|applied\.\[?\w+ |events\.\[?(?:Task|Pipeline)Run )([^.:\]]+)/.exec(path)?.[1];

/** Removes parts of the replay that the recording does not contain: runs that were rejected, logs that were lost. */
function comparable(expected: JsonObject, got: JsonObject): JsonObject {
  const refused = (kind: string, name: string): boolean =>
    Number(at(expected, 'applied', `${kind} ${name}`, 'code')) >= 400;
  const runs = (field: 'pipelineRuns' | 'taskRuns', kind: string): JsonObject =>
    Object.fromEntries(Object.entries(objectAt(got, field)).filter(([name]) => !refused(kind, name)));
  const taskRuns = Object.fromEntries(
    Object.entries(runs('taskRuns', 'TaskRun')).map(([name, run]) => [
      name,
      withLogsOf(at(expected, 'taskRuns', name), run),
    ]),
  );
  return { ...got, pipelineRuns: runs('pipelineRuns', 'PipelineRun'), taskRuns };
}

/** Removes the logs of a TaskRun's attempts that the recording does not contain: they were lost with their pods. */
function withLogsOf(expected: Json | undefined, run: Json | undefined): Json | undefined {
  if (!isObject(run)) return run;
  const kept = (logs: Json, recorded: Json | undefined): Json =>
    Object.fromEntries(Object.entries(objectAt(logs)).filter(([step]) => at(recorded, step) !== undefined));
  const { logs, attempts } = run;
  return {
    ...run,
    ...(Array.isArray(logs) && {
      logs: listAt(run, 'logs').map((one, index) => kept(one, at(expected, 'logs', index))),
    }),
    ...(Array.isArray(attempts) && {
      attempts: listAt(run, 'attempts').map((one, index) => ({
        ...objectAt(one),
        logs: kept(objectAt(one, 'logs'), at(expected, 'attempts', index, 'logs')),
      })),
    }),
  };
}

/** Returns the rules for this kind of cluster that matched no difference. */
export const staleRules = (
  comparisons: readonly Comparison[],
  where: ClusterKind,
  rules: readonly Accepted[],
): readonly Accepted[] => {
  const used = new Set(comparisons.flatMap(({ accepted }) => accepted.map(({ rule }) => rule)));
  return rules.filter(
    (rule) => rule.unrecorded !== true && (rule.where === undefined || rule.where === where) && !used.has(rule.id),
  );
};
