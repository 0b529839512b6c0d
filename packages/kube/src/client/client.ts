/**
 * The verbs of the Kubernetes API over a `Send`.
 *
 * Objects go through as plain JSON, unknown fields included. What a caller gets back is what the server said, so the type
 * argument is a promise by the caller, not a check.
 */

import { ApiError } from './api-error.js';
import { requestEvents, requestJson, requestStream, type RetryPolicy, type ApiRequest } from './request.js';
import { systemClock, type Clock } from '../clock.js';
import { listAll, type List, type ListOptions } from './list.js';
import { pathOf, PODS, type KubeObject, type Resource } from './resource.js';
import type { Send } from './transport.js';
import { watchEvents, type WatchEvent, type WatchOptions } from './watch.js';

/** Where an object is. */
export interface ObjectKey {
  /** Required when the kind is namespaced. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** What every request may say. */
export interface CallOptions {
  /** Calls the request off; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What every write may say. */
export interface WriteOptions extends CallOptions {
  /** Have the server check and answer, and change nothing. */
  readonly dryRun?: boolean | undefined;
  /** Who the server notes as the owner of the written fields. By default it derives a name from the user agent. */
  readonly fieldManager?: string | undefined;
  /** What becomes of fields the server does not know. By default the server's own: `Warn`. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
  /** Write this part of the object alone: `status`, `scale`, `finalize`, … */
  readonly subresource?: string | undefined;
}

/** How the body of a patch is to be read; there is no default, because servers and clients disagree on it. */
export interface PatchOptions extends WriteOptions {
  readonly type: 'merge' | 'json' | 'strategic' | 'apply';
  /** Apply only: take over fields that another manager owns instead of failing with a conflict. By default false. */
  readonly force?: boolean | undefined;
}

/** How to delete. */
export interface DeleteOptions extends CallOptions {
  /** Delete only the object with this uid; one that was made anew under the same name is left alone. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Which part of a container's log. */
export interface LogOptions extends CallOptions {
  /** Required when the pod has several. */
  readonly container?: string | undefined;
  /** Go on until the container ends. By default false. */
  readonly follow?: boolean | undefined;
  readonly tailLines?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  /** RFC 3339. */
  readonly sinceTime?: string | undefined;
  readonly timestamps?: boolean | undefined;
  /** Of the container's run before this one. */
  readonly previous?: boolean | undefined;
  readonly limitBytes?: number | undefined;
}

/** How a client behaves. */
export interface ClientOptions {
  /** Milliseconds. By default 30,000. */
  readonly timeoutMs?: number;
  /** How often a 429 (or a 503 with Retry-After) is asked again. By default 5. */
  readonly retries?: number;
  /** By default the machine's. */
  readonly clock?: Clock;
}

const PATCH_TYPES: Readonly<Record<PatchOptions['type'], string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml', // JSON is YAML
};

/**
 * Asks one API server.
 *
 * Refusals reject with ApiError, silence with ConnectionError. Only what the server asked to have repeated is repeated.
 */
export class KubeClient {
  readonly #send: Send;
  readonly #policy: RetryPolicy;

  constructor(send: Send, options: ClientOptions = {}) {
    this.#send = send;
    this.#policy = {
      clock: options.clock ?? systemClock,
      timeoutMs: options.timeoutMs ?? 30_000,
      retries: options.retries ?? 5,
      maxDelayMs: 30_000,
    };
  }

  /** Any request, for what has no verb here. */
  request<T = unknown>(request: ApiRequest): Promise<T> {
    return requestJson(this.#send, request, this.#policy) as Promise<T>; // the caller knows the kind
  }

  /** An object, or undefined when there is none. */
  async get<T = KubeObject>(resource: Resource, key: ObjectKey, options: CallOptions = {}): Promise<T | undefined> {
    try {
      return await this.request<T>({ method: 'GET', path: pathOf(resource, key), ...options });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All objects of a kind, page by page, as of one moment. Items have `apiVersion` and `kind`, unlike the server's. */
  list<T = KubeObject>(resource: Resource, options: ListOptions = {}): Promise<List<T>> {
    return listAll<T>((request) => this.request(request), resource, options);
  }

  /** Creates an object (or, with `name` and `subresource`, a part of one). Rejects with `AlreadyExists` if it is there. */
  create<T = KubeObject>(
    resource: Resource,
    key: { readonly namespace?: string | undefined; readonly name?: string | undefined },
    object: unknown,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = pathOf(resource, { ...key, subresource: options.subresource });
    return this.request<T>({
      method: 'POST',
      path,
      query: toWriteQuery(options),
      body: object,
      signal: options.signal,
    });
  }

  /** Puts an object in place of the one with its name. Rejects with `Conflict` if its `resourceVersion` is not the latest. */
  replace<T = KubeObject>(resource: Resource, object: KubeObject, options: WriteOptions = {}): Promise<T> {
    const { namespace, name } = object.metadata;
    if (!name) throw new TypeError(`a ${resource.kind} without metadata.name cannot be replaced`);
    const path = pathOf(resource, { namespace, name, subresource: options.subresource });
    return this.request<T>({ method: 'PUT', path, query: toWriteQuery(options), body: object, signal: options.signal });
  }

  /** Changes parts of an object. `apply` creates it if need be and requires a `fieldManager`. */
  patch<T = KubeObject>(resource: Resource, key: ObjectKey, body: unknown, options: PatchOptions): Promise<T> {
    if (options.type === 'apply' && !options.fieldManager) throw new TypeError('an apply patch needs a fieldManager');
    const path = pathOf(resource, { ...key, subresource: options.subresource });
    const query = { ...toWriteQuery(options), force: options.type === 'apply' ? options.force : undefined };
    const contentType = PATCH_TYPES[options.type];
    return this.request<T>({ method: 'PATCH', path, query, body, contentType, signal: options.signal });
  }

  /** Has an object deleted. It is a success when it is gone already, or when another one bears its name by now (`uid`). */
  async delete(resource: Resource, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy, dryRun, signal } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions: { uid, resourceVersion } }),
      gracePeriodSeconds,
      propagationPolicy,
      ...(dryRun ? { dryRun: ['All'] } : {}),
    };
    try {
      await this.request({ method: 'DELETE', path: pathOf(resource, key), body, signal });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) return;
      if (error.status !== 409 || uid === undefined) throw error;
      const current = await this.get(resource, key, { signal });
      if (current?.metadata.uid === uid) throw error;
    }
  }

  /**
   * What happens to a kind after `resourceVersion`. Ends when the server ends it (normal: every few minutes) or the signal
   * fires; throws ApiError for an ERROR event (see `isExpired`), or the error of a broken connection.
   */
  watch<T = KubeObject>(resource: Resource, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>> {
    return watchEvents<T>((request) => requestEvents(this.#send, request, this.#policy), resource, options);
  }

  /** A container's log, as it comes. Cancel the stream, or fire the signal, to leave. Rejects with 400 before it has started. */
  async podLogs(key: ObjectKey, options: LogOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const { signal, ...query } = options;
    const path = pathOf(PODS, { ...key, subresource: 'log' });
    const log = await requestStream(this.#send, { method: 'GET', path, query, accept: '*/*', signal }, this.#policy);
    // A server in this process need not notice that its reader has gone.
    return signal ? log.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal }) : log;
  }
}

function toWriteQuery({ dryRun, fieldManager, fieldValidation }: WriteOptions): ApiRequest['query'] & object {
  return { dryRun: dryRun ? 'All' : undefined, fieldManager, fieldValidation };
}
