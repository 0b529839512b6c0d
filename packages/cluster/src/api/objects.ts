/**
 * Requests for objects: from verb and body to the functions that read, write, watch and delete.
 */

import { discover } from './discovery.js';
import { bodyOf, bytesOf, mediaType, objectIn, readBody, type Body } from './body.js';
import type { User } from './identity.js';
import { isObject, type JsonObject, type KubeObject } from './json.js';
import { jsonContent, type Answer, type Incoming, type JsonContent } from './plain.js';
import { decodeProtobuf, isProtobuf } from './protobuf.js';
import { badRequest, invalidOption, methodNotAllowed, noSuchPath, Refusal } from './refusal.js';
import { apiVersionOf, type ResourceType } from './resource.js';
import { commit } from './commit.js';
import { getObject, latestObject, listObjects, listOf, listText, selectorOf, textFor, valueFor } from './read.js';
import { deleteOptions, remove } from './remove.js';
import { patchObject } from './patching.js';
import { review, type Authenticate } from './reviews.js';
import { handleSubresource, type PodLogs } from './subresources.js';
import { includeOf, tableText, tableVersion } from './table.js';
import type { ResourceTarget } from './target.js';
import { watchObjects, type WatchRequest } from './watch.js';
import { latestOf, type World } from './world.js';
import { create, update, type Part } from './write.js';
import { fieldsJudge } from './field-validation.js';

/** What requests for objects are answered from. */
export interface ObjectsContext {
  readonly world: World;
  readonly authenticate: Authenticate;
  /** Makes tokens of ServiceAccounts. */
  readonly tokenKey: Buffer;
  /** Pods' output; absent until there is a node. */
  readonly logs: () => PodLogs | undefined;
}

/** One request, understood. */
export interface Asked {
  readonly request: Incoming;
  readonly url: URL;
  readonly target: ResourceTarget;
  readonly user: User;
}

const ACCEPTED = /^(\*\/\*|application\/(\*|json|yaml|vnd\.kubernetes\.protobuf)|text\/\*)$/;

/** Answers are JSON; who accepts neither that nor what stands in for it is told so. */
function checkAccept(accept: string | null): void {
  if (accept === null || accept === '') return;
  if (accept.split(',').some((each) => ACCEPTED.test(each.split(';')[0]?.trim() ?? ''))) return;
  const known = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  throw new Refusal(406, 'NotAcceptable', `only the following media types are accepted: ${known}`);
}

/** Answers a request for objects that the user may make. */
export async function handleObjects(context: ObjectsContext, asked: Asked): Promise<Answer | Response> {
  const { world } = context;
  const { target, request } = asked;
  const type = world.catalog.find(target.group, target.version, target.plural);
  if (!type) {
    const listing = request.method === 'GET' ? discover(world.catalog, asked.url.pathname) : undefined;
    if (listing) return respond(jsonContent(listing), 200, []);
    throw noSuchPath();
  }
  const wide = target.namespace === '' || type.plural === 'namespaces';
  if (type.namespaced ? target.name !== '' && wide && !isCollection(target) : target.namespace !== '' && !wide)
    throw noSuchPath();
  if (target.subresource !== '' && !type.subresources.includes(target.subresource)) throw noSuchPath();
  if (target.subresource === '') checkAccept(request.headers.get('accept'));
  if (target.subresource !== '' && !PARTS.has(target.subresource)) {
    return handleSubresource(context, asked, type);
  }
  return isCollection(target) ? handleCollection(context, asked, type) : handleOne(context, asked, type);
}

const PARTS = new Map<string, Part>([
  ['', 'main'],
  ['status', 'status'],
  ['finalize', 'finalize'],
]);
const isCollection = ({ verb }: ResourceTarget): boolean =>
  ['list', 'watch', 'create', 'deletecollection'].includes(verb);

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };

/** An answer in JSON. */
export const respond = (content: JsonContent, status: number, warnings: readonly string[]): Answer => ({
  status,
  headers: HEADERS,
  warnings,
  content,
});

