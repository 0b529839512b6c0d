/** Which Kubernetes events a change of a run's status causes. Pure. */

import { succeededCondition, type StatusCondition } from '@pipewright/tekton';

/** An event about a run. */
export interface RunEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

interface StatusWithConditions {
  readonly conditions?: readonly StatusCondition[];
}

/** Returns the event about the end of a run, if the change of status ends it. */
export function completionEvents(
  before: StatusWithConditions | undefined,
  after: StatusWithConditions,
): readonly RunEvent[] {
  const condition = succeededCondition(after);
  if (!condition || condition.status === 'Unknown') return [];
  if (succeededCondition(before)?.status === condition.status) return [];
  const hasSucceeded = condition.status === 'True';
  return [
    {
      type: hasSucceeded ? 'Normal' : 'Warning',
      reason: hasSucceeded ? 'Succeeded' : 'Failed',
      message: condition.message ?? '',
    },
  ];
}
