/**
 * The state of each task of a PipelineRun.
 *
 * The checks of a task with conditions run first, in parallel; the task starts when all have passed, and is skipped with its dependents when
 * all have ended and one has failed. Pure: derived from the TaskRuns, and from the planner's memory for those that no longer exist.
 */

import {
  hasSucceeded,
  isDone,
  succeededCondition,
  transitiveDependents,
  type RecordedCheck,
  type RecordedTask,
  type TaskDependencies,
  type TaskRunObject,
  taskRunFormatOf,
  type TaskPhase,
  type TaskProgress,
} from '@pipewright/tekton';
import { childNames, type ChildNameCache } from './child-names.js';
import type { ResolvedRun } from './resolve.js';
import type { ObservedPipelineRun } from './observed.js';

/** One check of a task. */
export interface CheckState {
  readonly name: string;
  readonly condition: string;
  readonly phase: 'absent' | 'gone' | 'running' | 'passed' | 'failed';
}

/** One task. */
export interface TaskState extends TaskProgress {
  readonly taskRun?: TaskRunObject;
  readonly checks: readonly CheckState[];
}

/** Returns the state of each task in declared order. */
export function taskStates(
  { pipeline }: Pick<ResolvedRun, 'pipeline'>,
  observed: ObservedPipelineRun,
  cache: TaskStateCache,
): readonly TaskState[] {
  const { run, taskRuns } = observed;
  const names = childNames(run, cache.names.namedTasks(pipeline), cache.names);
  const memory = cache.names.memory(run);
  return pipeline.tasks.map(({ name: task, retries, conditions }) => {
    const { taskRun: name, checks: checkNames } = names.get(task) ?? { taskRun: '', checks: [] };
    const onlyTaskRun = conditions.length === 0 ? taskRuns.get(name) : undefined;
    if (onlyTaskRun) return withoutChecks(onlyTaskRun, task, name, retries, cache);
    const recorded = memory.tasks.get(name);
    const checks = conditions.map(({ condition }, index): CheckState => {
      const check = checkNames[index] ?? '';
      return {
        name: check,
        condition,
        phase: checkPhase(taskRuns.get(check), recorded?.checks.get(check)),
      };
    });
    const taskRun = taskRuns.get(name);
    if (taskRun) return { task, name, taskRun, checks, phase: phaseOf(taskRun, retries) };
    return { task, name, checks, phase: phaseWithoutTaskRun(recorded, checks) };
  });
}

/** States that reconciles of the same run use again. A controller owns one; results do not depend on it. */
export interface TaskStateCache {
  readonly names: ChildNameCache;
  readonly states: WeakMap<TaskRunObject, { readonly retries: number; readonly state: TaskState }>;
}

/** Returns the state of a task whose TaskRun alone determines it. Cached, since between reconciles few tasks of a large run change. */
function withoutChecks(
  taskRun: TaskRunObject,
  task: string,
  name: string,
  retries: number,
  cache: TaskStateCache,
): TaskState {
  const last = cache.states.get(taskRun);
  if (last?.retries === retries && last.state.task === task) return last.state;
  const taskState: TaskState = { task, name, taskRun, checks: [], phase: phaseOf(taskRun, retries) };
  cache.states.set(taskRun, { retries, state: taskState });
  return taskState;
}

function phaseOf(taskRun: TaskRunObject, retries: number): TaskPhase {
  const condition = succeededCondition(taskRun.status);
  if (condition?.status === 'True') return 'succeeded';
  if (condition?.status !== 'False') return 'running';
  const cancelled = condition.reason === 'TaskRunCancelled';
  return !cancelled && taskRunFormatOf(taskRun).attempt(taskRun.status) < retries ? 'retry' : 'failed';
}

/** Returns the phase of a task whose TaskRun does not exist. */
function phaseWithoutTaskRun(recorded: RecordedTask | undefined, checks: readonly CheckState[]): TaskPhase {
  if (recorded?.outcome === 'skipped') return 'skipped';
  if (recorded && recorded.outcome !== 'planned') return 'gone';
  const someCheckIs = (state: CheckState['phase']): boolean => checks.some((check) => check.phase === state);
  if (checks.length === 0) return 'absent';
  if (someCheckIs('gone')) return 'gone';
  if (someCheckIs('absent')) return 'absent';
  if (someCheckIs('running')) return 'checking';
  return someCheckIs('failed') ? 'skipped' : 'cleared';
}

/** The outcome of a check stays when its TaskRun is deleted. */
function checkPhase(taskRun: TaskRunObject | undefined, recorded: RecordedCheck | undefined): CheckState['phase'] {
  if (taskRun) return isDone(taskRun.status) ? (hasSucceeded(taskRun.status) ? 'passed' : 'failed') : 'running';
  switch (recorded?.outcome) {
    case 'succeeded':
      return 'passed';
    case 'failed':
      return 'failed';
    case 'running':
      return 'gone';
    case 'planned':
    case undefined:
      return 'absent';
  }
}

/** Returns the tasks that do not run because a check has failed, with all their dependents. */
export function skippedTasks(all: readonly TaskState[], dependencies: TaskDependencies): ReadonlySet<string> {
  const skipped = all.filter(({ phase }) => phase === 'skipped').map(({ task }) => task);
  return new Set(skipped.length === 0 ? [] : [...skipped, ...transitiveDependents(dependencies, skipped)]);
}

/** Reports whether every task has succeeded or is skipped. */
export function isComplete(all: readonly TaskState[], skipped: ReadonlySet<string>): boolean {
  return all.every(({ task, phase }) => phase === 'succeeded' || (skipped.has(task) && !isActive(phase)));
}

const isActive = (state: TaskPhase): boolean => state === 'running' || state === 'retry' || state === 'checking';