/** A table is text from the beginning: only kubectl asks for it, and it reads text. */
const tableContent = (text: () => string): JsonContent => ({ value: () => JSON.parse(text()) as unknown, text });

const namespaceOf = (type: ResourceType, { namespace }: ResourceTarget): string => (type.namespaced ? namespace : '');

function handleCollection(context: ObjectsContext, asked: Asked, type: ResourceType): Promise<Answer> | Answer {
  const { target } = asked;
  if (!type.verbs.includes(target.verb)) throw methodNotAllowed();
  switch (target.verb) {
    case 'list':
      return list(context, asked, type);
    case 'watch':
      return watch(context, asked, type);
    case 'create':
      return post(context, asked, type);
    default:
      return removeMany(context, asked, type);
  }
}

function list({ world }: ObjectsContext, { request, url, target }: Asked, type: ResourceType): Answer {
  const namespace = type.namespaced && target.namespace !== '' ? target.namespace : undefined;
  const page = listObjects(world, type, namespace, url.searchParams);
  const version = tableVersion(request.headers.get('accept') ?? '');
  if (!version) return respond({ value: () => listOf(type, page), text: () => listText(type, page) }, 200, []);
  const metadata = {
    resourceVersion: String(page.revision),
    ...(page.next !== '' && { continue: page.next }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
  const table = (): string =>
    tableText(type, page.items, metadata, includeOf(url.searchParams), world.clock.date(), version);
  return respond(tableContent(table), 200, []);
}

function watch({ world }: ObjectsContext, { request, url, target }: Asked, type: ResourceType): Answer {
  const version = tableVersion(request.headers.get('accept') ?? '');
  let first = true;
  const showTable = (object: KubeObject): string => {
    const withColumns = first;
    first = false;
    return tableText(
      type,
      [object],
      { resourceVersion: object.metadata.resourceVersion },
      includeOf(url.searchParams),
      world.clock.date(),
      version ?? 'v1',
      withColumns,
    );
  };
  const named = target.name !== '' && url.pathname.endsWith(`/${encodeURIComponent(target.name)}`);
  const query = new URLSearchParams(url.searchParams);
  if (named) query.set('fieldSelector', `metadata.name=${target.name}`);
  const asking: WatchRequest = {
    type,
    namespace: type.namespaced && target.namespace !== '' ? target.namespace : undefined,
    query,
    ...(version && { show: showTable }),
    signal: request.signal,
  };
  return { status: 200, headers: HEADERS, content: watchObjects(world, asking) };
}

/** Reads a body as an object, whatever form it comes in. */
export async function readObject(request: Incoming): Promise<Body> {
  if (request.value !== undefined) return bodyOf(request);
  const bytes = await bytesOf(request);
  const media = mediaType(request);
  if (media !== 'application/vnd.kubernetes.protobuf' && !isProtobuf(bytes)) return readBody(bytes, media);
  return { value: decodeProtobuf(bytes), repeated: [] };
}

/** Whether a request is to be carried out for show. */
export function isDryRun(query: URLSearchParams): boolean {
  const asked = query.getAll('dryRun');
  if (asked.some((each) => each !== 'All')) throw invalidOption('CreateOptions', 'dryRun', asked[0], ['All']);
  return asked.length > 0;
}

async function post(
  context: ObjectsContext,
  { request, url, target, user }: Asked,
  type: ResourceType,
): Promise<Answer> {
  if (
    target.name !== '' &&
    url.pathname.endsWith(target.name) &&
    target.verb === 'create' &&
    url.pathname.split('/').at(-1) !== type.plural
  ) {
    throw methodNotAllowed();
  }
  const body = await readObject(request);
  const object = objectIn(body);
  const answer = review(context.world, type, object, user, context.authenticate);
  if (answer) return respond(jsonContent(answer), 201, []);
  const judge = fieldsJudge(type, url.searchParams, body.repeated);
  const namespace = namespaceOf(type, target) || namespaceIn(type, object);
  const options = { dryRun: isDryRun(url.searchParams), onUnknown: judge.onUnknown };
  const stored = await commit(context.world, () => create(context.world, type, namespace, object, options));
  return one(context, request, url, type, stored, 201, judge.warnings);
}

/** Creating without a namespace in the URL is refused, as upstream does for namespaced kinds. */
function namespaceIn(type: ResourceType, object: JsonObject): string {
  if (!type.namespaced) return '';
  const said = isObject(object['metadata']) ? object['metadata']['namespace'] : undefined;
  throw badRequest(
    `an empty namespace may not be set during creation${typeof said === 'string' ? ` (the object says ${said}: use its URL)` : ''}`,
  );
}

async function handleOne(context: ObjectsContext, asked: Asked, type: ResourceType): Promise<Answer> {
  const { request, url, target } = asked;
  const { world } = context;
  if (!type.verbs.includes(target.verb)) throw methodNotAllowed();
  const namespace = namespaceOf(type, target);
  const part = PARTS.get(target.subresource) ?? 'main';
  switch (target.verb) {
    case 'get':
      return one(context, request, url, type, getObject(world, type, namespace, target.name), 200, []);
    case 'update': {
      const body = await readObject(request);
      const judge = fieldsJudge(type, url.searchParams, body.repeated);
      const options = { dryRun: isDryRun(url.searchParams), onUnknown: judge.onUnknown };
      const stored = await commit(world, () => {
        const old = latestObject(world, type, namespace, target.name);
        return update(world, type, old, objectIn(body), part, options);
      });
      return one(context, request, url, type, stored, 200, judge.warnings);
    }
    case 'patch': {
      const { object, status, warnings } = await patchObject(context, asked, type, part);
      return one(context, request, url, type, object, status, warnings);
    }
    default:
      return removeOne(context, asked, type);
  }
}

/** One object, as JSON or as a table of one row. */
function one(
  { world }: ObjectsContext,
  request: Incoming,
  url: URL,
  type: ResourceType,
  object: KubeObject,
  status: number,
  warnings: readonly string[],
): Answer {
  const version = tableVersion(request.headers.get('accept') ?? '');
  if (!version)
    return respond({ value: () => valueFor(type, object), text: () => textFor(type, object) }, status, warnings);
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  const table = (): string =>
    tableText(type, [object], metadata, includeOf(url.searchParams), world.clock.date(), version);
  return respond(tableContent(table), status, warnings);
}

async function deletionBody(request: Incoming): Promise<JsonObject> {
  if (request.value !== undefined) return objectIn(await bodyOf(request));
  const bytes = await bytesOf(request);
  if (bytes.byteLength === 0) return {};
  if (isProtobuf(bytes)) {
    const decoded = decodeProtobuf(bytes);
    return isObject(decoded) ? decoded : {};
  }
  return objectIn(readBody(bytes, mediaType(request)));
}

async function removeOne(
  context: ObjectsContext,
  { request, url, target }: Asked,
  type: ResourceType,
): Promise<Answer> {
  const { world } = context;
  const options = deleteOptions(await deletionBody(request), url.searchParams);
  const removal = await commit(world, () =>
    remove(world, type, latestObject(world, type, namespaceOf(type, target), target.name), options),
  );
  if (!removal.gone || type.plural === 'pods') return one(context, request, url, type, removal.object, 200, []);
  const details = {
    name: target.name,
    ...(type.group !== '' && { group: type.group }),
    kind: type.plural,
    uid: removal.object.metadata.uid,
  };
  return respond(jsonContent({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }), 200, []);
}

async function removeMany(
  context: ObjectsContext,
  { request, url, target }: Asked,
  type: ResourceType,
): Promise<Answer> {
  const { world } = context;
  const options = deleteOptions(await deletionBody(request), url.searchParams);
  const matches = selectorOf(url.searchParams, type);
  const namespace = type.namespaced && target.namespace !== '' ? target.namespace : undefined;
  const items = await commit(world, () =>
    latestOf(world, type)
      .list(namespace)
      .filter((object) => !matches || matches(object))
      .map((object) => remove(world, type, object, options).object),
  );
  const metadata = { resourceVersion: String(world.store.revision) };
  return respond(jsonContent({ kind: `${type.kind}List`, apiVersion: apiVersionOf(type), metadata, items }), 200, []);
}
