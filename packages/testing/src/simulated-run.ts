/**
 * How a simulated run went, in the words of a test: order, attempts, params, results.
 *
 * Types alone, and none of another package: they are published as they stand.
 */

import type { StepRecord } from './step.js';

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

/** A run that has ended. */
export interface SimulatedRun {
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
  /** A task that was begun; throws when it was not. */
  task(name: string): SimulatedTask;
}
