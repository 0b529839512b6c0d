/**
 * Dispatches requests for objects by verb to the functions that read, write, watch and delete.
 */

import { connectionNotServed, isConnection } from './connections.js';
import { bodyOf, bytesOf, mediaType, objectIn, readBody } from '../wire/body.js';
import { isObject, type JsonObject, type KubeObject } from '../../model/json.js';
import { jsonContent, type Answer, type ServerRequest, type JsonContent } from '../wire/plain-request.js';
import { decodeProtobuf, isProtobuf } from '../wire/protobuf.js';
import { badRequest, methodNotAllowed, noSuchPath, StatusError } from '../status-error.js';
import type { ResourceRequest } from '../request-info.js';
import { groupVersionOf, SUBRESOURCE_VERBS, type ResourceType } from '../kinds/resource-type.js';
import { commit } from './commit.js';
import { existingObject, latestObject, listObjects, listOf, listText, selectorOf, textFor, valueFor } from './read.js';
import { deleteOptions, deleteObject } from './delete.js';
import { patchObject } from './patch/patch.js';
import { review } from '../auth/reviews.js';
import {
  HEADERS,
  readObject,
  respond,
  writeOptions,
  type ObjectRequest,
  type ObjectsContext,
} from './object-request.js';
import { handleSubresource } from './subresources.js';
import { includeOf, tableText, tableVersion, type TableRequest } from '../printing/table.js';
import { watchObjects, type WatchRequest } from './watch.js';
import { latestOf, type ApiContext } from '../api-context.js';
import { create, update, type Part } from './write.js';
import { fieldValidator } from '../wire/field-validation.js';

const ACCEPTED = /^(\*\/\*|application\/(\*|json|yaml|vnd\.kubernetes\.protobuf)|text\/\*)$/;

