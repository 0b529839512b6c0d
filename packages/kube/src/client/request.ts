/**
 * One request to an API server: a deadline, patience when it says "later", and one error for every refusal.
 *
 * Kept apart from the verbs of `client.ts` so that they are all alike in what they do when things go wrong.
 * Nothing is repeated but what the server itself asked to have repeated: it then did not carry it out.
 */

import { ApiError, NoAnswerError } from './api-error.js';
import { pause, type Clock } from '../clock.js';
import { readLines } from './lines.js';
import { ORIGIN, type PlainRequest, type PlainResponse, type Send } from './transport.js';

/** How long to wait, and how often to come back. */
export interface Patience {
  readonly clock: Clock;
  /** Milliseconds until an answer must be there; for streams, until it has begun. */
  readonly timeout: number;
  /** How many times a 429, or a 503 with Retry-After, is asked again. */
  readonly retries: number;
  /** Milliseconds that one wait may last, whatever the server says. */
  readonly longestWait: number;
}

/** What is asked. */
export interface Question {
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
 * Rejects with ApiError, with NoAnswerError, or with the signal's reason.
 */
export async function askForJson(send: Send, question: Question, patience: Patience): Promise<unknown> {
  return ask(send, question, patience, false, {
    plain: ({ value }) => Promise.resolve(value),
    web: async (response) => {
      const text = await response.text();
      if (text === '') return undefined;
      try {
        return JSON.parse(text) as unknown; // read by the caller, who knows the kind
      } catch {
        throw new NoAnswerError(`${told(question)} was answered with something that is not JSON`);
      }
    },
  });
}

/**
 * Asks, and gives the body as it comes. The deadline ends when the answer has begun; the signal holds on to the end of the
 * stream, so give each stream a signal of its own.
 */
export async function askForStream(
  send: Send,
  question: Question,
  patience: Patience,
): Promise<ReadableStream<Uint8Array>> {
  return ask(send, question, patience, true, {
    plain: ({ stream }) => Promise.resolve(stream ?? none()),
    web: (response) => Promise.resolve(response.body ?? none()),
  });
}

/** Asks for a watch, and gives its events as they come, each read but not understood. Deadline and signal as for a stream. */
export async function askForEvents(
  send: Send,
  question: Question & { readonly signal: AbortSignal },
  patience: Patience,
): Promise<AsyncIterable<unknown>> {
  return ask(send, question, patience, true, {
    plain: ({ events }) => Promise.resolve(events ?? none()),
    web: (response) => Promise.resolve(response.body ? jsonLines(response.body, question.signal) : none()),
  });
}

/** What ends at once; a Blob's stream would read from another thread. */
const none = (): ReadableStream<Uint8Array> => new ReadableStream({ start: (controller) => controller.close() });

async function* jsonLines(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<unknown> {
  for await (const line of readLines(stream, signal)) {
    if (line === '') continue;
    try {
      yield JSON.parse(line) as unknown; // checked by who reads the event
    } catch {
      throw new NoAnswerError('the watch broke off in the middle of an event');
    }
  }
}

/** How an answer is read, in either form. */
interface Reading<T> {
  readonly plain: (answer: PlainResponse) => Promise<T>;
  readonly web: (response: Response) => Promise<T>;
}

async function ask<T>(
  send: Send,
  question: Question,
  patience: Patience,
  streams: boolean,
  reading: Reading<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await beforeDeadline(question, patience, streams, async (inner) => {
        if (send.plain) {
          const answer = await send.plain(plainOf(question));
          if (answer.status < 300) return reading.plain(answer);
          throw ApiError.fromPlain(answer, told(question));
        }
        const response = await send(requestOf(question, inner.signal));
        if (response.ok) return reading.web(response);
        throw await ApiError.from(response, told(question));
      });
    } catch (error) {
      const wait = attempt < patience.retries ? waitAskedFor(error, attempt) : undefined;
      if (wait === undefined) throw error;
      await pause(patience.clock, Math.min(wait, patience.longestWait), question.signal);
      question.signal?.throwIfAborted();
    }
  }
}

/** Milliseconds to wait before asking again; undefined when the answer is final. */
function waitAskedFor(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status !== 429 && error.status !== 503) return undefined;
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  return error.status === 429 ? 1000 * 2 ** attempt : undefined;
}

/** Also ends the wait when `send` does not listen to the signal. */
function beforeDeadline<T>(
  question: Question,
  { clock, timeout }: Patience,
  streams: boolean,
  work: (inner: AbortController) => Promise<T>,
): Promise<T> {
  const outer = question.signal;
  const inner = new AbortController(); // its signal is made when it is asked for: in one process nobody does
  let calledOff: { readonly why: unknown } | undefined;
  return new Promise<T>((resolve, reject) => {
    const give = (up: unknown): void => {
      calledOff = { why: up };
      inner.abort(up);
      settle(() => reject(up));
    };
    const interrupted = (): void => give(reasonOf(outer));
    const callOff = clock.after(timeout, () =>
      give(new NoAnswerError(`${told(question)} got no answer within ${timeout / 1000} s`)),
    );
    const settle = (how: () => void, keepListening = false): void => {
      callOff();
      if (!keepListening) outer?.removeEventListener('abort', interrupted);
      how();
    };
    if (outer?.aborted) return interrupted();
    outer?.addEventListener('abort', interrupted, { once: true });
    work(inner).then(
      (value) => settle(() => resolve(value), streams),
      (error: unknown) => settle(() => reject(calledOff ? calledOff.why : error)),
    );
  });
}

const reasonOf = (signal: AbortSignal | undefined): unknown =>
  signal?.reason ?? new Error('the request was called off');

function requestOf(question: Question, signal: AbortSignal): Request {
  const { method, path, query = {}, body, contentType = 'application/json', accept = 'application/json' } = question;
  const url = new URL(path, ORIGIN);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  if (body === undefined) return new Request(url, { method, headers: { accept }, signal });
  const headers = { accept, 'content-type': contentType };
  return new Request(url, { method, headers, body: JSON.stringify(body), signal });
}

function plainOf({
  method,
  path,
  query,
  body,
  contentType,
  accept = 'application/json',
  signal,
}: Question): PlainRequest {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== '') search.set(name, String(value));
  const url = search.size === 0 ? path : `${path}?${search.toString()}`;
  const headers = body === undefined ? { accept } : { accept, 'content-type': contentType ?? 'application/json' };
  return { method, url, headers, body, signal };
}

/** What a message calls the request: never its query or body. */
const told = ({ method, path }: Question): string => `${method} ${path}`;
