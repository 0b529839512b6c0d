/**
 * Logs of containers, with kubelet's messages if a log is not available.
 *
 * Separate from the other subresources because it answers with a stream that the node provides through `PodLogs`.
 */

import { valueAt, isObject, objectsAt, stringAt, type JsonObject, type KubeObject } from '../../model/json.js';
import type { ObjectRequest, ObjectsContext } from './object-request.js';
import type { Answer } from '../wire/plain-request.js';
import { existingObject } from './read.js';
import { badRequest, invalid, invalidValue } from '../status-error.js';
import { isTrue } from '../request-info.js';
import type { LogOptions } from '../../model/pod-logs.js';
import type { ResourceType } from '../kinds/resource-type.js';

const TEXT = { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' };

/** Streams the log of a container. Throws, listing the containers, if the request does not identify one. */
export function podLog({ api, logs }: ObjectsContext, { info }: ObjectRequest, type: ResourceType): Answer | Response {
  const pod = existingObject(api, type, info.namespace, info.object);
  const container = containerOf(pod, info.query.get('container') ?? '');
  const { namespace = '', name, uid } = pod.metadata;
  const options = logOptions(info.query, name);
  if (stringAt(pod, 'spec', 'nodeName') === '') return new Response('', { headers: TEXT });
  const isPrevious = isTrue(info.query.get('previous'));
  const attempt = isPrevious ? previousAttempt(pod, container) : undefined;
  const waiting = isPrevious ? undefined : waitingReason(pod, statusOf(pod, container));
  if (waiting !== undefined)
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${waiting}`);
  const stream = logs()?.open({ namespace, name, uid }, container, {
    ...options,
    ...(attempt !== undefined && { attempt }),
  });
  return stream
    ? { status: 200, headers: TEXT, content: { kind: 'bytes', stream } }
    : new Response('', { headers: TEXT });
}

function containerOf(pod: KubeObject, requested: string): string {
  const named = (list: string): string[] => objectsAt(pod, 'spec', list).map((each) => stringAt(each, 'name'));
  const [inits, mains] = [named('initContainers'), named('containers')];
  const { name } = pod.metadata;
  if (requested !== '') {
    if ([...inits, ...mains].includes(requested)) return requested;
    throw badRequest(`container ${requested} is not valid for pod ${name}`);
  }
  const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const [only = ''] = mains;
  if (mains.length === 1) return only;
  if (preferred !== undefined && mains.includes(preferred)) return preferred;
  const init = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${mains.join(' ')}]${init}`);
}

/** Returns the status of a container, if the node has written one. */
function statusOf(pod: KubeObject, container: string): JsonObject | undefined {
  const lists = ['initContainerStatuses', 'containerStatuses'];
  return lists.flatMap((list) => objectsAt(pod, 'status', list)).find((each) => each['name'] === container);
}

const IMAGE_REASONS = new Map([
  ['ErrImagePull', "image can't be pulled"],
  ['ImagePullBackOff', 'trying and failing to pull image'],
]);

/** Returns why a container has not started. */
function waitingReason(pod: KubeObject, status: JsonObject | undefined): string | undefined {
  if (!status) return hasStatuses(pod) ? undefined : 'ContainerCreating';
  if (!isObject(valueAt(status, 'state', 'waiting')) || isObject(valueAt(status, 'lastState', 'terminated')))
    return undefined;
  const reason = stringAt(status, 'state', 'waiting', 'reason') || 'ContainerCreating';
  return IMAGE_REASONS.get(reason) ?? reason;
}

const hasStatuses = (pod: KubeObject): boolean =>
  ['initContainerStatuses', 'containerStatuses'].some((list) => objectsAt(pod, 'status', list).length > 0);

/** Returns the attempt that `previous` selects: the last one that ended before the current one. */
function previousAttempt(pod: KubeObject, container: string): number {
  const status = statusOf(pod, container) ?? {};
  const restarts = Number(status['restartCount'] ?? 0);
  const isWaiting = isObject(valueAt(status, 'state', 'waiting'));
  if (isObject(valueAt(status, 'lastState', 'terminated'))) return isWaiting ? restarts : restarts - 1;
  throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
}

function logOptions(query: URLSearchParams, pod: string): LogOptions {
  const count = (name: string): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    const value = Number(text);
    const least = name === 'tailLines' ? 0 : 1;
    if (Number.isInteger(value) && value >= least) return value;
    const log = { group: '', plural: 'podlogoptions', kind: 'PodLogOptions' };
    throw invalid(log, pod, [
      invalidValue(
        name,
        Number.isNaN(value) ? text : value,
        `must be greater than ${least === 0 ? 'or equal to 0' : '0'}`,
      ),
    ]);
  };
  const [tailLines, sinceSeconds, limitBytes] = [count('tailLines'), count('sinceSeconds'), count('limitBytes')];
  const sinceTime = query.get('sinceTime');
  return {
    follow: ['true', '1'].includes(query.get('follow') ?? ''),
    timestamps: ['true', '1'].includes(query.get('timestamps') ?? ''),
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceTime !== null && { sinceTime }),
  };
}
