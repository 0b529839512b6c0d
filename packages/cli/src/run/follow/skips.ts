/** Determines the skipped tasks of a run and the reasons, from the run's status. Pure. */

import {
  transitiveDependents,
  type ConditionCheckStatus,
  type PipelineRunStatus,
  type TaskDependencies,
} from '@pipewright/tekton';
import {
  outcomeOf,
  tryFindSucceededCondition,
  type ObservedPipelineRun,
  type SkippedTask,
  type WhenExpression,
} from './observed.js';

/** A task that is not run. */
export interface Skip {
  readonly task: string;
  readonly reason: string;
  readonly message: string;
  /** The events to emit first: of the failed checks, by TaskRun name, or of the tasks that they skipped. */
  readonly follows: { readonly checks: readonly string[]; readonly tasks: readonly string[] };
}

/** Returns the skipped tasks: those that the status lists, or that a condition skipped and their dependents in declared order. */
export function skipsOf(status: ObservedPipelineRun['status'], dependencies: TaskDependencies): readonly Skip[] {
  return [...listedSkips(status?.skippedTasks ?? [], dependencies), ...conditionSkips(status, dependencies)];
}

const listedSkips = (skipped: readonly SkippedTask[], dependencies: TaskDependencies): readonly Skip[] =>
  skipped.map(({ name, reason, whenExpressions = [] }) => ({
    task: name,
    reason,
    message: whenExpressions.length === 0 ? reason : `${reason}: ${whenExpressions.map(describeWhen).join(', ')}`,
    follows: { checks: [], tasks: dependencies.get(name) ?? [] },
  }));

const describeWhen = ({ input = '', operator = '', values = [], cel }: WhenExpression): string =>
  cel ?? `${JSON.stringify(input)} ${operator} ${JSON.stringify(values)}`;

function conditionSkips(status: PipelineRunStatus | undefined, dependencies: TaskDependencies): readonly Skip[] {
  const direct = Object.values(status?.taskRuns ?? {}).flatMap((entry): readonly Skip[] => {
    const condition = tryFindSucceededCondition(entry.status?.conditions);
    if (outcomeOf(condition) !== 'skipped') return [];
    const checks = Object.entries(entry.conditionChecks ?? {});
    const messages = checks.flatMap(([, { conditionName, status: ran }]) => checkMessages(conditionName, ran));
    return [
      {
        task: entry.pipelineTaskName,
        reason: condition?.reason ?? '',
        message: messages.length > 0 ? messages.join('; ') : (condition?.message ?? ''),
        follows: { checks: checks.map(([name]) => name), tasks: [] },
      },
    ];
  });
  if (direct.length === 0) return [];
  const skippedDirectly = direct.map(({ task }) => task);
  const dependents = transitiveDependents(dependencies, skippedDirectly);
  const skipped = new Set([...skippedDirectly, ...dependents]);
  const dependentSkips = dependents.map((task): Skip => {
    const skippedDependency = (dependencies.get(task) ?? []).find((name) => skipped.has(name)) ?? '';
    const message = `depends on ${skippedDependency}, which was skipped`;
    return { task, reason: 'ParentTaskSkipped', message, follows: { checks: [], tasks: skippedDirectly } };
  });
  return [...direct, ...dependentSkips];
}

/** The names of the Conditions in statuses, by the name of the check. Cached per status, because many checks look it up. */
export class ConditionNames {
  readonly #byStatus = new WeakMap<PipelineRunStatus, ReadonlyMap<string, string>>();

  /** Returns the name of a check's Condition; undefined if the status does not have the check yet. */
  tryFind(status: PipelineRunStatus | undefined, check: string): string | undefined {
    if (status === undefined) return undefined;
    const names = this.#byStatus.get(status) ?? new Map(checksIn(status));
    this.#byStatus.set(status, names);
    return names.get(check);
  }
}

const checksIn = (status: PipelineRunStatus): readonly (readonly [string, string])[] =>
  Object.values(status.taskRuns ?? {}).flatMap(({ conditionChecks = {} }) =>
    Object.entries(conditionChecks).map(([check, { conditionName }]) => [check, conditionName] as const),
  );

/** Returns the result of a check that did not succeed, as a message. */
function checkMessages(name: string, status: ConditionCheckStatus | undefined): readonly string[] {
  const condition = tryFindSucceededCondition(status?.conditions);
  if (condition?.status !== 'False') return [];
  return [`condition ${name} ${checkResultText(condition, status?.check?.terminated?.exitCode)}`];
}

/**
 * Returns the result of a check as a predicate whose subject is the condition's name. Exit code 1 means that the
 * condition is false.
 */
export function checkResultText(
  { reason = '', message = '' }: { readonly reason?: string; readonly message?: string },
  exitCode: number | undefined,
): string {
  if (reason === 'Failed' && exitCode !== undefined)
    return exitCode === 1 ? 'was false' : `was false (exit code ${String(exitCode)})`;
  return `could not be checked: ${reason}${message === '' ? '' : `: ${message}`}`;
}
