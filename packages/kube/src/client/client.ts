/**
 * The verbs of the Kubernetes API over a `Send`.
 *
 * Objects stay plain JSON with their unknown fields. Responses are not checked: the type argument is asserted by the caller.
 */

import { ApiError } from './api-error.js';
import { requestEvents, requestJson, requestStream, type RetryPolicy, type ApiRequest } from './request.js';
import { systemClock, type Clock, type Send } from '@pipewright/apimachinery';
import { listAll, type List, type ListOptions } from './list.js';
import { pathOf, PODS, type KubeObject, type Resource } from './resource.js';
import { watchEvents, type WatchEvent, type WatchOptions } from './watch.js';

/** Namespace and name of an object. */
export interface ObjectKey {
  /** Required if the kind is namespaced. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Options of every request. */
export interface CallOptions {
  /** Cancels the request, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of every write. */
export interface WriteOptions extends CallOptions {
  /** The server validates and responds without changing anything. */
  readonly dryRun?: boolean | undefined;
  /** The recorded owner of the written fields. By default the server derives a name from the user agent. */
  readonly fieldManager?: string | undefined;
  /** How the server treats unknown fields. By default `Warn`, the server's default. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
  /** Writes only this part of the object: `status`, `scale`, `finalize`, … */
  readonly subresource?: string | undefined;
}

/** Options of a patch. Its type has no default, because servers and clients disagree on one. */
export interface PatchOptions extends WriteOptions {
  readonly type: 'merge' | 'json' | 'strategic' | 'apply';
  /** Apply only: takes over fields of other managers instead of failing with a conflict. By default false. */
  readonly force?: boolean | undefined;
}

/** Options of a deletion. */
export interface DeleteOptions extends CallOptions {
  /** Deletes only the object with this uid, not a newer one of the same name. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Options of a container's log. */
export interface LogOptions extends CallOptions {
  /** Required if the pod has several. */
  readonly container?: string | undefined;
  /** Continues until the container ends. By default false. */
  readonly follow?: boolean | undefined;
  readonly tailLines?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  /** RFC 3339. */
  readonly sinceTime?: string | undefined;
  readonly timestamps?: boolean | undefined;
  /** The log of the previous instance of the container. */
  readonly previous?: boolean | undefined;
  readonly limitBytes?: number | undefined;
}

/** Options of a client. */
export interface ClientOptions {
  /** Milliseconds. By default 30,000. */
  readonly timeoutMs?: number;
  /** How often a request is repeated after a 429, or a 503 with Retry-After. By default 5. */
  readonly retries?: number;
  /** By default the system clock. */
  readonly clock?: Clock;
  /** Converts each object that the server returns, whatever the verb. By default objects stay as they are. */
  readonly decode?: Decode;
}

/** Converts an object that a server returned, before anything else sees it. Must return an object of the same kind. */
export type Decode = <T extends KubeObject>(object: T) => T;

const PATCH_TYPES: Readonly<Record<PatchOptions['type'], string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml', // JSON is YAML
};

/**
 * A client of one API server.
 *
 * Rejects with ApiError if the server rejects a request, with ConnectionError if it does not respond. Repeats a request only if the server
 * requests it.
 */
export class KubeClient {
  readonly #send: Send;
  readonly #policy: RetryPolicy;
  readonly #decode: Decode;

  constructor(send: Send, options: ClientOptions = {}) {
    this.#send = send;
    this.#decode = options.decode ?? ((object) => object);
    this.#policy = {
      clock: options.clock ?? systemClock,
      timeoutMs: options.timeoutMs ?? 30_000,
      retries: options.retries ?? 5,
      maxDelayMs: 30_000,
    };
  }

  /** Sends any request, for operations without a method here. */
  request<T = unknown>(request: ApiRequest): Promise<T> {
    return requestJson(this.#send, request, this.#policy) as Promise<T>; // the caller knows the kind
  }

  async #requestObject<T>(request: ApiRequest): Promise<T> {
    return this.#decode((await this.request(request)) as KubeObject) as T; // the caller knows the kind
  }

