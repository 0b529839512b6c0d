/**
 * One request to an API server: a deadline, patience when it says "later", and one error for every refusal.
 *
 * Kept apart from the verbs of `client.ts` so that they are all alike in what they do when things go wrong.
 * Nothing is repeated but what the server itself asked to have repeated: it then did not carry it out.
 */

import { ApiError, ConnectionError } from './api-error.js';
import { sleep, type Clock } from '../clock.js';
import { readLines } from './lines.js';
import { ORIGIN, type PlainRequest, type PlainResponse, type Send } from './transport.js';

/** How long to wait, and how often to come back. */
export interface RetryPolicy {
  readonly clock: Clock;
  /** Milliseconds until an answer must be there; for streams, until it has begun. */
  readonly timeoutMs: number;
  /** How many times a 429, or a 503 with Retry-After, is asked again. */
  readonly retries: number;
  /** Milliseconds that one wait may last, whatever the server says. */
  readonly maxDelayMs: number;
}

/** What is asked. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Of the body; by default JSON. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks, and gives the body as JSON to the caller, who must not change it: a server in this process gives what it keeps.
 * Rejects with ApiError, with ConnectionError, or with the signal's reason.
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
        throw new ConnectionError(`${describe(request)} was answered with something that is not JSON`);
      }
    },
  });
}

/**
 * Asks, and gives the body as it comes. The deadline ends when the answer has begun; the signal holds on to the end of the
 * stream, so give each stream a signal of its own.
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

/** Asks for a watch, and gives its events as they come, each read but not understood. Deadline and signal as for a stream. */
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

/** What ends at once; a Blob's stream would read from another thread. */
const emptyStream = (): ReadableStream<Uint8Array> => new ReadableStream({ start: (controller) => controller.close() });

async function* jsonLines(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<unknown> {
  for await (const line of readLines(stream, signal)) {
    if (line === '') continue;
    try {
      yield JSON.parse(line) as unknown; // checked by who reads the event
    } catch {
      throw new ConnectionError('the watch broke off in the middle of an event');
    }
  }
}

/** How an answer is read, in either form. */
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

/** Milliseconds to wait before asking again; undefined when the answer is final. */
function retryDelayMs(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status !== 429 && error.status !== 503) return undefined;
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  return error.status === 429 ? 1000 * 2 ** attempt : undefined;
}

/** Also ends the wait when `send` does not listen to the signal. */
function withDeadline<T>(
  request: ApiRequest,
  { clock, timeoutMs }: RetryPolicy,
  isStream: boolean,
  work: (inner: AbortController) => Promise<T>,
): Promise<T> {
  const outer = request.signal;
  const inner = new AbortController(); // its signal is made when it is asked for: in one process nobody does
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
  signal?.reason ?? new Error('the request was called off');

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

/** What a message calls the request: never its query or body. */
const describe = ({ method, path }: ApiRequest): string => `${method} ${path}`;
