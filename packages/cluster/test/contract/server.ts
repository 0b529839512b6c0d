/**
 * The client of the contract tests: Web-standard requests, and parsed responses.
 *
 * Does not use this repository's client, whose bugs could mask bugs of the server.
 */

/** Sends a request to the API server. */
export type Send = (request: Request) => Promise<Response>;

/** Any JSON object of the API, with the fields that these tests use. */
export interface Json {
  readonly [field: string]: unknown;
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly continue?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly object[];
    readonly managedFields?: readonly object[];
  };
  readonly items: readonly Json[];
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly kind?: string;
    readonly name?: string;
    readonly causes?: readonly { field: string; message: string }[];
  };
}

/** A response with its text and its JSON (`{}` if it has none). */
export interface ParsedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
}

/** One event of a watch. */
export interface Event {
  readonly type: string;
  readonly object: Json;
}

export const TABLE_MEDIA_TYPE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
export const MERGE = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';

/** A server, with a namespace for one part of the tests. */
export class Server {
  readonly #send: Send;
  readonly namespace: string;

  constructor(send: Send, namespace: string) {
    this.#send = send;
    this.namespace = namespace;
  }

  /** Returns the path of a core resource in the namespace: `configmaps`, `pods/a/status`, … */
  core(path: string): string {
    return `/api/v1/namespaces/${this.namespace}/${path}`;
  }

  /** Returns the path of a resource of another API group in the namespace. */
  group(groupVersion: string, path: string): string {
    return `/apis/${groupVersion}/namespaces/${this.namespace}/${path}`;
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ParsedResponse> {
    const content = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await this.#send(
      new Request(`http://kubernetes${path}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: content }),
      }),
    );
    const text = await response.text();
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = {};
    }
    return { status: response.status, headers: response.headers, text, body: parsed as Json };
  }

  get(path: string, headers?: Record<string, string>): Promise<ParsedResponse> {
    return this.request('GET', path, undefined, headers);
  }

  post(path: string, body: unknown, headers?: Record<string, string>): Promise<ParsedResponse> {
    return this.request('POST', path, body, headers);
  }

  put(path: string, body: unknown): Promise<ParsedResponse> {
    return this.request('PUT', path, body);
  }

  patch(path: string, type: string, body: unknown): Promise<ParsedResponse> {
    return this.request('PATCH', path, body, { 'content-type': type });
  }

  delete(path: string, options?: object): Promise<ParsedResponse> {
    return this.request('DELETE', path, options && { apiVersion: 'v1', kind: 'DeleteOptions', ...options });
  }

  /** Creates an object. Throws if that fails. */
  async create(path: string, body: unknown): Promise<Json> {
    const response = await this.post(path, body);
    if (response.status !== 201) throw new Error(`POST ${path}: ${response.status} ${response.text}`);
    return response.body;
  }

  /** Creates a ConfigMap. */
  configMap(name: string, fields: { data?: object; metadata?: object } = {}): Promise<Json> {
    return this.create(this.core('configmaps'), configMap(name, fields));
  }

  /** Starts a watch. Resolves when the response has started. */
  async watch(path: string, query: string, headers: Record<string, string> = {}): Promise<Watch> {
    const abortController = new AbortController();
    const url = `http://kubernetes${path}?watch=true&${query}`;
    const response = await this.#send(
      new Request(url, { headers: { accept: 'application/json', ...headers }, signal: abortController.signal }),
    );
    if (!response.ok || !response.body) throw new Error(`watch ${path}: ${response.status} ${await response.text()}`);
    return new Watch(response.body, abortController);
  }

  /** Waits until pods can be created: the default ServiceAccount exists and, before 1.24, has its Secret. */
  async waitForPodAdmission(): Promise<void> {
    await this.waitForObject(this.core('serviceaccounts'), 'default', (account) => account !== undefined);
    const containers = [{ name: 'c', image: 'none' }];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'none' }, spec: { containers } };
    const { status } = await this.post(`${this.core('pods')}?dryRun=All`, pod);
    if (status !== 500) return;
    await this.waitForObject(this.core('serviceaccounts'), 'default', (account) => Array.isArray(account?.secrets));
  }

  /** Polls a path until its status matches: a real server starts and stops serving kinds with a delay. */
  async waitForStatus(path: string, isExpected: (status: number) => boolean): Promise<ParsedResponse> {
    for (let response = await this.get(path); ; response = await this.get(path)) {
      if (isExpected(response.status)) return response;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Watches until an object matches; `undefined` means deleted. */
  async waitForObject(path: string, name: string, matches: (object: Json | undefined) => boolean): Promise<void> {
    const watch = await this.watch(path, `fieldSelector=metadata.name%3D${name}`);
    try {
      const current = await this.get(`${path}/${name}`);
      if (matches(current.status === 404 ? undefined : current.body)) return;
      for (;;) {
        const { type, object } = await watch.next();
        if (matches(type === 'DELETED' ? undefined : object)) return;
      }
    } finally {
      await watch.close();
    }
  }
}

/** A watch, read event by event. */
export class Watch {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #abortController: AbortController;
  readonly #decoder = new TextDecoder();
  #unread = '';

  constructor(stream: ReadableStream<Uint8Array>, abortController: AbortController) {
    this.#reader = stream.getReader();
    this.#abortController = abortController;
  }

  /** Returns the next event that is not a bookmark. */
  async next(): Promise<Event> {
    const event = await this.nextOrEnd();
    if (!event) throw new Error('the watch ended');
    return event;
  }

  /** Returns the next event, or undefined at the end of the watch. */
  async nextOrEnd(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#unread.indexOf('\n');
      if (end >= 0) {
        const event = JSON.parse(this.#unread.slice(0, end)) as Event;
        this.#unread = this.#unread.slice(end + 1);
        if (event.type !== 'BOOKMARK') return event;
        continue;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#unread += this.#decoder.decode(value, { stream: true });
    }
  }

  async take(count: number): Promise<Event[]> {
    const events: Event[] = [];
    while (events.length < count) events.push(await this.next());
    return events;
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
    this.#abortController.abort();
  }
}

export const configMap = (name: string, { data = {}, metadata = {} }: { data?: object; metadata?: object } = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

/** Returns the fields in the causes of an Invalid response. */
export const fieldsOf = (response: ParsedResponse): string[] =>
  (response.body.details?.causes ?? []).map(({ field }) => field);