/** Throws a 406 unless the client accepts JSON, or a format that may be answered with JSON. */
function checkAccept(accept: string | null): void {
  if (accept === null || accept === '') return;
  if (accept.split(',').some((each) => ACCEPTED.test(each.split(';')[0]?.trim() ?? ''))) return;
  const known = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${known}`);
}

/** Answers an authorized request for objects. */
export async function handleObjects(context: ObjectsContext, objectRequest: ObjectRequest): Promise<Answer | Response> {
  const { info, request } = objectRequest;
  const type = context.api.catalog.find(info.group, info.version, info.resource);
  if (!type) throw noSuchPath();
  if (isConnection(type, info)) {
    existingObject(context.api, type, namespaceOf(type, info), info.object);
    throw connectionNotServed(type, info);
  }
  if (!isServed(type, info)) throw noSuchPath();
  if (!verbsAt(type, info).includes(info.verb) || hasWrongMethod(info)) throw methodNotAllowed();
  if (info.subresource === '') checkAccept(request.headers.get('accept'));
  const part = PARTS.get(info.subresource);
  if (part === undefined) return handleSubresource(context, objectRequest, type);
  return info.object === '' || info.verb === 'watch'
    ? handleCollection(context, objectRequest, type)
    : handleOne(context, objectRequest, type, part);
}

/** Whether a path is served: namespaced kinds need a namespace, and no unknown segments may follow. */
function isServed(type: ResourceType, { namespace, object, subresource, hasRest }: ResourceRequest): boolean {
  if (hasRest || (subresource !== '' && !type.subresources.includes(subresource))) return false;
  if (type.namespaced) return namespace !== '' || object === '';
  return namespace === '' || (type.group === '' && type.plural === 'namespaces' && namespace === object);
}

const COLLECTION_VERBS = ['list', 'watch', 'create', 'deletecollection'];
const OBJECT_VERBS = ['get', 'update', 'patch', 'delete', 'watch'];

/** Returns the verbs of a path. */
function verbsAt(type: ResourceType, { object, subresource }: ResourceRequest): readonly string[] {
  if (subresource !== '') return SUBRESOURCE_VERBS[subresource] ?? ['create'];
  const here = object === '' ? COLLECTION_VERBS : OBJECT_VERBS;
  return type.verbs.filter((verb) => here.includes(verb));
}

/** Whether the method does not match the verb: a HEAD of objects, or a watch that is not a GET. */
const hasWrongMethod = ({ method, verb }: ResourceRequest): boolean =>
  method === 'HEAD' || (verb === 'watch' && method !== 'GET');

const PARTS = new Map<string, Part>([
  ['', 'main'],
  ['status', 'status'],
  ['finalize', 'finalize'],
]);

/** Tables are generated as text, since their only client (kubectl) reads text. */
const tableContent = (text: () => string): JsonContent => ({
  kind: 'json',
  value: () => JSON.parse(text()) as unknown,
  text,
});

const namespaceOf = (type: ResourceType, { namespace }: ResourceRequest): string => (type.namespaced ? namespace : '');

/** Returns the fields that all tables of one answer share. */
const tableOf = (
  api: ApiContext,
  type: ResourceType,
  version: string,
  { query }: ResourceRequest,
): Pick<TableRequest, 'type' | 'include' | 'now' | 'version' | 'textOf'> => ({
  type,
  include: includeOf(query),
  now: api.clock.date(),
  version,
  textOf: (object) => textFor(api, type, object),
});

/** Returns the namespace of a collection; undefined for all namespaces. */
const withinNamespace = (type: ResourceType, info: ResourceRequest): string | undefined =>
  namespaceOf(type, info) === '' ? undefined : info.namespace;

function handleCollection(
  context: ObjectsContext,
  objectRequest: ObjectRequest,
  type: ResourceType,
): Promise<Answer> | Answer {
  switch (objectRequest.info.verb) {
    case 'list':
      return list(context, objectRequest, type);
    case 'watch':
      return watch(context, objectRequest, type);
    case 'create':
      return post(context, objectRequest, type);
    default:
      return deleteCollection(context, objectRequest, type);
  }
}

function list({ api }: ObjectsContext, { request, info }: ObjectRequest, type: ResourceType): Answer {
  const page = listObjects(api, type, withinNamespace(type, info), info.query);
  const version = tableVersion(request.headers.get('accept') ?? '');
  if (!version)
    return respond(
      { kind: 'json', value: () => listOf(api, type, page), text: () => listText(api, type, page) },
      200,
      [],
    );
  const metadata = {
    resourceVersion: String(page.revision),
    ...(page.next !== '' && { continue: page.next }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
  const table = (): string => tableText({ ...tableOf(api, type, version, info), objects: page.items, metadata });
  return respond(tableContent(table), 200, []);
}

function watch({ api }: ObjectsContext, { request, info }: ObjectRequest, type: ResourceType): Answer {
  const version = tableVersion(request.headers.get('accept') ?? '');
  let first = true;
  const showTable = (object: KubeObject): string => {
    const withColumns = first;
    first = false;
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    return tableText({ ...tableOf(api, type, version ?? 'v1', info), objects: [object], metadata, withColumns });
  };
  const watchRequest: WatchRequest = {
    type,
    namespace: withinNamespace(type, info),
    name: info.object,
    query: info.query,
    ...(version && { show: showTable }),
    signal: request.signal,
  };
  return { status: 200, headers: HEADERS, content: watchObjects(api, watchRequest) };
}

async function post(
  context: ObjectsContext,
  { request, info, user }: ObjectRequest,
  type: ResourceType,
): Promise<Answer> {
  const body = await readObject(request);
  const object = objectIn(body);
  const reviewer = { user, namespace: namespaceOf(type, info), authenticate: context.authenticate };
  const answer = review(context.api, type, object, reviewer);
  if (answer) return respond(jsonContent(answer), 201, []);
  const validator = fieldValidator(type, info.query, body.repeated);
  const namespace = namespaceOf(type, info) || namespaceIn(type, object);
  const options = writeOptions(context.api, { info, user }, type, validator);
  const stored = await commit(context.api, () => create(context.api, type, namespace, object, options));
  return one(context, request, info, type, stored, 201, validator.warnings);
}

/** Throws for namespaced kinds, which cannot be created without a namespace in the URL. */
function namespaceIn(type: ResourceType, object: JsonObject): string {
  if (!type.namespaced) return '';
  const namespace = isObject(object['metadata']) ? object['metadata']['namespace'] : undefined;
  throw badRequest(
    `an empty namespace may not be set during creation${typeof namespace === 'string' ? ` (the object says ${namespace}: use its URL)` : ''}`,
  );
}

async function handleOne(
  context: ObjectsContext,
  objectRequest: ObjectRequest,
  type: ResourceType,
  part: Part,
): Promise<Answer> {
  const { request, info } = objectRequest;
  const { api } = context;
  const namespace = namespaceOf(type, info);
  switch (info.verb) {
    case 'get':
      return one(context, request, info, type, existingObject(api, type, namespace, info.object), 200, []);
    case 'update': {
      const body = await readObject(request);
      const validator = fieldValidator(type, info.query, body.repeated);
      const options = writeOptions(api, objectRequest, type, validator);
      const stored = await commit(api, () => {
        const old = latestObject(api, type, namespace, info.object);
        return update(api, type, old, objectIn(body), part, options);
      });
      return one(context, request, info, type, stored, 200, validator.warnings);
    }
    case 'patch': {
      const { object, status, warnings } = await patchObject(context, objectRequest, type, part);
      return one(context, request, info, type, object, status, warnings);
    }
    default:
      return deleteOne(context, objectRequest, type);
  }
}

/** Answers with one object, as JSON or as a table of one row. */
function one(
  { api }: ObjectsContext,
  request: ServerRequest,
  info: ResourceRequest,
  type: ResourceType,
  object: KubeObject,
  status: number,
  warnings: readonly string[],
): Answer {
  const version = tableVersion(request.headers.get('accept') ?? '');
  if (!version)
    return respond(
      { kind: 'json', value: () => valueFor(api, type, object), text: () => textFor(api, type, object) },
      status,
      warnings,
    );
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  const table = (): string => tableText({ ...tableOf(api, type, version, info), objects: [object], metadata });
  return respond(tableContent(table), status, warnings);
}

async function deletionBody(request: ServerRequest): Promise<JsonObject> {
  if (request.value !== undefined) return objectIn(await bodyOf(request));
  const bytes = await bytesOf(request);
  if (bytes.byteLength === 0) return {};
  if (isProtobuf(bytes)) {
    const decoded = decodeProtobuf(bytes);
    return isObject(decoded) ? decoded : {};
  }
  return objectIn(readBody(bytes, mediaType(request)));
}

async function deleteOne(
  context: ObjectsContext,
  { request, info }: ObjectRequest,
  type: ResourceType,
): Promise<Answer> {
  const { api } = context;
  const options = deleteOptions(await deletionBody(request), info.query);
  const removal = await commit(api, () =>
    deleteObject(api, type, latestObject(api, type, namespaceOf(type, info), info.object), options),
  );
  if (!removal.isDeleted || type.plural === 'pods') return one(context, request, info, type, removal.object, 200, []);
  const details = {
    name: info.object,
    ...(type.group !== '' && { group: type.group }),
    kind: type.plural,
    uid: removal.object.metadata.uid,
  };
  return respond(jsonContent({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }), 200, []);
}

async function deleteCollection(
  context: ObjectsContext,
  { request, info }: ObjectRequest,
  type: ResourceType,
): Promise<Answer> {
  const { api } = context;
  const options = deleteOptions(await deletionBody(request), info.query);
  const matches = selectorOf(info.query, type);
  const namespace = withinNamespace(type, info);
  const items = await commit(api, () =>
    latestOf(api, type)
      .list(namespace)
      .filter((object) => !matches || matches(object))
      .map((object) => deleteObject(api, type, object, options).object),
  );
  const metadata = { resourceVersion: String(api.store.revision) };
  return respond(jsonContent({ kind: `${type.kind}List`, apiVersion: groupVersionOf(type), metadata, items }), 200, []);
}
