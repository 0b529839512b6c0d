/**
 * Lists objects page by page, as of one moment.
 *
 * If the server compacts that moment, the token of the next page expires and the list is read again in one request. Items of built-in
 * kinds lack `apiVersion` and `kind`, which are added so that a listed object equals a watched one.
 */

import { isExpired } from './api-error.js';
import type { ApiRequest } from './request.js';
import { apiVersionOf, pathOf, type Resource } from './resource.js';

/** Options of a list. */
export interface ListOptions {
  /** By default all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** The oldest acceptable version. By default the latest. */
  readonly resourceVersion?: string | undefined;
  /** Objects per page. By default 500; 0 requests all at once. */
  readonly pageSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Objects, and the version from which a watch continues. */
export interface List<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly object[] | null;
}

/** Lists all pages with one `request` per page. */
export async function listAll<T>(
  request: (request: ApiRequest) => Promise<unknown>,
  resource: Resource,
  options: ListOptions,
): Promise<List<T>> {
  const { namespace, labelSelector, fieldSelector, resourceVersion, pageSize = 500, signal } = options;
  const path = pathOf(resource, { namespace });
  const kind = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  let limit: number | undefined = pageSize > 0 ? pageSize : undefined;
  let next: string | undefined;
  let items: T[] = [];
  for (;;) {
    const query = {
      labelSelector,
      fieldSelector,
      limit,
      continue: next,
      resourceVersion: next ? undefined : resourceVersion,
    };
    let page: Page;
    try {
      page = (await request({ method: 'GET', path, query, signal })) as Page; // what every list looks like
    } catch (error) {
      if (!next || !isExpired(error)) throw error;
      [limit, next, items] = [undefined, undefined, []];
      continue;
    }
    for (const item of page.items ?? []) items.push({ ...kind, ...item } as T); // the caller knows the kind
    next = page.metadata?.continue;
    if (!next) return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
  }
}
