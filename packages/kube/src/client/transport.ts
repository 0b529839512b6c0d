/**
 * The one seam between this project and a Kubernetes API.
 *
 * A Web-standard Request goes in, a Response comes out. A real cluster answers over TLS (`kubeconfigSend`), an embedded one
 * answers in process, and a test answers with a function: nobody else has to know which.
 */

/**
 * Asks an API server. The URL's origin is ignored by servers in the same process (`http://kubernetes` by custom).
 * Rejects only when there is no answer at all; a refusal is a Response.
 */
export interface Send {
  (request: Request): Promise<Response>;
  /**
   * The same question and answer as plain data. A server in the same process offers it, because making and reading the
   * platform's objects costs more than the server's own work; whatever wraps a `Send` (a wire, a fault) leaves it out.
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
  /** JSON. The server copies what it keeps. */
  readonly body?: unknown;
  /** Ends a watch. */
  readonly signal?: AbortSignal | undefined;
}

/** A Response without streams: one of `value`, `events` and `stream`. */
export interface PlainResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. The server's own object, which everybody gets who asks: never change it. */
  readonly value?: unknown;
  /** What a watch sees: `type` and `object`, never to be changed either. */
  readonly events?: AsyncIterable<unknown>;
  /** What is no JSON: logs. */
  readonly stream?: ReadableStream<Uint8Array>;
}

/** The origin that `KubeClient` writes into its requests; whoever sends them puts the real one there. */
export const ORIGIN = 'http://kubernetes';
