/**
 * Reads how a run went from what it left: its status, its TaskRuns, and what the runtime saw of the steps.
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

/** What a run is read from. */
export interface Observed {
  readonly run: PipelineRun | TaskRun;
  /** Those of tasks; not of checks. */
  readonly taskRuns: readonly TaskRun[];
  readonly pipeline: PipelineModel | undefined;
  readonly steps: readonly StepRecord[];
  /** What a TaskRun of its own is called. */
  readonly name: string;
}

/** A run that has ended, in the words of a test. */
export function readRun({ run, taskRuns, pipeline, steps, name }: Observed): SimulatedRun {
  const { status, reason = '', message = '' } = conditionOf(run);
  const since = Date.parse(run.status?.startTime ?? '');
  const order = [...new Set(steps.filter(({ condition }) => condition === undefined).map(({ task }) => task))];
  const tasks = new Map(taskRuns.map((it) => taskOf(it, { steps, since, name })).map((it) => [it.name, it]));
  const task = (wanted: string): SimulatedTask => {
    const found = tasks.get(wanted);
    if (found) return found;
    throw new SimulationError(
      `the task "${wanted}" did not run`,
      `these did: ${[...tasks.keys()].join(', ') || 'none'}; the run says: ${reason}: ${message}`,
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

/** How a run stands. */
export const conditionOf = ({ status }: { readonly status?: Conditions }): Partial<StatusCondition> =>
  status?.conditions?.find(({ type }) => type === 'Succeeded') ?? {};

interface Conditions {
  readonly conditions?: readonly StatusCondition[];
}

const secondsTo = (time: string | undefined, since: number): number => (Date.parse(time ?? '') - since) / 1000;

function conditionsIn(run: PipelineRun | TaskRun): Record<string, Record<string, boolean>> {
  const found: Record<string, Record<string, boolean>> = {};
  const { taskRuns = {} } = (run.status ?? {}) as PipelineRunStatus; // a TaskRun's has none
  for (const { pipelineTaskName, conditionChecks = {} } of Object.values(taskRuns)) {
    for (const { conditionName, status } of Object.values(conditionChecks)) {
      const { status: holds } = conditionOf(status ? { status } : {});
      if (holds === 'True' || holds === 'False')
        found[pipelineTaskName] = { ...found[pipelineTaskName], [conditionName]: holds === 'True' };
    }
  }
  return found;
}

interface RunContext {
  readonly steps: readonly StepRecord[];
  /** When the run began. */
  readonly since: number;
  readonly name: string;
}

function taskOf(run: TaskRun, { steps, since, name: own }: RunContext): SimulatedTask {
  const name = run.metadata.labels?.[TEKTON_LABELS.pipelineTask] ?? own;
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
