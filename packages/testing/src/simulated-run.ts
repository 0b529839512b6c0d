/**
 * The outcome of a simulated run, for assertions: order, attempts, params, results.
 *
 * Only types, and none of other packages: they are published unchanged.
 */

import type { StepRecord } from './step.js';

/** A task of a finished run. */
export interface SimulatedTask {
  readonly name: string;
  readonly succeeded: boolean;
  /** The reason of Tekton's condition `Succeeded`. */
  readonly reason: string;
  readonly message: string;
  /** 1, plus the number of retries. */
  readonly attempts: number;
  /** The start of its first attempt, in seconds after the start of the run. */
  readonly began: number;
  /** The end of its last attempt, in seconds after the start of the run. */
  readonly ended: number;
  /** The values of its params, with all variables replaced. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
  /** Its workspace bindings: `{ cache: { persistentVolumeClaim: { claimName: 'cache' } } }`. */
  readonly workspaces: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Its results. */
  readonly results: Readonly<Record<string, string>>;
  /** The results of its PipelineResources: `{ web: { digest } }`. */
  readonly resourceResults: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The steps of its spec that ran, in order, in all attempts. Steps of resources and conditions are not included. */
  readonly steps: readonly StepRecord[];
}

/** A finished run. */
export interface SimulatedRun {
  readonly succeeded: boolean;
  /** The reason of Tekton's condition `Succeeded`. */
  readonly reason: string;
  readonly message: string;
  /** Its duration in seconds of simulated time. A step takes no time unless its script sets `takes`. */
  readonly took: number;
  /** The tasks that started, in the order of their start. */
  readonly order: readonly string[];
  /** The tasks that did not start. */
  readonly skipped: readonly string[];
  /** The results of checked conditions, by task and condition. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  /** All steps that ran, in the order of their start, including those of resources and conditions. */
  readonly steps: readonly StepRecord[];
  /** Returns a task. Throws if it did not start. */
  task(name: string): SimulatedTask;
  /** Whether both tasks ran at the same time. Set durations of their steps with `takes`. */
  overlap(one: string, other: string): boolean;
}
