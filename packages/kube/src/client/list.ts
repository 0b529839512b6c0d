/**
 * Listing: page by page, and still as of one moment.
 *
 * A page's token dies when the server forgets the moment it stands for; the list then starts over in one piece. Items of
 * built-in kinds come without `apiVersion` and `kind`, which are put back so that a listed object equals a watched one.
 */

import { isExpired } from './api-error.js';
import type { ApiRequest } from './request.js';
import { apiVersionOf, pathOf, type Resource } from './resource.js';

/** Which objects to list. */
export interface ListOptions {
  /** By default all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** How fresh it must be. By default as fresh as can be. */
  readonly resourceVersion?: string | undefined;
  /** Objects a page. By default 500; 0 asks for everything at once. */
  readonly pageSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Objects, and the moment they are of: where a watch goes on. */
export interface List<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly object[] | null;
}

/** Lists all pages. `ask` does one request. */
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
