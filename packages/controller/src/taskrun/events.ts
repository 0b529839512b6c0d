/** Which Kubernetes events a TaskRun causes, in Tekton's reasons and messages. Pure. */

import { succeededCondition, taskRunRulesOf, type TaskRunObject, type TaskRunObjectStatus } from '@pipewright/tekton';
import { completionEvents, type RunEvent } from '../run/events.js';

const exceedsNodeResources = (status: TaskRunObjectStatus | undefined): boolean =>
  succeededCondition(status)?.reason === 'ExceededNodeResources';

/** Returns the events that a written status causes. */
export function statusEvents(run: TaskRunObject, status: TaskRunObjectStatus): readonly RunEvent[] {
  const completion = [...startEvents(run, status), ...completionEvents(run.status, status)];
  if (!exceedsNodeResources(status) || exceedsNodeResources(run.status)) return completion;
  const message = `Insufficient resources to schedule pod ${JSON.stringify(status.podName ?? '')}`;
  return [...completion, { type: 'Warning', reason: 'ExceededNodeResources', message }];
}

/** Returns the event about the start of a run, if its version has one. */
const startEvents = (run: TaskRunObject, status: TaskRunObjectStatus): readonly RunEvent[] =>
  taskRunRulesOf(run).reportsStart && run.status?.startTime === undefined && status.startTime !== undefined
    ? [{ type: 'Normal', reason: 'Started', message: '' }]
    : [];

/** Returns the event about a pod that was not created. */
export const creationFailedEvent = (run: TaskRunObject, cause: string): RunEvent => ({
  type: 'Warning',
  reason: 'BuildCreationFailed',
  message: `Failed to create build pod ${JSON.stringify(run.metadata.name)}: ${cause}`,
});
