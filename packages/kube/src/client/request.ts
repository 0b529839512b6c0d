/**
 * Sends one request to an API server, with a deadline, retries and uniform errors.
 *
 * Separate from the verbs in `client.ts`, so that all of them handle failures alike. Repeats a request only if the server requests it,
 * because then it did not carry it out.
 */

import { ApiError, ConnectionError } from './api-error.js';
import { sleep, ORIGIN, type Clock, type PlainRequest, type PlainResponse, type Send } from '@pipewright/apimachinery';
import { readLines } from './lines.js';

/** Deadline and retries of a request. */
export interface RetryPolicy {
  readonly clock: Clock;
  /** Milliseconds until the response must be complete; for a stream, until it must have started. */
  readonly timeoutMs: number;
  /** How many times a request is repeated after a 429, or a 503 with Retry-After. */
  readonly retries: number;
  /** The maximum number of milliseconds between two attempts, even if the server requests more. */
  readonly maxDelayMs: number;
}

/** A request to an API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** The content type of the body. By default JSON. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a request and returns the JSON body, which must not be changed: a server in this process returns its stored objects.
 * Rejects with ApiError, ConnectionError or the signal's reason.
 */
export async function requestJson(send: Send, request: ApiRequest, policy: RetryPolicy): Promise<unknown> {
  return sendWithRetries(send, request, policy, false, {
    plain: ({ value }) => Promise.resolve(value),
    web: async (response) => {
      const text = await response.text();
      if (text === '') return undefined;
      try {
        return JSON.parse(text) as unknown; // read by the caller, who knows the kind
      } catch {
        throw new ConnectionError(`${describe(request)} was answered with a body that is not JSON`);
      }
    },
  });
}

/**
 * Sends a request and returns the body as a stream. The deadline ends when the response starts. The signal applies until the end of the
 * stream, so each stream needs its own signal.
 */
export async function requestStream(
  send: Send,
  request: ApiRequest,
  policy: RetryPolicy,
): Promise<ReadableStream<Uint8Array>> {
  return sendWithRetries(send, request, policy, true, {
    plain: ({ stream }) => Promise.resolve(stream ?? emptyStream()),
    web: (response) => Promise.resolve(response.body ?? emptyStream()),
  });
}

/** Starts a watch and yields its events as parsed JSON. Deadline and signal are those of a stream. */
export async function requestEvents(
  send: Send,
  request: ApiRequest & { readonly signal: AbortSignal },
  policy: RetryPolicy,
): Promise<AsyncIterable<unknown>> {
  return sendWithRetries(send, request, policy, true, {
    plain: ({ events }) => Promise.resolve(events ?? emptyStream()),
    web: (response) => Promise.resolve(response.body ? jsonLines(response.body, request.signal) : emptyStream()),
  });
}

/** Returns a stream that ends at once. A Blob's stream would read from another thread. */
const emptyStream = (): ReadableStream<Uint8Array> => new ReadableStream({ start: (controller) => controller.close() });

async function* jsonLines(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<unknown> {
  for await (const line of readLines(stream, signal)) {
    if (line === '') continue;
    try {
      yield JSON.parse(line) as unknown; // checked by the reader of the event
    } catch {
      throw new ConnectionError('the watch ended in the middle of an event');
    }
  }
}

/** Reads a response in either form. */
interface ResponseReader<T> {
  readonly plain: (answer: PlainResponse) => Promise<T>;
  readonly web: (response: Response) => Promise<T>;
}

async function sendWithRetries<T>(
  send: Send,
  request: ApiRequest,
  policy: RetryPolicy,
  isStream: boolean,
  reader: ResponseReader<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await withDeadline(request, policy, isStream, async (inner) => {
        if (send.plain) {
          const response = await send.plain(toPlainRequest(request));
          if (response.status < 300) return reader.plain(response);
          throw ApiError.fromPlain(response, describe(request));
        }
        const response = await send(toRequest(request, inner.signal));
        if (response.ok) return reader.web(response);
        throw await ApiError.from(response, describe(request));
      });
    } catch (error) {
      const delayMs = attempt < policy.retries ? retryDelayMs(error, attempt) : undefined;
      if (delayMs === undefined) throw error;
      await sleep(policy.clock, Math.min(delayMs, policy.maxDelayMs), request.signal);
      request.signal?.throwIfAborted();
    }
  }
}

/** Returns the milliseconds until the request is repeated; undefined if the response is final. */
function retryDelayMs(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status !== 429 && error.status !== 503) return undefined;
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  return error.status === 429 ? 1000 * 2 ** attempt : undefined;
}

/** Rejects at the deadline even if `send` ignores its signal. */
function withDeadline<T>(
  request: ApiRequest,
  { clock, timeoutMs }: RetryPolicy,
  isStream: boolean,
  work: (inner: AbortController) => Promise<T>,
): Promise<T> {
  const outer = request.signal;
  const inner = new AbortController(); // creates its signal only if `send` reads it, which in-process servers do not
  let cancelled: { readonly reason: unknown } | undefined;
  return new Promise<T>((resolve, reject) => {
    const abort = (reason: unknown): void => {
      cancelled = { reason };
      inner.abort(reason);
      settle(() => reject(reason));
    };
    const onAbort = (): void => abort(abortReason(outer));
    const cancelTimer = clock.after(timeoutMs, () =>
      abort(new ConnectionError(`${describe(request)} got no answer within ${timeoutMs / 1000} s`)),
    );
    const settle = (how: () => void, keepListening = false): void => {
      cancelTimer();
      if (!keepListening) outer?.removeEventListener('abort', onAbort);
      how();
    };
    if (outer?.aborted) return onAbort();
    outer?.addEventListener('abort', onAbort, { once: true });
    work(inner).then(
      (value) => settle(() => resolve(value), isStream),
      (error: unknown) => settle(() => reject(cancelled ? cancelled.reason : error)),
    );
  });
}

const abortReason = (signal: AbortSignal | undefined): unknown =>
  signal?.reason ?? new Error('the request was cancelled');

function toRequest(request: ApiRequest, signal: AbortSignal): Request {
  const { method, path, query = {}, body, contentType = 'application/json', accept = 'application/json' } = request;
  const url = new URL(path, ORIGIN);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  if (body === undefined) return new Request(url, { method, headers: { accept }, signal });
  const headers = { accept, 'content-type': contentType };
  return new Request(url, { method, headers, body: JSON.stringify(body), signal });
}

function toPlainRequest({
  method,
  path,
  query,
  body,
  contentType,
  accept = 'application/json',
  signal,
}: ApiRequest): PlainRequest {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== '') search.set(name, String(value));
  const url = search.size === 0 ? path : `${path}?${search.toString()}`;
  const headers = body === undefined ? { accept } : { accept, 'content-type': contentType ?? 'application/json' };
  return { method, url, headers, body, signal };
}

/** Describes a request in messages, without query and body. */
const describe = ({ method, path }: ApiRequest): string => `${method} ${path}`;
