/**
 * Subresources with handlers of their own: scale, tokens, evictions, logs.
 */

import { isObject, objectAt } from '../../model/json.js';
import { bodyOf, mediaType, objectIn } from '../wire/body.js';
import { jsonContent, type Answer } from '../wire/plain-request.js';
import { applyPatch } from './patch/patch.js';
import { scaleOf, withScale } from './scale.js';
import { update } from './write.js';
import { isDryRun, readObject, respond, type ObjectRequest, type ObjectsContext } from './object-request.js';
import { podLog } from './pod-log.js';
import { noSuchPath } from '../status-error.js';
import type { ResourceType } from '../kinds/resource-type.js';
import { existingObject, latestObject } from './read.js';
import { commit } from './commit.js';
import { deleteOptions, deleteObject } from './delete.js';
import { createToken } from '../auth/token-request.js';

/** Answers a request for a subresource other than status. */
export async function handleSubresource(
  context: ObjectsContext,
  objectRequest: ObjectRequest,
  type: ResourceType,
): Promise<Answer | Response> {
  const { subresource } = objectRequest.info;
  const path = `${type.group}/${type.plural}/${subresource}`;
  if (path === '/pods/log') return podLog(context, objectRequest, type);
  if (subresource === 'scale') return scale(context, objectRequest, type);
  if (path === '/serviceaccounts/token') return token(context, objectRequest, type);
  if (path === '/pods/eviction') return evict(context, objectRequest, type);
  throw noSuchPath();
}

async function scale(context: ObjectsContext, { request, info }: ObjectRequest, type: ResourceType): Promise<Answer> {
  const old = existingObject(context.api, type, info.namespace, info.object);
  if (info.verb === 'get') return respond(jsonContent(scaleOf(old)), 200, []);
  const { value } = await (info.verb === 'update' ? readObject(request) : bodyOf(request));
  const stored = await commit(context.api, () => {
    const current = latestObject(context.api, type, info.namespace, info.object); // read after the body has arrived
    const scale = info.verb === 'update' ? value : applyPatch(type, scaleOf(current), value, mediaType(request));
    const next = withScale(type, current, isObject(scale) ? scale : {});
    const options = { dryRun: isDryRun(info.query), onUnknown: () => undefined };
    return update(context.api, type, current, next, 'main', options);
  });
  return respond(jsonContent(scaleOf(stored)), 200, []);
}

async function token(context: ObjectsContext, { request, info }: ObjectRequest, type: ResourceType): Promise<Answer> {
  existingObject(context.api, type, info.namespace, info.object);
  const body = objectIn(await readObject(request));
  const account = existingObject(context.api, type, info.namespace, info.object); // read after the body has arrived
  return respond(jsonContent(createToken(context.api, context.tokenKey, account, body)), 201, []);
}

async function evict(context: ObjectsContext, { request, info }: ObjectRequest, type: ResourceType): Promise<Answer> {
  const body = objectIn(await readObject(request));
  await commit(context.api, () => {
    const pod = latestObject(context.api, type, info.namespace, info.object);
    return deleteObject(context.api, type, pod, deleteOptions(objectAt(body, 'deleteOptions'), info.query));
  });
  return respond(jsonContent({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }), 201, []);
}
