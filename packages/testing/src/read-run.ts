/**
 * Reads the outcome of a run from its status, its TaskRuns and the records of its steps.
 */

import {
  TEKTON_LABELS,
  type PipelineModel,
  type PipelineRun,
  type PipelineRunStatus,
  type StatusCondition,
  type TaskRun,
} from '@pipewright/tekton';
import type { SimulatedRun, SimulatedTask } from './simulated-run.js';
import { SimulationError } from './simulation-error.js';
import type { StepRecord } from './step.js';

/** The sources of an outcome. */
export interface ObservedRun {
  readonly run: PipelineRun | TaskRun;
  /** The TaskRuns of tasks, without those of condition checks. */
  readonly taskRuns: readonly TaskRun[];
  readonly pipeline: PipelineModel | undefined;
  readonly steps: readonly StepRecord[];
  /** The task name of a TaskRun without a pipeline. */
  readonly name: string;
}

/** Returns the outcome of a finished run. */
export function readRun({ run, taskRuns, pipeline, steps, name }: ObservedRun): SimulatedRun {
  const { status, reason = '', message = '' } = conditionOf(run);
  const since = Date.parse(run.status?.startTime ?? '');
  const order = [...new Set(steps.filter(({ condition }) => condition === undefined).map(({ task }) => task))];
  const tasks = new Map(taskRuns.map((it) => taskOf(it, { steps, since, name })).map((it) => [it.name, it]));
  const task = (taskName: string): SimulatedTask => {
    const result = tasks.get(taskName);
    if (result) return result;
    throw new SimulationError(
      `the task "${taskName}" did not run`,
      `tasks that ran: ${[...tasks.keys()].join(', ') || 'none'}; status of the run: ${reason}: ${message}`,
    );
  };
  return {
    succeeded: status === 'True',
    reason,
    message,
    took: secondsTo(run.status?.completionTime, since),
    order,
    skipped: (pipeline?.tasks ?? []).map((it) => it.name).filter((it) => !order.includes(it)),
    conditions: conditionsIn(run),
    steps,
    task,
    overlap: (one, other) => {
      const [a, b] = [task(one), task(other)];
      return a.began < b.ended && b.began < a.ended;
    },
  };
}

/** Returns the condition `Succeeded` of a run; empty if it has none. */
export const conditionOf = ({ status }: { readonly status?: Conditions }): Partial<StatusCondition> =>
  status?.conditions?.find(({ type }) => type === 'Succeeded') ?? {};

interface Conditions {
  readonly conditions?: readonly StatusCondition[];
}

const secondsTo = (time: string | undefined, since: number): number => (Date.parse(time ?? '') - since) / 1000;

function conditionsIn(run: PipelineRun | TaskRun): Record<string, Record<string, boolean>> {
  const results: Record<string, Record<string, boolean>> = {};
  const { taskRuns = {} } = (run.status ?? {}) as PipelineRunStatus; // a TaskRun's status has no such field
  for (const { pipelineTaskName, conditionChecks = {} } of Object.values(taskRuns)) {
    for (const { conditionName, status } of Object.values(conditionChecks)) {
      const { status: checkStatus } = conditionOf(status ? { status } : {});
      if (checkStatus === 'True' || checkStatus === 'False')
        results[pipelineTaskName] = { ...results[pipelineTaskName], [conditionName]: checkStatus === 'True' };
    }
  }
  return results;
}

interface RunContext {
  readonly steps: readonly StepRecord[];
  /** The start of the run, in milliseconds since the epoch. */
  readonly since: number;
  readonly name: string;
}

function taskOf(run: TaskRun, { steps, since, name: defaultName }: RunContext): SimulatedTask {
  const name = run.metadata.labels?.[TEKTON_LABELS.pipelineTask] ?? defaultName;
  const { status, reason = '', message = '' } = conditionOf(run);
  const { resourcesResult = [], taskResults = [], retriesStatus = [], startTime, completionTime } = run.status ?? {};
  const resourceResults: Record<string, Record<string, string>> = {};
  for (const { key, value, resourceRef } of resourcesResult) {
    const resource = resourceRef.name ?? '';
    resourceResults[resource] = { ...resourceResults[resource], [key]: value };
  }
  return {
    name,
    succeeded: status === 'True',
    reason,
    message,
    attempts: retriesStatus.length + 1,
    began: secondsTo(retriesStatus[0]?.startTime ?? startTime, since),
    ended: secondsTo(completionTime, since),
    params: Object.fromEntries((run.spec.inputs?.params ?? []).map((it) => [it.name, it.value])),
    workspaces: Object.fromEntries((run.spec.workspaces ?? []).map(({ name: key, ...rest }) => [key, rest])),
    results: Object.fromEntries(taskResults.map((it) => [it.name, it.value])),
    resourceResults,
    steps: steps.filter((it) => it.task === name && it.condition === undefined && !it.ofResource),
  };
}
