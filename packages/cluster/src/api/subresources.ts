/**
 * Subresources that are more than a part of their object: logs, tokens, evictions, bindings.
 */

import { at, isObject, objectAt, objectsAt, stringAt, type KubeObject } from './json.js';
import { bodyOf, mediaType, objectIn } from './body.js';
import { jsonContent, type Answer } from './plain.js';
import { patched } from './patching.js';
import { scaleOf, withScale } from './scale.js';
import { update } from './write.js';
import { isDryRun, readObject, respond, type ObjectRequest, type ObjectsContext } from './objects.js';
import { badRequest, invalid, invalidValue, noSuchPath } from './refusal.js';
import type { ResourceType } from './resource.js';
import { getObject, latestObject } from './read.js';
import { commit } from './commit.js';
import { deleteOptions, remove } from './remove.js';
import { answerTokenRequest } from './token-request.js';

/** How much of a container's output, and whether to wait for more. */
export interface LogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
}

/** Where pods' output comes from. */
export interface PodLogs {
  /** Undefined when the container has not written anything that could be read. */
  open(
    pod: { readonly namespace: string; readonly name: string; readonly uid: string },
    container: string,
    options: LogOptions,
  ): ReadableStream<Uint8Array> | undefined;
}

/** Answers a request for a subresource other than status. */
export async function handleSubresource(
  context: ObjectsContext,
  asked: ObjectRequest,
  type: ResourceType,
): Promise<Answer | Response> {
  const { subresource } = asked.info;
  const place = `${type.group}/${type.plural}/${subresource}`;
  if (place === '/pods/log') return podLog(context, asked, type);
  if (subresource === 'scale') return scale(context, asked, type);
  if (place === '/serviceaccounts/token') return token(context, asked, type);
  if (place === '/pods/eviction') return evict(context, asked, type);
  throw noSuchPath();
}

async function scale(context: ObjectsContext, { request, info }: ObjectRequest, type: ResourceType): Promise<Answer> {
  const old = getObject(context.world, type, info.namespace, info.object);
  if (info.verb === 'get') return respond(jsonContent(scaleOf(old)), 200, []);
  const { value } = await (info.verb === 'update' ? readObject(request) : bodyOf(request));
  const stored = await commit(context.world, () => {
    const current = latestObject(context.world, type, info.namespace, info.object); // as it is after the body has come
    const wanted = info.verb === 'update' ? value : patched(type, scaleOf(current), value, mediaType(request));
    const next = withScale(type, current, isObject(wanted) ? wanted : {});
    const options = { dryRun: isDryRun(info.query), onUnknown: () => undefined };
    return update(context.world, type, current, next, 'main', options);
  });
  return respond(jsonContent(scaleOf(stored)), 200, []);
}

async function token(context: ObjectsContext, { request, info }: ObjectRequest, type: ResourceType): Promise<Answer> {
  getObject(context.world, type, info.namespace, info.object);
  const body = objectIn(await readObject(request));
  const account = getObject(context.world, type, info.namespace, info.object); // as it is after the body has come
  return respond(jsonContent(answerTokenRequest(context.world, context.tokenKey, account, body)), 201, []);
}

async function evict(context: ObjectsContext, { request, info }: ObjectRequest, type: ResourceType): Promise<Answer> {
  const body = objectIn(await readObject(request));
  await commit(context.world, () => {
    const pod = latestObject(context.world, type, info.namespace, info.object);
    return remove(context.world, type, pod, deleteOptions(objectAt(body, 'deleteOptions'), info.query));
  });
  return respond(jsonContent({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }), 201, []);
}

const TEXT = { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' };

/** Streams what a container wrote. Says which containers there are when the choice is not clear. */
function podLog({ world, logs }: ObjectsContext, { info }: ObjectRequest, type: ResourceType): Answer | Response {
  const pod = getObject(world, type, info.namespace, info.object);
  const container = containerOf(pod, info.query.get('container') ?? '');
  const { namespace = '', name, uid } = pod.metadata;
  const options = logOptions(info.query, pod.metadata.name);
  if (stringAt(pod, 'spec', 'nodeName') === '') return new Response('', { headers: TEXT });
  const waiting = waitingReason(pod, container);
  if (waiting !== undefined) {
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${waiting}`);
  }
  const stream = logs()?.open({ namespace, name, uid }, container, options);
  return stream ? { status: 200, headers: TEXT, content: { stream } } : new Response('', { headers: TEXT });
}

function containerOf(pod: KubeObject, asked: string): string {
  const named = (list: string): string[] => objectsAt(pod, 'spec', list).map((each) => stringAt(each, 'name'));
  const [inits, mains] = [named('initContainers'), named('containers')];
  const { name } = pod.metadata;
  if (asked !== '') {
    if ([...inits, ...mains].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const [only = ''] = mains;
  if (mains.length === 1) return only;
  if (preferred !== undefined && mains.includes(preferred)) return preferred;
  const init = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${mains.join(' ')}]${init}`);
}

/** Why a container has not started, if it has not. */
function waitingReason(pod: KubeObject, container: string): string | undefined {
  const statuses = [
    ...objectsAt(pod, 'status', 'initContainerStatuses'),
    ...objectsAt(pod, 'status', 'containerStatuses'),
  ];
  const status = statuses.find((each) => each['name'] === container);
  if (!status)
    return stringAt(pod, 'spec', 'nodeName') === '' || statuses.length === 0 ? 'ContainerCreating' : undefined;
  if (!isObject(at(status, 'state', 'waiting')) || isObject(at(status, 'lastState', 'terminated'))) return undefined;
  return stringAt(status, 'state', 'waiting', 'reason') || 'ContainerCreating';
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
