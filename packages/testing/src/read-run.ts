/**
 * Reads how a run went from what it left: its status, its TaskRuns, and what the runtime saw of the steps.
 */

import {
  readPipeline,
  type PipelineRun,
  type PipelineSpec,
  type StatusCondition,
  type TaskRun,
} from '@pipewright/tekton';
import type { SimulatedRun, SimulatedTask } from './simulated-run.js';
import { SimulationError } from './simulation-error.js';
import type { StepRecord } from './step.js';

/** What a run is read from. */
export interface Observed {
  readonly run: PipelineRun | TaskRun;
  readonly taskRuns: readonly TaskRun[];
  readonly pipeline: PipelineSpec | undefined;
  readonly steps: readonly StepRecord[];
}

/** A run that has ended, in the words of a test. */
export function readRun({ run, taskRuns, pipeline, steps }: Observed): SimulatedRun {
  const { status, reason = '', message = '' } = conditionOf(run);
  const order = [...new Set(steps.map(({ task }) => task))];
  const tasks = new Map(taskRuns.map((it) => taskOf(it, steps)).map((it) => [it.name, it]));
  const all = pipeline ? readPipeline(pipeline).tasks.map(({ name }) => name) : [];
  return {
    succeeded: status === 'True',
    reason,
    message,
    order,
    skipped: all.filter((name) => !order.includes(name)),
    steps,
    task: (name) => {
      const found = tasks.get(name);
      if (found) return found;
      throw new SimulationError(
        `the task "${name}" did not run`,
        `these did: ${[...tasks.keys()].join(', ') || 'none'}; the run says: ${reason}: ${message}`,
      );
    },
  };
}

/** How a run stands. */
export const conditionOf = ({ status }: PipelineRun | TaskRun): Partial<StatusCondition> =>
  status?.conditions?.find(({ type }) => type === 'Succeeded') ?? {};

function taskOf(run: TaskRun, steps: readonly StepRecord[]): SimulatedTask {
  const name = run.metadata.labels?.['tekton.dev/pipelineTask'] ?? run.metadata.name ?? '';
  const condition = conditionOf(run);
  const own = steps.filter(({ task, ofResource }) => task === name && !ofResource);
  const { resourcesResult = [], taskResults = [], retriesStatus = [] } = (run.status ?? {}) as Found;
  const resourceResults: Record<string, Record<string, string>> = {};
  for (const { key, value, resourceRef } of resourcesResult) {
    const resource = resourceRef?.name ?? '';
    resourceResults[resource] = { ...resourceResults[resource], [key]: value };
  }
  return {
    name,
    succeeded: condition.status === 'True',
    reason: condition.reason ?? '',
    message: condition.message ?? '',
    attempts: retriesStatus.length + 1,
    params: Object.fromEntries((run.spec.inputs?.params ?? []).map((it) => [it.name, it.value])),
    results: Object.fromEntries(taskResults.map((it) => [it.name, it.value])),
    resourceResults,
    steps: own,
  };
}

/** The parts of a status that are read here. */
interface Found {
  readonly resourcesResult?: readonly {
    readonly key: string;
    readonly value: string;
    readonly resourceRef?: { readonly name?: string };
  }[];
  readonly taskResults?: readonly { readonly name: string; readonly value: string }[];
  readonly retriesStatus?: readonly unknown[];
}
