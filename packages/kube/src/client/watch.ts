/**
 * One watch: a long response with one JSON event per line.
 *
 * Does not retry and hides no error. The Informer continues after a watch has ended.
 */

import { ApiError, ConnectionError } from './api-error.js';
import type { ApiRequest } from './request.js';
import { pathOf, type KubeObject, type Resource } from './resource.js';

/** Options of a watch. */
export interface WatchOptions {
  /** By default all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** The version to continue from, of a list or an event. By default the server starts with an ADDED event for each existing object. */
  readonly resourceVersion?: string | undefined;
  /** Requests BOOKMARK events, so that the version of a kind without changes does not expire. By default false. */
  readonly bookmarks?: boolean | undefined;
  /** When the server ends the watch. By default it decides. */
  readonly timeoutSeconds?: number | undefined;
  /** Ends the watch without an error. */
  readonly signal?: AbortSignal | undefined;
}

/** A change. The object of a BOOKMARK has only a `resourceVersion`. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** Runs one watch, which `request` starts. `decode` converts the objects of changes. */
export async function* watchEvents<T>(
  request: (request: ApiRequest & { readonly signal: AbortSignal }) => Promise<AsyncIterable<unknown>>,
  resource: Resource,
  options: WatchOptions,
  decode: (object: KubeObject) => KubeObject = (object) => object,
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
  // Its own controller closes the connection at the end of the watch and leaves no listener on the caller's signal.
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
    for await (const event of events) yield parseEvent<T>(event, decode);
  } catch (error) {
    if (!watchAbort.signal.aborted) throw error;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    stop();
  }
}

function parseEvent<T>(received: unknown, decode: (object: KubeObject) => KubeObject): WatchEvent<T> {
  const event = received as { readonly type: string; readonly object?: unknown }; // checked below
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: decode(event.object as KubeObject) as T }; // the caller knows the kind
    case 'BOOKMARK':
      return { type: event.type, object: event.object as T }; // the caller knows the kind
    case 'ERROR':
      throw ApiError.fromEvent(event.object);
    default:
      throw new ConnectionError(`the watch sent an event of the unknown type ${JSON.stringify(event.type)}`);
  }
}
