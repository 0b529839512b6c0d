/**
 * The transport between this project and a Kubernetes API: a Request in, a Response out.
 *
 * A real cluster responds over TLS (`kubeconfigSend`), the embedded cluster in process, and a test with a function. Callers do not depend
 * on which one it is.
 */

/**
 * Sends a request to an API server. Servers in the same process ignore the origin of the URL (by convention `http://kubernetes`).
 * Rejects only if no response arrives; an error of the server is a Response.
 */
export interface Send {
  (request: Request): Promise<Response>;
  /**
   * The same exchange as plain data. Servers in the same process provide it, because creating and reading Request and Response costs more
   * than the server's own work. Wrappers of a `Send` (TLS, fault injection) omit it.
   */
  readonly plain?: (request: PlainRequest) => Promise<PlainResponse>;
}

/** A Request without streams. */
export interface PlainRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. The server copies what it stores. */
  readonly body?: unknown;
  /** Ends a watch. */
  readonly signal?: AbortSignal | undefined;
}

/** A Response without streams: one of `value`, `events` and `stream`. */
export interface PlainResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. The server's stored object, shared by all callers: never change it. */
  readonly value?: unknown;
  /** The events of a watch with `type` and `object`. Never change them. */
  readonly events?: AsyncIterable<unknown>;
  /** A body that is not JSON: logs. */
  readonly stream?: ReadableStream<Uint8Array>;
}

/** The origin in the requests of `KubeClient`; a `Send` over the network replaces it. */
export const ORIGIN = 'http://kubernetes';