  /** Returns an object, or undefined if it does not exist. */
  async get<T = KubeObject>(resource: Resource, key: ObjectKey, options: CallOptions = {}): Promise<T | undefined> {
    try {
      return await this.#requestObject<T>({ method: 'GET', path: pathOf(resource, key), ...options });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Lists all objects of a kind as of one moment, page by page. Adds `apiVersion` and `kind` to the items, which servers omit. */
  async list<T = KubeObject>(resource: Resource, options: ListOptions = {}): Promise<List<T>> {
    const { items, resourceVersion } = await listAll<KubeObject>((request) => this.request(request), resource, options);
    return { items: items.map((item) => this.#decode(item) as T), resourceVersion }; // the caller knows the kind
  }

  /** Creates an object (or, with `name` and `subresource`, a part of one). Rejects with `AlreadyExists` if it exists. */
  create<T = KubeObject>(
    resource: Resource,
    key: { readonly namespace?: string | undefined; readonly name?: string | undefined },
    object: unknown,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = pathOf(resource, { ...key, subresource: options.subresource });
    return this.#requestObject<T>({
      method: 'POST',
      path,
      query: toWriteQuery(options),
      body: object,
      signal: options.signal,
    });
  }

  /** Replaces the object of the same name. Rejects with `Conflict` if its `resourceVersion` is not the latest. */
  replace<T = KubeObject>(resource: Resource, object: KubeObject, options: WriteOptions = {}): Promise<T> {
    const { namespace, name } = object.metadata;
    if (!name) throw new TypeError(`a ${resource.kind} without metadata.name cannot be replaced`);
    const path = pathOf(resource, { namespace, name, subresource: options.subresource });
    const query = toWriteQuery(options);
    return this.#requestObject<T>({ method: 'PUT', path, query, body: object, signal: options.signal });
  }

  /** Changes parts of an object. `apply` creates it if it does not exist, and requires a `fieldManager`. */
  patch<T = KubeObject>(resource: Resource, key: ObjectKey, body: unknown, options: PatchOptions): Promise<T> {
    if (options.type === 'apply' && !options.fieldManager) throw new TypeError('an apply patch needs a fieldManager');
    const path = pathOf(resource, { ...key, subresource: options.subresource });
    const query = { ...toWriteQuery(options), force: options.type === 'apply' ? options.force : undefined };
    const contentType = PATCH_TYPES[options.type];
    return this.#requestObject<T>({ method: 'PATCH', path, query, body, contentType, signal: options.signal });
  }

  /** Deletes an object. Succeeds if it does not exist, and with `uid` also if another object has its name. */
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
   * Yields the changes of a kind after `resourceVersion`. Ends when the server ends the watch (every few minutes) or the signal fires.
   * Throws ApiError for an ERROR event (see `isExpired`), or the error of a broken connection.
   */
  watch<T = KubeObject>(resource: Resource, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>> {
    return watchEvents<T>(
      (request) => requestEvents(this.#send, request, this.#policy),
      resource,
      options,
      this.#decode,
    );
  }

  /** Streams a container's log until the stream is cancelled or the signal fires. Rejects with 400 before the container has started. */
  async podLogs(key: ObjectKey, options: LogOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const { signal, ...query } = options;
    const path = pathOf(PODS, { ...key, subresource: 'log' });
    const log = await requestStream(this.#send, { method: 'GET', path, query, accept: '*/*', signal }, this.#policy);
    // A server in this process may not notice that the reader has stopped.
    return signal ? log.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal }) : log;
  }
}

function toWriteQuery({ dryRun, fieldManager, fieldValidation }: WriteOptions): ApiRequest['query'] & object {
  return { dryRun: dryRun ? 'All' : undefined, fieldManager, fieldValidation };
}
