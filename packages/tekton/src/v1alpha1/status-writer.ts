/**
 * Writes statuses in Tekton v0.9.2's format, in which `taskRuns` lists the children of a PipelineRun.
 *
 * A task with conditions is listed from the start with its future checks; a check that was created has a status, possibly an empty one; a
 * skipped task has a condition with that reason and no TaskRun.
 */

import { stepContainerName } from '../execution/child-names.js';
import { conditionsOf, isDone, statusWithCondition, type ConditionUpdate } from '../execution/condition.js';
import type { ContainerReport, PodReport, RunProgress, TaskProgress } from '../execution/run-progress.js';
import type { PipelineRunFormat, TaskRunFormat } from '../execution/status-format.js';
import { TEKTON_LABELS } from '../model/labels.js';
import { areChildrenDone, CONDITION_CHECK_FAILED, readRunMemory } from './status-reader.js';
import type { ConditionCheckStatus, PipelineRunStatus, PipelineRunTaskRunStatus, TaskRunStatus } from './status.js';
import type { PipelineRun, TaskRun } from './types.js';

/** The format of a TaskRun's status. */
export const taskRunFormat: TaskRunFormat<TaskRunStatus> = {
  withTask: (before) => before,
  withPod: taskRunStatusWithPod,
  resultsFailure: () => undefined,
  nextAttempt: ({ retriesStatus = [], ...attempt } = {}, now) => ({
    conditions: conditionsOf(undefined, { status: 'Unknown', reason: 'Pending', message: 'Pending' }, now),
    retriesStatus: [...retriesStatus, attempt],
  }),
  attempt: (status) => status?.retriesStatus?.length ?? 0,
  results: (status) => status?.taskResults ?? [],
};

/** The format of a PipelineRun's status. */
export const pipelineRunFormat: PipelineRunFormat<PipelineRun> = {
  write: pipelineRunStatus,
  readMemory: readRunMemory,
  withoutSteps,
  areChildrenDone,
};

function taskRunStatusWithPod(
  before: TaskRunStatus,
  { podName, steps, sidecars, outputs: reported, hasSucceeded }: PodReport,
): TaskRunStatus {
  const outputs = hasSucceeded ? reported : [];
  const taskResults = outputs.flatMap((output) =>
    output.kind === 'result' ? [{ name: output.name, value: output.value }] : [],
  );
  const resourcesResult = outputs.flatMap((output) => {
    if (output.kind !== 'resource') return [];
    const { name, digest, key, value, resourceRef } = output;
    return [{ name, digest, key, value, resourceRef }];
  });
  return {
    ...before,
    ...(podName !== undefined && { podName }),
    ...(steps.length > 0 && {
      steps: steps.map((step) => ({
        name: step.name,
        container: step.container,
        ...imageOf(step),
        ...step.state,
      })),
    }),
    ...(sidecars.length > 0 && { sidecars: sidecars.map((sidecar) => ({ name: sidecar.name, ...imageOf(sidecar) })) }),
    ...(resourcesResult.length > 0 && { resourcesResult }),
    ...(taskResults.length > 0 && { taskResults }),
  };
}

const imageOf = ({ imageID }: ContainerReport): { readonly imageID?: string } => (imageID ? { imageID } : {});

/**
 * Returns the status of a PipelineRun.
 *
 * `taskRuns` is built on first access: most reconciles of a run with many tasks write nothing, and building it would be most of their cost.
 */
function pipelineRunStatus(run: PipelineRun, progress: RunProgress<TaskRun>): PipelineRunStatus {
  const { update, tasks, creating, now } = progress;
  const before = run.status ?? {};
  const status = update ? statusWithCondition(before, update, now) : { ...before };
  const isEmpty =
    !before.taskRuns &&
    progress.taskRuns.size === 0 &&
    creating.size === 0 &&
    tasks.every(({ checks }) => checks.length === 0);
  if (isEmpty) return status;
  let taskRuns: PipelineRunStatus['taskRuns'];
  return Object.defineProperty(status, 'taskRuns', {
    get: () => (taskRuns ??= taskRunsOf(run, progress)),
    enumerable: true,
  });
}

/** Returns the recorded entries, updated with the observed TaskRuns and those about to be created. */
function taskRunsOf(run: PipelineRun, progress: RunProgress<TaskRun>): PipelineRunStatus['taskRuns'] {
  const { tasks, creating } = progress;
  const entries: Record<string, PipelineRunTaskRunStatus> = { ...run.status?.taskRuns };
  const checks = new Set<string>();
  for (const task of tasks) {
    const { name } = task;
    if (task.checks.length > 0) entries[name] = withChecks(entries[name], task, progress, run);
    for (const check of task.checks) checks.add(check.name);
    if (creating.has(name)) entries[name] ??= { pipelineTaskName: task.task };
  }
  for (const [name, entry] of Object.entries(entries)) {
    for (const check of Object.keys(entry.conditionChecks ?? {})) checks.add(check);
    entries[name] = withCurrentChecks(entry, progress.taskRuns);
  }
  for (const [name, { metadata, status }] of progress.taskRuns) {
    if (checks.has(name) || metadata.labels?.[TEKTON_LABELS.conditionCheck] !== undefined) continue;
    const task = entries[name]?.pipelineTaskName ?? metadata.labels?.[TEKTON_LABELS.pipelineTask];
    if (task !== undefined) entries[name] = { ...entries[name], pipelineTaskName: task, ...(status && { status }) };
  }
  return Object.keys(entries).length === 0 ? undefined : entries;
}

const NO_STATUS: TaskRunStatus = { podName: '' };
const NO_CHECK_STATUS: ConditionCheckStatus = { podName: '', check: {} };

/** Returns the entry of a task with conditions. */
function withChecks(
  entry: PipelineRunTaskRunStatus | undefined,
  { task, name, checks, phase }: TaskProgress,
  { creating, now }: RunProgress<TaskRun>,
  run: PipelineRun,
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

function withoutSteps(status: PipelineRunStatus): unknown {
  const taskRuns = Object.entries(status.taskRuns ?? {}).map(([name, entry]) => {
    const checks = Object.entries(entry.conditionChecks ?? {}).map(([check, { status: state, ...rest }]) => {
      if (!state || isDone(state)) return [check, { ...rest, status: state }];
      const { check: _check, ...known } = state;
      return [check, { ...rest, status: known }];
    });
    const checked = entry.conditionChecks ? { ...entry, conditionChecks: Object.fromEntries(checks) } : entry;
    if (!entry.status || isDone(entry.status)) return [name, checked];
    const { steps: _steps, sidecars: _sidecars, ...rest } = entry.status;
    return [name, { ...checked, status: rest }];
  });
  return { ...status, taskRuns: Object.fromEntries(taskRuns) };
}
