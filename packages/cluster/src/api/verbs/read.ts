/**
 * Reads objects: one, or lists, in pages from one consistent state, or at a revision.
 */

import type { JsonObject, KubeObject } from '../../model/json.js';
import { badRequest, expired, notFound, StatusError } from '../status-error.js';
import { groupVersionOf, type ResourceType } from '../kinds/resource-type.js';
import { fieldSelector, type Matches } from '../selectors/field-selector.js';
import { labelSelector } from '../selectors/label-selector.js';
import { latestOf, collectionOf, type ApiContext } from '../api-context.js';
import { sortKey } from '../../storage/memory/collection.js';

/** A page of a list, and the start of the next page. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly revision: number;
  /** `''` for the last page. */
  readonly next: string;
  /** Undefined if a selector was given. */
  readonly remaining: number | undefined;
}

/** Returns an object. Throws a 404 if it does not exist. */
export function existingObject(api: ApiContext, type: ResourceType, namespace: string, name: string): KubeObject {
  const found = collectionOf(api, type).get(namespace, name);
  if (!found) throw notFound(type, name);
  return valueFor(api, type, found);
}

/** Returns an object including pending writes, on which a write is computed; undefined if it does not exist. */
export function tryLatestObject(
  api: ApiContext,
  type: ResourceType,
  namespace: string,
  name: string,
): KubeObject | undefined {
  const found = latestOf(api, type).get(namespace, name);
  return found && valueFor(api, type, found);
}

/** Returns an object including pending writes, on which a write is computed. Throws a 404 if it does not exist. */
export function latestObject(api: ApiContext, type: ResourceType, namespace: string, name: string): KubeObject {
  const found = tryLatestObject(api, type, namespace, name);
  if (!found) throw notFound(type, name);
  return found;
}

/** Combines the selectors of a query with a name; undefined if everything is selected. */
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

/** Parses the resourceVersion of a query; undefined if it is not given. */
export function revisionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion');
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(
      `Invalid value: ${JSON.stringify(text)}: resourceVersion must be a number from a list or an object`,
    );
  }
  return Number(text);
}

/** Parses an integer parameter, 0 if it is absent. Throws a 400 with Go's message if it is not an integer. */
export function integerIn(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  if (text === '') return 0;
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  const reason = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${reason}`);
}

const TOO_OLD = 'The provided continue parameter is too old to display a consistent list result.';

/** Returns one page of a list. All pages of a list show the state of the first page. */
export function listObjects(
  api: ApiContext,
  type: ResourceType,
  namespace: string | undefined,
  query: URLSearchParams,
): Page {
  const collection = collectionOf(api, type);
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
  const selected = matches ? rest.filter(matches) : rest;
  if (limit === 0 || selected.length <= limit) return { items: selected, revision, next: '', remaining: undefined };
  const items = selected.slice(0, limit);
  const last = items.at(-1);
  const next = last ? writeToken(revision, sortKey(last)) : '';
  return { items, revision, next, remaining: matches ? undefined : selected.length - limit };
}

/** Throws a 504 for a future revision, since waiting would not help on a single server. */
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
    // not JSON: rejected below
  }
  throw badRequest('continue key is not valid: it was not returned by a list of this server');
}

const metadataOf = ({ revision, next, remaining }: Page): JsonObject => ({
  resourceVersion: String(revision),
  ...(next !== '' && { continue: next }),
  ...(remaining !== undefined && { remainingItemCount: remaining }),
});

/** Returns a list object. */
export const listOf = (api: ApiContext, type: ResourceType, page: Page): JsonObject => ({
  kind: `${type.kind}List`,
  apiVersion: groupVersionOf(type),
  metadata: metadataOf(page),
  items: page.items.map((item) => valueFor(api, type, item)),
});

/** Returns the text of a list: the texts of its items, joined. */
export function listText(api: ApiContext, type: ResourceType, page: Page): string {
  const head = `{"kind":"${type.kind}List","apiVersion":"${groupVersionOf(type)}","metadata":${JSON.stringify(metadataOf(page))},"items":[`;
  return `${head}${page.items.map((item) => textFor(api, type, item)).join(',')}]}`;
}

/** Returns an object in the requested version. */
export const valueFor = (api: ApiContext, type: ResourceType, object: KubeObject): KubeObject =>
  api.forms.of(type, object);

/** Returns the text of an object in the requested version. */
export const textFor = (api: ApiContext, type: ResourceType, object: KubeObject): string =>
  api.store.texts.textOf(valueFor(api, type, object));
