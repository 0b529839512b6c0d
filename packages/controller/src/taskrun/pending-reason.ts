/**
 * What kept a TaskRun from beginning, to be said when its time is up.
 *
 * Tekton's sentence names the timeout alone; whoever reads it an hour later cannot see any more that no node had room.
 */

import type { TaskRunStatus } from '@pipewright/tekton';
import { succeededCondition } from '../run/condition.js';
import { containersOf, STEP_PREFIX, type Pod } from '../pod/pod-types.js';
import { evaluatePod } from './status.js';

/** The end of the sentence about the timeout; empty when steps have run, for then it was they who took the time. */
export function pendingReason(status: TaskRunStatus, pod: Pod | undefined, now: Date): string {
  if (!pod) {
    const { reason, message = '' } = succeededCondition(status) ?? {};
    return reason === 'ExceededResourceQuota' ? `: ${message}` : '';
  }
  const hasStarted = containersOf(pod, STEP_PREFIX).some(
    ({ status: of }) => of?.state?.running ?? of?.state?.terminated,
  );
  if (hasStarted) return '';
  const outcome = evaluatePod(pod, now);
  const { reason, message } = outcome.kind === 'shell-less' ? PENDING : outcome.update;
  if (reason === 'ExceededNodeResources') return `: ${message}: ${schedulingMessage(pod)}`;
  if (reason === 'Pending' && message !== 'Pending') return `: ${message}`;
  const { name = '', namespace = '' } = pod.metadata;
  return (
    `: none of its steps has begun; the events of its pod say why: ` +
    `kubectl -n ${namespace} get events --field-selector involvedObject.name=${name}`
  );
}

const PENDING = { reason: 'Pending', message: 'Pending' } as const;

const schedulingMessage = ({ status }: Pod): string =>
  status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? 'no node has room for it';
