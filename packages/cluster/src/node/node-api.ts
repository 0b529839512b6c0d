/**
 * The few requests a node makes, over the one seam. Plain JSON in, plain JSON out.
 */

/** Web-standard requests in, responses out: an API server, wherever it is. */
export type Send = (request: Request) => Promise<Response>;

/** The API server said no. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One line of a watch. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** A list with the moment it is from. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly metadata: { readonly resourceVersion: string };
}

/** Speaks to an API server as the node. */
export class NodeApi {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** @returns undefined when there is no such object */
  async get<T>(path: string): Promise<T | undefined> {
    const response = await this.#send(request('GET', path));
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    return this.#json<T>(response);
  }

  async list<T>(path: string): Promise<Listed<T>> {
    return this.#json<Listed<T>>(await this.#send(request('GET', path)));
  }

  async create<T>(path: string, object: object): Promise<T> {
    return this.#json<T>(await this.#send(request('POST', path, object)));
  }

  /** JSON merge patch (RFC 7386). */
  async patch<T>(path: string, change: object): Promise<T> {
    return this.#json<T>(await this.#send(request('PATCH', path, change, 'application/merge-patch+json')));
  }

  /** An object that is gone already is deleted. */
  async delete(path: string, options: object): Promise<void> {
    const response = await this.#send(request('DELETE', path, options));
    if (response.status === 404 || response.status === 409) await response.body?.cancel();
    else await this.#json(response);
  }

  /** Watches until the signal is aborted or the server ends the stream; an ERROR event is thrown. */
  async *watch<T>(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent<T>, undefined> {
    const response = await this.#send(request('GET', path, undefined, undefined, signal));
    if (!response.ok || response.body === null) await this.#json(response);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader(); // a null body was refused above
    const stop = (): void => void reader.cancel().catch(() => undefined);
    signal.addEventListener('abort', stop, { once: true });
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        const lines = (rest + decoder.decode(read.value, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const event = JSON.parse(line) as WatchEvent<T>; // the API server's promise
          if (event.type === 'ERROR') throw new ApiRefusal(410, line);
          if (event.type !== 'BOOKMARK') yield event;
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
    return undefined;
  }

  async #json<T>(response: Response): Promise<T> {
    const body: unknown = await response.json().catch(() => ({}));
    if (response.ok) return body as T; // the API server's promise
    const message =
      typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : response.statusText;
    throw new ApiRefusal(response.status, message);
  }
}

function request(
  method: string,
  path: string,
  body?: object,
  type = 'application/json',
  signal?: AbortSignal,
): Request {
  return new Request(`http://kubernetes${path}`, {
    method,
    headers: {
      accept: 'application/json',
      'user-agent': 'pipewright-node',
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  });
}
