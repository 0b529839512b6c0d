/** Reads the state of a run's children from a v1alpha1 status, in which `taskRuns` lists them by name. */

import type { ChildOutcome, RecordedCheck, RecordedTask, RunMemory } from '../execution/run-memory.js';
import { isDone, succeededCondition } from '../execution/condition.js';
import type { CloudEventDelivery, RunStatus, TaskRunObjectStatus } from '../model/run-status.js';
import type { PipelineRunStatus, PipelineRunTaskRunStatus } from './status.js';

/** Reason of a task that is skipped because a condition check failed. */
export const CONDITION_CHECK_FAILED = 'ConditionCheckFailed';

/** Reads the recorded children. An undefined status has none. */
export function readRunMemory(status: PipelineRunStatus | undefined): RunMemory {
  const tasks = new Map<string, RecordedTask>();
  const created = new Set<string>();
  for (const [name, entry] of Object.entries(status?.taskRuns ?? {})) {
    const task = readTask(entry);
    tasks.set(name, task);
    if (wasCreated(task)) created.add(name);
    for (const [check, recorded] of task.checks) if (wasCreated(recorded)) created.add(check);
  }
  return { tasks, created, skipped: new Map(), references: new Map() };
}

const wasCreated = ({ outcome }: RecordedTask | RecordedCheck): boolean =>
  outcome !== 'planned' && outcome !== 'skipped';

function readTask({ pipelineTaskName: task, status, conditionChecks }: PipelineRunTaskRunStatus): RecordedTask {
  const checks = Object.entries(conditionChecks ?? {}).map(([name, check]): [string, RecordedCheck] => [
    name,
    {
      task,
      condition: check.conditionName,
      attempt: 0,
      outcome: check.status ? outcomeOf(check.status) : 'planned',
    },
  ]);
  return {
    task,
    attempt: status?.retriesStatus?.length ?? 0,
    outcome: taskOutcome(status, conditionChecks !== undefined),
    checks: new Map(checks),
  };
}

/** A task without checks is listed once its TaskRun is created; a task with checks is listed from the start. */
function taskOutcome(status: PipelineRunTaskRunStatus['status'], hasChecks: boolean): RecordedTask['outcome'] {
  if (!status) return hasChecks ? 'planned' : 'running';
  return succeededCondition(status)?.reason === CONDITION_CHECK_FAILED ? 'skipped' : outcomeOf(status);
}

function outcomeOf(status: Pick<RunStatus, 'conditions'>): ChildOutcome {
  switch (succeededCondition(status)?.status) {
    case 'True':
      return 'succeeded';
    case 'False':
      return 'failed';
    case 'Unknown':
    case undefined:
      return 'running';
  }
}

/** Reports whether all children that a status lists have ended, and have no CloudEvents to deliver. */
export function areChildrenDone({ taskRuns = {} }: PipelineRunStatus): boolean {
  return Object.values(taskRuns).every(({ status, conditionChecks }) => {
    const checks = Object.values(conditionChecks ?? {});
    const isTaskDone = status === undefined ? conditionChecks !== undefined : isDone(status) && !awaitsDelivery(status);
    return isTaskDone && checks.every((check) => check.status === undefined || isDone(check.status));
  });
}

/** Reports whether a TaskRun has ended and has CloudEvents to deliver. */
export const awaitsDelivery = (status: TaskRunObjectStatus | undefined): boolean =>
  status !== undefined && isDone(status) && (status.cloudEvents ?? []).some(isPendingDelivery);

/** Reports whether a CloudEvent is to be delivered. */
export const isPendingDelivery = ({ status }: CloudEventDelivery): boolean => status.condition === 'Unknown';
