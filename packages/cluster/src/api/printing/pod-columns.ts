/**
 * Columns of `kubectl get pods`.
 *
 * Separate from the other columns because the status of a pod has rules of its own.
 */

import { AGE, column, NAME, since, type Cell } from './columns.js';
import { valueAt, arrayAt, objectAt, objectsAt, stringAt, type JsonObject, type KubeObject } from '../../model/json.js';
import type { Column } from '../kinds/resource-type.js';

const statusesOf = (pod: KubeObject): readonly JsonObject[] => objectsAt(pod, 'status', 'containerStatuses');

const ready: Cell = (pod) =>
  `${statusesOf(pod).filter((each) => each['ready'] === true).length}/${arrayAt(pod, 'spec', 'containers').length}`;

/** The number of restarts, and the age of the last termination. */
const restarts: Cell = (pod, now) => {
  const count = statusesOf(pod).reduce((sum, each) => sum + Number(each['restartCount'] ?? 0), 0);
  const ends = statusesOf(pod).map((each) => stringAt(each, 'lastState', 'terminated', 'finishedAt'));
  const last = ends
    .filter((end) => end !== '')
    .sort()
    .at(-1);
  return count === 0 || last === undefined ? String(count) : `${count} (${since(last, now)} ago)`;
};

/** Returns the status column of a pod by Kubernetes' rules, init containers first. */
function podStatus(pod: KubeObject): string {
  let text = stringAt(pod, 'status', 'reason') || stringAt(pod, 'status', 'phase') || 'Unknown';
  const inits = objectsAt(pod, 'status', 'initContainerStatuses');
  for (const [index, status] of inits.entries()) {
    const terminated = objectAt(status, 'state', 'terminated');
    if (terminated['exitCode'] === 0) continue;
    const reason = terminatedStatus(terminated) || stringAt(status, 'state', 'waiting', 'reason');
    text =
      reason !== '' && reason !== 'PodInitializing'
        ? `Init:${reason}`
        : `Init:${index}/${arrayAt(pod, 'spec', 'initContainers').length}`;
    return deleting(pod, text);
  }
  let running = false;
  for (const status of [...statusesOf(pod)].reverse()) {
    const waiting = stringAt(status, 'state', 'waiting', 'reason');
    const terminated = objectAt(status, 'state', 'terminated');
    if (waiting !== '') text = waiting;
    else if (Object.keys(terminated).length > 0) text = terminatedStatus(terminated);
    else if (status['ready'] === true && valueAt(status, 'state', 'running') !== undefined) running = true;
  }
  if (text === 'Completed' && running) text = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
  return deleting(pod, text);
}

const terminatedStatus = (terminated: JsonObject): string => {
  if (Object.keys(terminated).length === 0) return '';
  if (stringAt(terminated, 'reason') !== '') return stringAt(terminated, 'reason');
  const signal = Number(terminated['signal'] ?? 0);
  return signal === 0 ? `ExitCode:${String(terminated['exitCode'])}` : `Signal:${signal}`;
};

const deleting = (pod: KubeObject, status: string): string =>
  pod.metadata.deletionTimestamp === undefined ? status : 'Terminating';

const hasCondition = (pod: KubeObject, type: string): boolean =>
  objectsAt(pod, 'status', 'conditions').some((it) => it['type'] === type && it['status'] === 'True');

const gates: Cell = (pod) => {
  const types = objectsAt(pod, 'spec', 'readinessGates').map((gate) => stringAt(gate, 'conditionType'));
  return types.length === 0 ? '<none>' : `${types.filter((type) => hasCondition(pod, type)).length}/${types.length}`;
};

const orNone = (value: string): string => (value === '' ? '<none>' : value);

/** The columns of pods. */
export const POD_COLUMNS: readonly Column[] = [
  NAME,
  column('Ready', ready),
  column('Status', podStatus),
  column('Restarts', restarts),
  AGE,
  column('IP', (pod) => orNone(stringAt(pod, 'status', 'podIP')), 1),
  column('Node', (pod) => orNone(stringAt(pod, 'spec', 'nodeName')), 1),
  column('Nominated Node', (pod) => orNone(stringAt(pod, 'status', 'nominatedNodeName')), 1),
  column('Readiness Gates', gates, 1),
];
