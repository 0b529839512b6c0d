/**
 * One watch: a long answer, one JSON event a line.
 *
 * Nothing is repeated, remembered or swallowed here; a caller who wants to see everything uses the Informer, which knows how
 * to go on after any of the ways in which a watch ends.
 */

import { ApiError, ConnectionError } from './api-error.js';
import type { ApiRequest } from './request.js';
import { pathOf, type Resource } from './resource.js';

/** What to watch, and from when. */
export interface WatchOptions {
  /** By default all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Where to go on, from a list or an event. By default the server begins with an ADDED for everything there is. */
  readonly resourceVersion?: string | undefined;
  /** Ask for a BOOKMARK now and then, so that a quiet kind's version does not grow old. By default false. */
  readonly bookmarks?: boolean | undefined;
  /** When the server ends the watch. By default it decides. */
  readonly timeoutSeconds?: number | undefined;
  /** Ends the watch without an error. */
  readonly signal?: AbortSignal | undefined;
}

/** A change. A BOOKMARK's object has a `resourceVersion` and nothing else. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** Runs one watch. `ask` begins it. */
export async function* watchEvents<T>(
  request: (request: ApiRequest & { readonly signal: AbortSignal }) => Promise<AsyncIterable<unknown>>,
  resource: Resource,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const { namespace, labelSelector, fieldSelector, resourceVersion, bookmarks, timeoutSeconds } = options;
  const query = {
    watch: true,
    labelSelector,
    fieldSelector,
    resourceVersion,
    allowWatchBookmarks: bookmarks ? true : undefined,
    timeoutSeconds,
  };
  // A controller of its own: when this watch is over its connection goes, and nothing is left on the caller's signal.
  const watchAbort = new AbortController();
  const stop = (): void => watchAbort.abort(new Error('the watch was left'));
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  try {
    const events = await request({
      method: 'GET',
      path: pathOf(resource, { namespace }),
      query,
      signal: watchAbort.signal,
    });
    for await (const event of events) yield parseEvent<T>(event);
  } catch (error) {
    if (!watchAbort.signal.aborted) throw error;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    stop();
  }
}

function parseEvent<T>(received: unknown): WatchEvent<T> {
  const event = received as { readonly type: string; readonly object?: unknown }; // checked below
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return { type: event.type, object: event.object as T }; // the caller knows the kind
    case 'ERROR':
      throw ApiError.fromEvent(event.object);
    default:
      throw new ConnectionError(`the watch sent an event of the unknown type ${JSON.stringify(event.type)}`);
  }
}
