/**
 * How a simulated run went, in the words of a test: order, attempts, params, results.
 */

import {
  readPipeline,
  type PipelineRun,
  type PipelineSpec,
  type StatusCondition,
  type TaskRun,
} from '@pipewright/tekton';
import { SimulationError } from './simulation-error.js';
import type { StepRecord } from './step-script.js';

/** One task of a run. */
export interface SimulatedTask {
  readonly name: string;
  readonly succeeded: boolean;
  /** Tekton's words. */
  readonly reason: string;
  readonly message: string;
  /** 1 and the retries. */
  readonly attempts: number;
  /** The values it was given, as they reached it. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
  /** What it left for others. */
  readonly results: Readonly<Record<string, string>>;
  /** What it found out about resources: `{ web: { digest } }`. */
  readonly resourceResults: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Its own steps that ran, in order, of all attempts; those of resources are left out. */
  readonly steps: readonly StepRecord[];
}

/** What a run is read from. */
export interface Observed {
  readonly run: PipelineRun | TaskRun;
  readonly taskRuns: readonly TaskRun[];
  readonly pipeline: PipelineSpec | undefined;
  readonly steps: readonly StepRecord[];
}

/** A run that has ended. */
export class SimulatedRun {
  readonly succeeded: boolean;
  /** Tekton's words. */
  readonly reason: string;
  readonly message: string;
  /** The tasks that began, in the order in which they did. */
  readonly order: readonly string[];
  /** The tasks that never began. */
  readonly skipped: readonly string[];
  /** All steps that ran, in the order in which they did, with those that resources put there. */
  readonly steps: readonly StepRecord[];
  readonly #tasks: ReadonlyMap<string, SimulatedTask>;

  /** Made by `simulate`. */
  constructor({ run, taskRuns, pipeline, steps }: Observed) {
    const condition = conditionOf(run);
    this.succeeded = condition.status === 'True';
    this.reason = condition.reason ?? '';
    this.message = condition.message ?? '';
    this.steps = steps;
    this.order = [...new Set(steps.map(({ task }) => task))];
    this.#tasks = new Map(taskRuns.map((it) => taskOf(it, steps)).map((it) => [it.name, it]));
    const all = pipeline ? readPipeline(pipeline).tasks.map(({ name }) => name) : [];
    this.skipped = all.filter((name) => !this.order.includes(name));
  }

  /** A task that was begun; throws when it was not. */
  task(name: string): SimulatedTask {
    const found = this.#tasks.get(name);
    if (found) return found;
    throw new SimulationError(
      `the task "${name}" did not run`,
      `these did: ${[...this.#tasks.keys()].join(', ') || 'none'}; the run says: ${this.reason}: ${this.message}`,
    );
  }
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
