/**
 * A minimal API server: ConfigMap-like objects at any path, versions, watches, and faults on demand.
 *
 * For fault injection only. `client.cluster.ts` and the embedded cluster's contract test the behavior of real servers.
 */

import type { Send } from '@pipewright/apimachinery';

interface Stored {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly [field: string]: unknown;
}

interface Watcher {
  readonly send: (line: string) => void;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

const status = (code: number, reason: string, message: string): Response =>
  Response.json({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }, { status: code });

/** The API server, without persistence. */
export class TinyApi {
  readonly requests: { readonly method: string; readonly url: URL; readonly body: string }[] = [];
  /** Handles the requests for which it returns a response. */
  fault: ((request: Request) => Response | Promise<Response> | undefined) | undefined;
  readonly objects = new Map<string, Stored>();
  readonly #history: { readonly version: number; readonly line: string }[] = [];
  readonly #watchers = new Set<Watcher>();
  #version = 100;
  #uid = 0;
  #oldest = 0;

  readonly send: Send = async (request) => {
    const url = new URL(request.url);
    const body = request.body ? await request.text() : '';
    this.requests.push({ method: request.method, url, body });
    const response = await this.fault?.(request);
    if (response) return response;
    if (url.searchParams.has('watch')) return this.#watch(url, request.signal);
    const name = /\/(?:configmaps|leases|events)\/([^/]+)/.exec(url.pathname)?.[1];
    if (request.method === 'POST') return this.#write(JSON.parse(body) as Stored, true);
    if (name === undefined) return this.#list(url);
    if (request.method === 'GET') return this.#answer(this.objects.get(name));
    if (request.method === 'DELETE') return this.#remove(name);
    if (request.method === 'PATCH') {
      const current = this.objects.get(name);
      return current ? this.#write({ ...current, ...(JSON.parse(body) as object) }, false) : this.#answer(undefined);
    }
    return this.#write(JSON.parse(body) as Stored, false);
  };

  get version(): string {
    return String(this.#version);
  }

  /** Writes an object as another client. */
  put(name: string, fields: object = {}): Stored {
    const uid = this.objects.get(name)?.metadata.uid ?? `uid-${++this.#uid}`;
    const type = this.objects.has(name) ? 'MODIFIED' : 'ADDED';
    const { metadata, ...rest } = fields as { metadata?: object };
    const stored = {
      ...rest,
      metadata: { ...metadata, namespace: 'default', name, uid, resourceVersion: String(++this.#version) },
    };
    this.objects.set(name, stored);
    this.#publish(type, stored);
    return stored;
  }

  remove(name: string): void {
    const stored = this.objects.get(name);
    if (!stored) return;
    this.objects.delete(name);
    const resourceVersion = String(++this.#version);
    this.#publish('DELETED', { ...stored, metadata: { ...stored.metadata, resourceVersion } });
  }

  /** Sends a raw line to all watches. */
  sendLine(line: string): void {
    for (const watcher of this.#watchers) watcher.send(line);
  }

  bookmark(): void {
    this.sendLine(JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: this.version } } }) + '\n');
  }

  /** Ends all watches, either cleanly or with a connection reset. */
  breakWatches(kind: 'end' | 'reset'): void {
    for (const watcher of this.#watchers) {
      if (kind === 'end') watcher.end();
      else watcher.fail(new Error('read ECONNRESET'));
    }
    this.#watchers.clear();
  }

  /** Freezes all watches: they stay open and send nothing. */
  freezeWatches(): void {
    this.#watchers.clear();
  }

  /** Drops all history, as a compaction does. */
  compact(): void {
    this.#history.length = 0;
    this.#oldest = this.#version;
  }

  /** The number of open watches. */
  get watching(): number {
    return this.#watchers.size;
  }

  #publish(type: string, object: Stored): void {
    const line = JSON.stringify({ type, object }) + '\n';
    this.#history.push({ version: this.#version, line });
    this.sendLine(line);
  }

  #list(url: URL): Response {
    const limit = Number(url.searchParams.get('limit') ?? '0') || this.objects.size;
    const from = Number(url.searchParams.get('continue') ?? '0');
    const items = [...this.objects.values()].slice(from, from + limit);
    const next = from + limit < this.objects.size ? String(from + limit) : undefined;
    return Response.json({ metadata: { resourceVersion: this.version, continue: next }, items });
  }

  #watch(url: URL, signal: AbortSignal): Response {
    const since = Number(url.searchParams.get('resourceVersion') ?? '0');
    if (since < this.#oldest) return status(410, 'Expired', 'too old resource version');
    const bytes = new TextEncoder();
    let watcher: Watcher | undefined;
    const leave = (): void => void (watcher && this.#watchers.delete(watcher));
    signal.addEventListener('abort', leave);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        watcher = {
          send: (line) => controller.enqueue(bytes.encode(line)),
          end: () => controller.close(),
          fail: (error) => controller.error(error),
        };
        this.#watchers.add(watcher);
        for (const { version, line } of this.#history) if (version > since) watcher.send(line);
      },
      cancel: leave,
    });
    return new Response(body);
  }

  #write(object: Stored, create: boolean): Response {
    const { name, resourceVersion } = object.metadata;
    const current = this.objects.get(name);
    if (create && current) return status(409, 'AlreadyExists', `"${name}" already exists`);
    if (!create && !current) return this.#answer(undefined);
    if (current && resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
      return status(409, 'Conflict', 'the object has been modified');
    }
    return Response.json(this.put(name, object), { status: create ? 201 : 200 });
  }

  #remove(name: string): Response {
    const removed = this.objects.get(name);
    this.remove(name);
    return this.#answer(removed);
  }

  #answer(object: Stored | undefined): Response {
    return object ? Response.json(object) : status(404, 'NotFound', 'not found');
  }
}
