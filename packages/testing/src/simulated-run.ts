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
  /** When it began, in seconds since the run did. */
  readonly began: number;
  /** When it ended, likewise: its last attempt. */
  readonly ended: number;
  /** The values it was given, as they reached it. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
  /** What it was given as workspaces: `{ cache: { persistentVolumeClaim: { claimName: 'cache' } } }`. */
  readonly workspaces: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What it left for others. */
  readonly results: Readonly<Record<string, string>>;
  /** What it found out about resources: `{ web: { digest } }`. */
  readonly resourceResults: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Its own steps that ran, in order, of all attempts; those of resources and of conditions are left out. */
  readonly steps: readonly StepRecord[];
}

/** A run that has ended. */
export interface SimulatedRun {
  readonly succeeded: boolean;
  /** Tekton's words. */
  readonly reason: string;
  readonly message: string;
  /** Its duration in seconds of simulated time. Steps take none unless their script sets `takes`. */
  readonly took: number;
  /** The tasks that began, in the order in which they did. */
  readonly order: readonly string[];
  /** The tasks that never began. */
  readonly skipped: readonly string[];
  /** Whether conditions that were checked hold, by task and condition. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  /** All steps that ran, in the order in which they began, with those of resources and conditions. */
  readonly steps: readonly StepRecord[];
  /** A task that was begun; throws when it was not. */
  task(name: string): SimulatedTask;
  /** Whether there was a time at which both tasks ran. Give their steps a time with `takes`. */
  overlap(one: string, other: string): boolean;
}
