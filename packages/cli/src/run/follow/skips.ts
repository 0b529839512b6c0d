/**
 * Which tasks a run has skipped, and why, in a sentence. Pure: read off the run's status, where such tasks stand alone.
 */

import {
  transitiveDependents,
  type ConditionCheckStatus,
  type PipelineRunStatus,
  type TaskDependencies,
} from '@pipewright/tekton';
import { outcomeOf, succeededCondition } from './observed.js';

/** A task that will not run. */
export interface Skip {
  readonly task: string;
  readonly reason: string;
  readonly message: string;
  /** What must be emitted first: the failed checks, by TaskRun name, or the tasks that they skipped. */
  readonly follows: { readonly checks: readonly string[]; readonly tasks: readonly string[] };
}

/** The tasks that a condition kept from running, and those that wait for them; these after those, in declared order. */
export function skipsOf(status: PipelineRunStatus | undefined, dependencies: TaskDependencies): readonly Skip[] {
  const direct = Object.values(status?.taskRuns ?? {}).flatMap((entry): readonly Skip[] => {
    const condition = succeededCondition(entry.status?.conditions);
    if (outcomeOf(condition) !== 'skipped') return [];
    const checks = Object.entries(entry.conditionChecks ?? {});
    const said = checks.flatMap(([, { conditionName, status: ran }]) => answerOf(conditionName, ran));
    return [
      {
        task: entry.pipelineTaskName,
        reason: condition?.reason ?? '',
        message: said.length > 0 ? said.join('; ') : (condition?.message ?? ''),
        follows: { checks: checks.map(([name]) => name), tasks: [] },
      },
    ];
  });
  if (direct.length === 0) return [];
  const kept = direct.map(({ task }) => task);
  const followers = transitiveDependents(dependencies, kept);
  const skipped = new Set([...kept, ...followers]);
  const later = followers.map((task): Skip => {
    const before = (dependencies.get(task) ?? []).find((name) => skipped.has(name)) ?? '';
    const message = `depends on ${before}, which was skipped`;
    return { task, reason: 'ParentTaskSkipped', message, follows: { checks: [], tasks: kept } };
  });
  return [...direct, ...later];
}

const namesIn = new WeakMap<PipelineRunStatus, ReadonlyMap<string, string>>();

/** The Conditions that checks are of, by the check's name; read once for each status, however many checks ask. */
export function conditionNames(status: PipelineRunStatus | undefined): ReadonlyMap<string, string> {
  const known = status && namesIn.get(status);
  if (known) return known;
  const entries = Object.values(status?.taskRuns ?? {}).flatMap(({ conditionChecks = {} }) =>
    Object.entries(conditionChecks).map(([check, { conditionName }]) => [check, conditionName] as const),
  );
  const names = new Map(entries);
  if (status) namesIn.set(status, names);
  return names;
}

/** What a check said, when it did not say yes. */
function answerOf(name: string, status: ConditionCheckStatus | undefined): readonly string[] {
  const condition = succeededCondition(status?.conditions);
  if (condition?.status !== 'False') return [];
  return [`condition ${name} ${checkResultText(condition, status?.check?.terminated?.exitCode)}`];
}

/** The result of a check, as the predicate of a sentence with its name as subject. Exit code 1 means that the condition is false. */
export function checkResultText(
  { reason = '', message = '' }: { readonly reason?: string; readonly message?: string },
  exitCode: number | undefined,
): string {
  if (reason === 'Failed' && exitCode !== undefined)
    return exitCode === 1 ? 'was false' : `was false (exit code ${String(exitCode)})`;
  return `could not be checked: ${reason}${message === '' ? '' : `: ${message}`}`;
}
