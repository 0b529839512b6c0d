/**
 * Getting one object, and listing many: whole, in pages from one consistent state, or as of a revision.
 */

import type { JsonObject, KubeObject } from '../../model/json.js';
import { badRequest, expired, notFound, StatusError } from '../status-error.js';
import { apiVersionOf, type ResourceType } from '../kinds/resource-type.js';
import { fieldSelector, type Matches } from '../selectors/field-selector.js';
import { labelSelector } from '../selectors/label-selector.js';
import { latestOf, objectsOf, type ApiContext } from '../api-context.js';
import { sortKey } from '../../storage/memory/collection.js';

/** What a list holds, and where its next page begins. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly revision: number;
  /** `''` when this is the last page. */
  readonly next: string;
  /** Unknown when a selector was given. */
  readonly remaining: number | undefined;
}

/** The object, or a 404. */
export function getObject(api: ApiContext, type: ResourceType, namespace: string, name: string): KubeObject {
  const found = objectsOf(api, type).get(namespace, name);
  if (!found) throw notFound(type, name);
  return found;
}

/** The object with all writes so far, or a 404: what a write is computed on. */
export function latestObject(api: ApiContext, type: ResourceType, namespace: string, name: string): KubeObject {
  const found = latestOf(api, type).get(namespace, name);
  if (!found) throw notFound(type, name);
  return found;
}

/** Both selectors of a query as one, and a name if one is given; undefined when everything is wanted. */
export function selectorOf(query: URLSearchParams, type: ResourceType, name = ''): Matches | undefined {
  const selected = selectedBy(query, type);
  if (name === '') return selected;
  return (object) => object.metadata.name === name && (selected?.(object) ?? true);
}

function selectedBy(query: URLSearchParams, type: ResourceType): Matches | undefined {
  const labels = labelSelector(query.get('labelSelector'));
  const fields = fieldSelector(query.get('fieldSelector'), type);
  if (labels && fields) return (object) => labels(object) && fields(object);
  return labels ?? fields;
}

/** A revision given by a client; undefined when it does not care. */
export function revisionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion');
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(
      `Invalid value: ${JSON.stringify(text)}: resourceVersion must be a number as given by a list or an object`,
    );
  }
  return Number(text);
}

/** An integer of a query; 0 when it is not given. Throws a 400 in Go's words for what is not one. */
export function integerIn(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  if (text === '') return 0;
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  const why = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
}

const TOO_OLD = 'The provided continue parameter is too old to display a consistent list result.';

/** One page of a list. Pages of one list show one state: that of the first page. */
export function listObjects(
  api: ApiContext,
  type: ResourceType,
  namespace: string | undefined,
  query: URLSearchParams,
): Page {
  const collection = objectsOf(api, type);
  const matches = selectorOf(query, type);
  const limit = Math.max(0, integerIn(query, 'limit'));
  const token = query.get('continue') ?? '';
  const from = token === '' ? undefined : readToken(token);
  const exact = query.get('resourceVersionMatch') === 'Exact' ? revisionOf(query) : undefined;
  const revision = from?.revision ?? exact ?? api.store.revision;
  waitsForFuture(api, from ? undefined : revisionOf(query));
  const state = collection.listAsOf(revision, namespace);
  if (!state) throw expired(from ? TOO_OLD : `The resourceVersion for the provided list is too old.`);

  const rest = from ? state.filter((object) => sortKey(object) > from.after) : state;
  const wanted = matches ? rest.filter(matches) : rest;
  if (limit === 0 || wanted.length <= limit) return { items: wanted, revision, next: '', remaining: undefined };
  const items = wanted.slice(0, limit);
  const last = items.at(-1);
  const next = last ? writeToken(revision, sortKey(last)) : '';
  return { items, revision, next, remaining: matches ? undefined : wanted.length - limit };
}

/** 504 for a revision that has not been reached: this server is alone, so waiting would not help. */
export function waitsForFuture(api: ApiContext, revision: number | undefined): void {
  if (revision === undefined || revision <= api.store.revision) return;
  const message = `Too large resource version: ${revision}, current: ${api.store.revision}`;
  throw new StatusError(504, 'Timeout', message, {
    causes: [{ reason: 'UnexpectedServerResponse', field: '', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

const writeToken = (revision: number, after: string): string =>
  Buffer.from(JSON.stringify({ v: 1, revision, after })).toString('base64url');

function readToken(token: string): { readonly revision: number; readonly after: string } {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof read === 'object' && read !== null && 'revision' in read && 'after' in read) {
      const { revision, after } = read;
      if (Number.isSafeInteger(revision) && typeof revision === 'number' && typeof after === 'string')
        return { revision, after };
    }
  } catch {
    // falls through to the refusal: a token that is no JSON is no token
  }
  throw badRequest('continue key is not valid: it is not one that a list of this server gave');
}

const metadataOf = ({ revision, next, remaining }: Page): JsonObject => ({
  resourceVersion: String(revision),
  ...(next !== '' && { continue: next }),
  ...(remaining !== undefined && { remainingItemCount: remaining }),
});

/** A list. */
export const listOf = (type: ResourceType, page: Page): JsonObject => ({
  kind: `${type.kind}List`,
  apiVersion: apiVersionOf(type),
  metadata: metadataOf(page),
  items: page.items.map((item) => valueFor(type, item)),
});

/** The text of a list: the items' own texts, joined. */
export function listText(api: ApiContext, type: ResourceType, page: Page): string {
  const head = `{"kind":"${type.kind}List","apiVersion":"${apiVersionOf(type)}","metadata":${JSON.stringify(metadataOf(page))},"items":[`;
  return `${head}${page.items.map((item) => textFor(api, type, item)).join(',')}]}`;
}

/** An object in the version it is asked for: versions of a kind differ in name alone. */
export function valueFor(type: ResourceType, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(type);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** An object's text in the version it is asked for. */
export const textFor = (api: ApiContext, type: ResourceType, object: KubeObject): string =>
  api.store.texts.textOf(valueFor(type, object));
