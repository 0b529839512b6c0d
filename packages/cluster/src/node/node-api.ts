/**
 * The API requests of a node, as plain JSON.
 *
 * A server in this process returns its stored objects: callers must not change them.
 */

import type { PlainRequest, PlainResponse, Send } from '@pipewright/apimachinery';

export type { Send };

/** An error response of the API server. */
export class ApiStatusError extends Error {
  override readonly name = 'ApiStatusError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An event of a watch. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** A list and its resourceVersion. */
export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly metadata: { readonly resourceVersion: string };
}

/** The node's client of the API server. */
export class NodeApi {
  readonly #send: (request: PlainRequest) => Promise<PlainResponse>;

  constructor(send: Send) {
    this.#send = send.plain ?? ((request) => sendRequest(send, request));
  }

  /** @returns undefined if the object does not exist */
  async get<T>(path: string): Promise<T | undefined> {
    const answer = await this.#send(request('GET', path));
    return answer.status === 404 ? undefined : valueOf<T>(answer);
  }

  async list<T>(path: string): Promise<ObjectList<T>> {
    return valueOf(await this.#send(request('GET', path)));
  }

  async create<T>(path: string, object: object): Promise<T> {
    return valueOf(await this.#send(request('POST', path, object)));
  }

  /** Sends a JSON merge patch (RFC 7386). */
  async patch<T>(path: string, change: object): Promise<T> {
    return valueOf(await this.#send(request('PATCH', path, change, 'application/merge-patch+json')));
  }

  /** Deletes an object; succeeds if it is gone already. */
  async delete(path: string, options: object): Promise<void> {
    const answer = await this.#send(request('DELETE', path, options));
    if (answer.status !== 404 && answer.status !== 409) valueOf(answer);
  }

  /** Watches until the signal is aborted or the server ends the stream; throws an ERROR event. */
  async *watch<T>(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent<T>, undefined> {
    const answer = await this.#send({ ...request('GET', path), signal });
    if (answer.status !== 200) valueOf(answer);
    for await (const event of answer.events ?? []) {
      const { type, object } = event as WatchEvent<T>; // the API server's type
      if (type === 'ERROR') throw new ApiStatusError(410, JSON.stringify(object));
      if (type !== 'BOOKMARK') yield { type, object };
    }
    return undefined;
  }
}

/** Sends a request to a server that returns Responses. */
async function sendRequest(send: Send, plainRequest: PlainRequest): Promise<PlainResponse> {
  const { method, url, headers, body, signal } = plainRequest;
  const response = await send(
    new Request(`http://kubernetes${url}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    }),
  );
  const { status, ok } = response;
  if (ok && signal !== undefined && response.body !== null)
    return { status, headers: {}, events: eventsIn(response.body, signal) };
  return { status, headers: {}, value: (await response.json().catch(() => ({}))) as unknown };
}

/** Parses events from lines of text. */
async function* eventsIn(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<unknown, undefined> {
  const reader = stream.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const lines = (rest + decoder.decode(read.value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as unknown;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
  return undefined;
}

function valueOf<T>({ status, value }: PlainResponse): T {
  if (status < 300) return value as T; // the API server's type
  const message = typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : '';
  throw new ApiStatusError(status, message === '' ? `answered with ${status}` : message);
}

const request = (method: string, url: string, body?: object, type = 'application/json'): PlainRequest => ({
  method,
  url,
  headers: {
    accept: 'application/json',
    'user-agent': 'pipewright-node',
    ...(body !== undefined && { 'content-type': type }),
  },
  ...(body !== undefined && { body }),
});
