/**
 * Why a TaskRun has not started, for the message of its timeout.
 *
 * Tekton's message has only the timeout; the reason is not visible later, for example that no node had room.
 */

import { succeededCondition, type TaskRunObjectStatus, type TaskRunRules } from '@pipewright/tekton';
import { containersOf, STEP_PREFIX, type Pod } from '../pod/pod-types.js';
import { evaluatePod } from './status.js';

/** Returns the end of the message about a timeout; empty if steps have started, because then they took the time. */
export function pendingReason(
  status: TaskRunObjectStatus,
  pod: Pod | undefined,
  rules: TaskRunRules,
  now: Date,
): string {
  if (!pod) {
    const { reason, message = '' } = succeededCondition(status) ?? {};
    return reason === 'ExceededResourceQuota' ? `: ${message}` : '';
  }
  const hasStarted = containersOf(pod, STEP_PREFIX).some(
    ({ status: of }) => of?.state?.running ?? of?.state?.terminated,
  );
  if (hasStarted) return '';
  const outcome = evaluatePod(pod, rules, now);
  const { reason, message } = outcome.kind === 'shell-less' ? PENDING : outcome.update;
  if (reason === 'ExceededNodeResources') return `: ${message}: ${schedulingMessage(pod)}`;
  if (reason === 'Pending' && message !== 'Pending') return `: ${message}`;
  const { name = '', namespace = '' } = pod.metadata;
  return (
    `: none of its steps has started; the events of its pod contain the reason: ` +
    `kubectl -n ${namespace} get events --field-selector involvedObject.name=${name}`
  );
}

const PENDING = { reason: 'Pending', message: 'Pending' } as const;

const schedulingMessage = ({ status }: Pod): string =>
  status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? 'no node has room for it';
