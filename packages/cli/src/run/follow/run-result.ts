/** The result of a followed run, from its condition. */

import type { StatusCondition } from '@pipewright/tekton';
import type { TaskOutcome } from './events.js';
import { outcomeOf } from './observed.js';

/** The outcome of a run or a task, and why. */
export interface RunResult {
  readonly outcome: TaskOutcome;
  readonly reason: string;
  readonly message: string;
}

/** The result of a run that is no longer followed. */
export const CANCELLED: RunResult = {
  outcome: 'cancelled',
  reason: 'Stopped',
  message: 'the cluster was stopped before the run ended',
};

/** Returns the result of a run; undefined while it is running. */
export function resultOf(condition: StatusCondition | undefined): RunResult | undefined {
  const outcome = outcomeOf(condition);
  return outcome && { outcome, reason: condition?.reason ?? '', message: condition?.message ?? '' };
}
