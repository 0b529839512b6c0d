/**
 * How each task of a PipelineRun stands: not begun, checked, running, ended, or skipped.
 *
 * A task with conditions has its checks run first, all at once; it starts when all have passed, and is skipped, with all that
 * waits for it, when all have ended and one has not. Pure, and read off what is there: the TaskRuns, and the status for those
 * that are gone again.
 */

import {
  transitiveDependents,
  type ConditionCheckStatus,
  type PipelineRunTaskRunStatus,
  type TaskRun,
  type TaskDependencies,
} from '@pipewright/tekton';
import { childNames, madeChildren, namedTasks } from './child-names.js';
import { hasSucceeded, isDone, succeeded } from '../run/condition.js';
import type { ResolvedRun } from './resolve.js';
import type { ObservedPipelineRun } from './plan.js';

/** Reason of a task that is skipped because a check of it has not passed. */
export const CHECK_FAILED = 'ConditionCheckFailed';

/**
 * What is to be thought of a task.
 *
 * - `absent`: not begun; `checking`: its checks run; `cleared`: they have passed, and it may start
 * - `skipped`: one of them has not passed
 * - `gone`: its TaskRun, or that of a check, was made and is no more
 * - `retry`: failed, and may be tried again
 */
export type State =
  'absent' | 'checking' | 'cleared' | 'skipped' | 'gone' | 'running' | 'retry' | 'succeeded' | 'failed';

/** One check of a task. */
export interface CheckStanding {
  readonly name: string;
  readonly condition: string;
  readonly state: 'absent' | 'gone' | 'running' | 'passed' | 'failed';
}

/** One task. */
export interface Standing {
  readonly task: string;
  /** Name of its TaskRun, whether or not there is one. */
  readonly name: string;
  readonly taskRun?: TaskRun;
  readonly checks: readonly CheckStanding[];
  readonly state: State;
}

/** How each task of the pipeline stands, in declared order. */
export function standings({ pipeline }: Pick<ResolvedRun, 'pipeline'>, seen: ObservedPipelineRun): readonly Standing[] {
  const { run, taskRuns } = seen;
  const names = childNames(run, namedTasks(pipeline));
  const made = madeChildren(run.status);
  return pipeline.tasks.map(({ name: task, retries, conditions }) => {
    const { taskRun: name, checks: checkNames } = names.get(task) ?? { taskRun: '', checks: [] };
    const alone = conditions.length === 0 ? taskRuns.get(name) : undefined;
    if (alone) return withoutChecks(alone, task, name, retries);
    const entry = run.status?.taskRuns?.[name];
    const checks = conditions.map(({ condition }, index): CheckStanding => {
      const check = checkNames[index] ?? '';
      return {
        name: check,
        condition,
        state: checkState(taskRuns.get(check), entry?.conditionChecks?.[check]?.status),
      };
    });
    const taskRun = taskRuns.get(name);
    if (taskRun) return { task, name, taskRun, checks, state: stateOf(taskRun, retries) };
    return { task, name, checks, state: stateWithout(entry, made.has(name), checks) };
  });
}

const known = new WeakMap<TaskRun, { readonly retries: number; readonly standing: Standing }>();

/** A task whose TaskRun says all. Remembered, since nearly all of a great run's tasks stand as they stood at the last look. */
function withoutChecks(taskRun: TaskRun, task: string, name: string, retries: number): Standing {
  const last = known.get(taskRun);
  if (last?.retries === retries && last.standing.task === task) return last.standing;
  const standing: Standing = { task, name, taskRun, checks: [], state: stateOf(taskRun, retries) };
  known.set(taskRun, { retries, standing });
  return standing;
}

function stateOf({ status }: TaskRun, retries: number): State {
  const verdict = succeeded(status);
  if (verdict?.status === 'True') return 'succeeded';
  if (verdict?.status !== 'False') return 'running';
  const cancelled = verdict.reason === 'TaskRunCancelled';
  return !cancelled && (status?.retriesStatus?.length ?? 0) < retries ? 'retry' : 'failed';
}

/** A task that has no TaskRun. */
function stateWithout(
  entry: PipelineRunTaskRunStatus | undefined,
  made: boolean,
  checks: readonly CheckStanding[],
): State {
  if (succeeded(entry?.status)?.reason === CHECK_FAILED) return 'skipped';
  if (made) return 'gone';
  const are = (state: CheckStanding['state']): boolean => checks.some((check) => check.state === state);
  if (checks.length === 0) return 'absent';
  if (are('gone')) return 'gone';
  if (are('absent')) return 'absent';
  if (are('running')) return 'checking';
  return are('failed') ? 'skipped' : 'cleared';
}

/** A check that has ended counts as it ended, also when its TaskRun is deleted afterwards. */
function checkState(
  taskRun: TaskRun | undefined,
  remembered: ConditionCheckStatus | undefined,
): CheckStanding['state'] {
  if (!taskRun && !remembered) return 'absent';
  const status = taskRun ? taskRun.status : remembered;
  if (isDone(status)) return hasSucceeded(status) ? 'passed' : 'failed';
  return taskRun ? 'running' : 'gone';
}

/** The tasks that will not run because a check said no: those it was made for, and all that wait for them. */
export function skippedTasks(all: readonly Standing[], waits: TaskDependencies): ReadonlySet<string> {
  const skipped = all.filter(({ state }) => state === 'skipped').map(({ task }) => task);
  return new Set(skipped.length === 0 ? [] : [...skipped, ...transitiveDependents(waits, skipped)]);
}

/** Whether every task has succeeded or is skipped. */
export function isOver(all: readonly Standing[], skipped: ReadonlySet<string>): boolean {
  return all.every(({ task, state }) => state === 'succeeded' || (skipped.has(task) && !isGoing(state)));
}

const isGoing = (state: State): boolean => state === 'running' || state === 'retry' || state === 'checking';
