/** Which Kubernetes events a TaskRun causes, in Tekton's reasons and messages. Pure. */

import { succeededCondition, type TaskRun, type TaskRunStatus } from '@pipewright/tekton';
import { completionEvents, type RunEvent } from '../run/events.js';

const exceedsNodeResources = (status: TaskRunStatus | undefined): boolean =>
  succeededCondition(status)?.reason === 'ExceededNodeResources';

/** Returns the events that a written status causes. */
export function statusEvents(run: TaskRun, status: TaskRunStatus): readonly RunEvent[] {
  const completion = completionEvents(run.status, status);
  if (!exceedsNodeResources(status) || exceedsNodeResources(run.status)) return completion;
  const message = `Insufficient resources to schedule pod ${JSON.stringify(status.podName ?? '')}`;
  return [...completion, { type: 'Warning', reason: 'ExceededNodeResources', message }];
}

/** Returns the event about a pod that was not created. */
export const creationFailedEvent = (run: TaskRun, cause: string): RunEvent => ({
  type: 'Warning',
  reason: 'BuildCreationFailed',
  message: `Failed to create build pod ${JSON.stringify(run.metadata.name)}: ${cause}`,
});
