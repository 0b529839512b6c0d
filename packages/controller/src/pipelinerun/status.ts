/**
 * Builds the status of a PipelineRun: its condition and times, and in `taskRuns` the states of its tasks and their checks.
 *
 * Pure. The format is Tekton v0.9.2's: a task with conditions is listed from the start with its future checks; a check that was created has
 * a status, possibly an empty one; a skipped task has a condition with that reason and no TaskRun.
 */

import {
  CONDITION_CHECK_FAILED,
  stepContainerName,
  type ConditionCheckStatus,
  type PipelineRun,
  type PipelineRunStatus,
  type PipelineRunTaskRunStatus,
  type TaskRun,
  type TaskRunStatus,
} from '@pipewright/tekton';
import { awaitsDelivery } from '../resources/cloud-events.js';
import { conditionsOf, isDone, timestamp, type ConditionUpdate } from '../run/condition.js';
import { labels } from '../run/labels.js';
import type { TaskState } from './task-state.js';

/** The run with its TaskRuns. */
interface ObservedChildren {
  readonly run: PipelineRun;
  readonly taskRuns: ReadonlyMap<string, TaskRun>;
  readonly now: Date;
}

/** Changes of its tasks. */
export interface StatusChanges {
  /** Absent if the pipeline is not known, or its tasks do not matter any more. */
  readonly taskStates?: readonly TaskState[];
  /** The tasks of TaskRuns that are about to be created, those of checks included, by name of the TaskRun. */
  readonly creating?: ReadonlyMap<string, string>;
}

/**
 * Returns the status of a run with a new condition.
 *
 * `taskRuns` is built on first access: most reconciles of a run with many tasks write nothing, and building it would be most of their cost.
 */
export function statusOf(
  observed: ObservedChildren,
  update: ConditionUpdate,
  changes: StatusChanges = {},
): PipelineRunStatus {
  const before = observed.run.status ?? {};
  const status = {
    ...before,
    conditions: conditionsOf(before, update, observed.now),
    startTime: before.startTime ?? timestamp(observed.now),
    ...(update.status !== 'Unknown' && { completionTime: timestamp(observed.now) }),
  };
  const { taskStates: states = [], creating } = changes;
  const isEmpty =
    !before.taskRuns &&
    observed.taskRuns.size === 0 &&
    !creating?.size &&
    states.every(({ checks }) => checks.length === 0);
  if (isEmpty) return status;
  let taskRuns: PipelineRunStatus['taskRuns'];
  return Object.defineProperty(status, 'taskRuns', {
    get: () => (taskRuns ??= taskRunsOf(observed, changes).taskRuns),
    enumerable: true,
  });
}

/** Returns `taskRuns` of the status: the recorded entries, updated with the observed TaskRuns and those about to be created. */
export function taskRunsOf(
  observed: ObservedChildren,
  { taskStates: states = [], creating = new Map() }: StatusChanges = {},
): Pick<PipelineRunStatus, 'taskRuns'> {
  const entries: Record<string, PipelineRunTaskRunStatus> = { ...observed.run.status?.taskRuns };
  const checks = new Set<string>();
  for (const taskState of states) {
    const { task, name } = taskState;
    if (taskState.checks.length > 0) entries[name] = withChecks(entries[name], taskState, creating, observed);
    for (const check of taskState.checks) checks.add(check.name);
    if (creating.has(name)) entries[name] ??= { pipelineTaskName: task };
  }
  for (const [name, entry] of Object.entries(entries)) {
    for (const check of Object.keys(entry.conditionChecks ?? {})) checks.add(check);
    entries[name] = withCurrentChecks(entry, observed.taskRuns);
  }
  for (const [name, { metadata, status }] of observed.taskRuns) {
    if (checks.has(name) || metadata.labels?.[labels.conditionCheck] !== undefined) continue;
    const task = entries[name]?.pipelineTaskName ?? metadata.labels?.[labels.pipelineTask];
    if (task !== undefined) entries[name] = { ...entries[name], pipelineTaskName: task, ...(status && { status }) };
  }
  return Object.keys(entries).length === 0 ? {} : { taskRuns: entries };
}

const NO_STATUS: TaskRunStatus = { podName: '' };
const NO_CHECK_STATUS: ConditionCheckStatus = { podName: '', check: {} };

/** Returns the entry of a task with conditions. */
function withChecks(
  entry: PipelineRunTaskRunStatus | undefined,
  { task, name, checks, phase }: TaskState,
  creating: ReadonlyMap<string, string>,
  { run, now }: ObservedChildren,
): PipelineRunTaskRunStatus {
  const recorded = entry?.conditionChecks ?? {};
  const createdChecks = Object.entries(recorded).filter(([, { status }]) => status !== undefined);
  const expected = checks.map(({ name: check, condition }) => {
    const status = recorded[check]?.status ?? (creating.has(check) ? NO_CHECK_STATUS : undefined);
    return [check, { conditionName: condition, ...(status && { status }) }] as const;
  });
  const status = creating.has(name) ? (entry?.status ?? NO_STATUS) : entry?.status;
  const skip: ConditionUpdate = {
    status: 'False',
    reason: CONDITION_CHECK_FAILED,
    message: `ConditionChecks failed for Task ${name} in PipelineRun ${run.metadata.name ?? ''}`,
  };
  return {
    pipelineTaskName: task,
    ...(phase === 'skipped'
      ? { status: { ...NO_STATUS, conditions: conditionsOf(status, skip, now) } }
      : status && { status }),
    conditionChecks: Object.fromEntries([...createdChecks, ...expected]),
  };
}

/** Returns an entry with the current status of its checks. */
function withCurrentChecks(
  entry: PipelineRunTaskRunStatus,
  taskRuns: ReadonlyMap<string, TaskRun>,
): PipelineRunTaskRunStatus {
  const { conditionChecks } = entry;
  if (!conditionChecks || !Object.keys(conditionChecks).some((name) => taskRuns.has(name))) return entry;
  const checks = Object.entries(conditionChecks).map(([name, check]) => {
    const taskRun = taskRuns.get(name);
    return [name, taskRun ? { ...check, status: checkStatus(taskRun) } : check] as const;
  });
  return { ...entry, conditionChecks: Object.fromEntries(checks) };
}

/** Returns the status of a check: that of its TaskRun, and of its first step. */
function checkStatus({ spec, status = {} }: TaskRun): ConditionCheckStatus {
  const { conditions, podName = '', startTime, completionTime, steps = [] } = status;
  const container = stepContainerName(spec.taskSpec?.steps?.[0]?.name, 0);
  const {
    name: _name,
    container: _container,
    imageID: _imageID,
    ...check
  } = steps.find((step) => step.container === container) ?? {};
  return {
    check,
    ...(completionTime !== undefined && { completionTime }),
    ...(conditions && { conditions }),
    podName,
    ...(startTime !== undefined && { startTime }),
  };
}

/** Reports whether a run still needs reconciles: it or a TaskRun has not ended, or a CloudEvent is not delivered. */
export const needsReconcile = ({ status }: PipelineRun): boolean =>
  status === undefined || !isDone(status) || !areChildrenDone(status);

function areChildrenDone({ taskRuns = {} }: PipelineRunStatus): boolean {
  return Object.values(taskRuns).every(({ status, conditionChecks }) => {
    const checks = Object.values(conditionChecks ?? {});
    const isOwnDone = status === undefined ? conditionChecks !== undefined : isDone(status) && !awaitsDelivery(status);
    return isOwnDone && checks.every((check) => check.status === undefined || isDone(check.status));
  });
}
