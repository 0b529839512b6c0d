/**
 * Decides whether a change of a PipelineRun's status is worth a write.
 *
 * The status repeats the statuses of its TaskRuns. Step progress of a running task is already in the TaskRun, so writing it here too
 * would cost one write of the whole status per step.
 */

import type { PipelineRunStatus } from '@pipewright/tekton';
import { isDone } from '../run/condition.js';
import { sameJson } from '../run/merge-patch.js';

/** Reports whether the statuses differ in more than the steps of running tasks. */
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
