/**
 * Requests and responses inside the server, and their translation from and to the two forms of `Send`.
 *
 * Callers in the same process use the plain form, because creating and reading the Web's Request and Response takes 0.2 ms per request,
 * twice the time of handling it. Both forms share one code path; only serialization differs.
 */

import type { PlainRequest, PlainResponse } from '@pipewright/apimachinery';
import type { JsonObject } from '../../model/json.js';

/** The part of a request that the server reads; a `Request` has this form. */
export interface ServerRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null; keys(): Iterable<string> };
  readonly signal?: AbortSignal | undefined;
  readonly body: ReadableStream<Uint8Array> | null;
  /** The body of a plain request, which belongs to the caller; it is copied. */
  readonly value?: unknown;
}

/** A response before serialization. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Texts of `Warning` headers. */
  readonly warnings?: readonly string[];
  readonly content: JsonContent | WatchContent | BytesContent;
}

/** JSON, as an object or as text; both forms are created on demand. */
export interface JsonContent {
  readonly kind: 'json';
  readonly value: () => unknown;
  readonly text: () => string;
}

/** A stream of events, as objects or as lines of text. */
export interface WatchContent {
  readonly kind: 'watch';
  readonly events: () => AsyncIterable<unknown>;
  readonly frames: () => ReadableStream<Uint8Array>;
}

/** A stream of bytes. */
export interface BytesContent {
  readonly kind: 'bytes';
  readonly stream: ReadableStream<Uint8Array>;
}

/** Returns an object as content. */
export const jsonContent = (value: JsonObject): JsonContent => ({
  kind: 'json',
  value: () => value,
  text: () => JSON.stringify(value),
});

/** Converts a plain request to the form that the server reads. */
export const toServerRequest = ({ method, url, headers, body, signal }: PlainRequest): ServerRequest => ({
  method,
  url: `http://kubernetes${url}`,
  headers: { get: (name) => headers[name] ?? null, keys: () => Object.keys(headers) },
  signal,
  body: null,
  value: body,
});

/** Converts an answer to a Response. */
export function toWeb(answer: Answer | Response): Response {
  if (answer instanceof Response) return answer;
  const { status, content, warnings = [] } = answer;
  const headers = new Headers(answer.headers);
  for (const warning of asHeaders(warnings)) headers.append('warning', warning);
  return new Response(bodyOf(content), { status, headers });
}

function bodyOf(content: Answer['content']): string | ReadableStream<Uint8Array> {
  switch (content.kind) {
    case 'json':
      return content.text();
    case 'watch':
      return content.frames();
    case 'bytes':
      return content.stream;
  }
}

/** The most characters of one warning, and of all warnings, as in kube-apiserver. */
const [MAX_OF_ONE, MAX_OF_ALL] = [256, 4096];

/** Encodes warnings as header values; too long ones are truncated, and only as many are kept as the limit allows. */
function asHeaders(warnings: readonly string[]): string[] {
  const all = warnings.reduce((sum, text) => sum + text.length, 0);
  const shortened = all > MAX_OF_ALL ? warnings.map((text) => text.slice(0, MAX_OF_ONE)) : warnings;
  let remaining = MAX_OF_ALL;
  return shortened
    .filter((text) => (remaining -= text.length) >= 0)
    .map((text) => `299 - ${JSON.stringify(text).replaceAll('\u007f', '\\u007f')}`)
    .map((header) => Buffer.from(header).toString('latin1'));
}

/** Converts an answer to a plain response, without serializing JSON. */
export async function toPlain(answer: Answer | Response): Promise<PlainResponse> {
  if (answer instanceof Response) return responseToPlain(answer);
  const { status, headers, content } = answer;
  switch (content.kind) {
    case 'json':
      return { status, headers, value: content.value() };
    case 'watch':
      return { status, headers, events: content.events() };
    case 'bytes':
      return { status, headers, stream: content.stream };
  }
}

/** Converts a Response, the form of rare answers. Only JSON of the server itself is parsed. */
async function responseToPlain(response: Response): Promise<PlainResponse> {
  const { status, body } = response;
  const headers = Object.fromEntries(response.headers);
  if (headers['content-type']?.startsWith('application/json') === true)
    return { status, headers, value: (await response.json()) as unknown };
  return { status, headers, ...(body && { stream: body }) };
}
