/**
 * Is a change of a PipelineRun's status worth a write?
 *
 * The status repeats those of its TaskRuns. That a step of a task that goes on has ended is in the TaskRun's own; written
 * here too it would cost a write of the whole for every step of every task. Pure.
 */

import type { PipelineRunStatus } from '@pipewright/tekton';
import { isDone } from '../run/condition.js';
import { sameJson } from '../run/merge-patch.js';

/** Whether the two differ in more than the steps of tasks that go on. */
export const isSignificantChange = (before: PipelineRunStatus, after: PipelineRunStatus): boolean =>
  !sameJson(withoutRunningSteps(before), withoutRunningSteps(after));

function withoutRunningSteps(status: PipelineRunStatus): unknown {
  const taskRuns = Object.entries(status.taskRuns ?? {}).map(([name, entry]) => {
    const checks = Object.entries(entry.conditionChecks ?? {}).map(([check, { status: ran, ...rest }]) => {
      if (!ran || isDone(ran)) return [check, { ...rest, status: ran }];
      const { check: _check, ...known } = ran;
      return [check, { ...rest, status: known }];
    });
    const checked = entry.conditionChecks ? { ...entry, conditionChecks: Object.fromEntries(checks) } : entry;
    if (!entry.status || isDone(entry.status)) return [name, checked];
    const { steps: _steps, sidecars: _sidecars, ...rest } = entry.status;
    return [name, { ...checked, status: rest }];
  });
  return { ...status, taskRuns: Object.fromEntries(taskRuns) };
}
