/**
 * The network between clients and the API server, which loses, duplicates and delays messages.
 *
 *     client ──request──▶ (lost, duplicated, late) ──▶ API server ──reply──▶ (lost after its effect, late) ──▶ client
 *            ◀── watch events: each late, in order, until the connection breaks ──
 *
 * Objects are passed by reference, as within one process; the network adds only delays and failures.
 */

import type { PlainRequest, PlainResponse, Send } from '@pipewright/apimachinery';
import type { SeededRandom } from './random.js';
import type { SimProcess } from './process.js';
import type { Scheduler } from './scheduler.js';

/** Probabilities of faults, from 0 to 1. */
export interface NetworkFaults {
  readonly lostRequest: number;
  readonly duplicatedRequest: number;
  readonly lostReply: number;
  /** Per watch event, that the connection breaks instead. */
  readonly brokenWatch: number;
  /** Per watch event, that it and all later ones are delayed. */
  readonly stalledWatch: number;
  /** The longest delay of a message in milliseconds. */
  readonly latency: number;
}

/** A network without faults. */
export const NO_NETWORK_FAULTS: NetworkFaults = {
  lostRequest: 0,
  duplicatedRequest: 0,
  lostReply: 0,
  brokenWatch: 0,
  stalledWatch: 0,
  latency: 1,
};

/** A reachable API server. */
export interface Endpoint {
  readonly process: SimProcess;
  readonly plain: (request: PlainRequest) => Promise<PlainResponse>;
}

/** A connection was refused or broke. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** Called when no copy of a request can take effect any more. */
export type Settled = () => void;

/** The network of one machine. */
export class Network {
  /** Faults from now on. */
  faults: NetworkFaults = NO_NETWORK_FAULTS;
  /** The API server, while it is reachable. */
  server: Endpoint | undefined;
  /** Called with each request that is sent. */
  onRequest: (request: PlainRequest) => void = () => undefined;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  #connections = 0;

  constructor(scheduler: Scheduler, random: SeededRandom) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** Returns the transport of a client process. */
  connect(client: SimProcess): Send {
    const plain = (request: PlainRequest): Promise<PlainResponse> => this.request(client, request);
    const web = (): Promise<Response> => Promise.reject(new Error('the simulation speaks plain requests'));
    return Object.assign(web, { plain });
  }

  /** Sends a request. `settled` is called when no copy of it can take effect any more. */
  request(client: SimProcess, request: PlainRequest, settled: Settled = () => undefined): Promise<PlainResponse> {
    this.onRequest(request);
    const connection = new Connection(`connection ${this.#connections++}`, this.#scheduler, this.#random, client, this);
    return connection.send(request, settled);
  }
}

/** One request and its response. */
class Connection {
  readonly #name: string;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #client: SimProcess;
  readonly #network: Network;
  /** Aborts the server's side. */
  readonly #closed = new AbortController();
  #broken = false;

  constructor(name: string, scheduler: Scheduler, random: SeededRandom, client: SimProcess, network: Network) {
    this.#name = name;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#client = client;
    this.#network = network;
  }

  get #faults(): NetworkFaults {
    return this.#network.faults;
  }

  #latency(): number {
    return this.#random.fraction() * this.#faults.latency;
  }

  send(request: PlainRequest, settled: Settled): Promise<PlainResponse> {
    const what = `${request.method} ${request.url}`;
    return new Promise((resolve, reject) => {
      const fail = (why: string): void =>
        void this.#scheduler.schedule(this.#client, this.#latency(), `${what}: ${why}`, () =>
          reject(new ConnectionLost(why)),
        );
      if (this.#random.chance(this.#faults.lostRequest)) {
        settled();
        return fail('connection reset before the request arrived');
      }
      const isDuplicated = !isWatch(request) && this.#random.chance(this.#faults.duplicatedRequest);
      const copies = isDuplicated && !createsPod(request) ? 2 : 1;
      let open = copies;
      const done = (): void => {
        open -= 1;
        if (open === 0) settled();
      };
      const reply = (response: PlainResponse): void => {
        const lost = this.#random.chance(this.#faults.lostReply);
        if (lost) this.close();
        if (lost) return fail('connection reset before the reply arrived');
        const deliver = this.#clientSide(response, request.signal);
        this.#scheduler.schedule(this.#client, this.#latency(), `${what}: ${response.status}`, () =>
          resolve(deliver()),
        );
      };
      this.#deliver(request, what, { reply, fail, done });
      if (copies === 2) {
        const later = this.#random.fraction() * 20 * this.#faults.latency;
        this.#deliver(request, `${what} (again)`, { reply: () => undefined, fail: () => undefined, done }, later);
      }
    });
  }

  /** Delivers one copy of the request. */
  #deliver(
    request: PlainRequest,
    what: string,
    then: {
      readonly reply: (response: PlainResponse) => void;
      readonly fail: (why: string) => void;
      readonly done: () => void;
    },
    later = 0,
  ): void {
    const owner = { name: 'network', isAlive: true };
    this.#scheduler.schedule(owner, this.#latency() + later, `${what} arrives`, () => {
      const { server } = this.#network;
      if (!server?.process.isAlive) {
        then.done();
        return then.fail('connection refused');
      }
      let answered = false;
      server.process.onExit(() => {
        if (answered) return;
        then.done();
        then.fail('connection reset by the end of the server');
      });
      server.process.run(what, () => {
        const { signal, ...rest } = request;
        const served = signal && isWatch(request) ? { ...rest, signal: this.#serverSignal(signal) } : rest;
        void server.plain(served).then(
          (response) => {
            answered = true;
            then.done();
            then.reply(response);
          },
          (error: unknown) => {
            answered = true;
            then.done();
            then.fail(String(error));
          },
        );
      });
    });
  }

  /** Returns a signal that is aborted a moment after the client has disconnected. */
  #serverSignal(client: AbortSignal): AbortSignal {
    const { server } = this.#network;
    const close = (): void => this.close();
    client.addEventListener('abort', close, { once: true });
    this.#client.onExit(close);
    if (server) this.#closed.signal.addEventListener('abort', () => client.removeEventListener('abort', close));
    return this.#closed.signal;
  }

  /** Closes the connection; the server notices after a delay. */
  close(): void {
    if (this.#broken) return;
    this.#broken = true;
    const { server } = this.#network;
    if (server)
      this.#scheduler.schedule(server.process, this.#latency(), 'connection closed', () => this.#closed.abort());
  }

  /** Starts to read the server's stream at once; returns a function that creates the client's response on arrival. */
  #clientSide(response: PlainResponse, left: AbortSignal | undefined): () => PlainResponse {
    const { events, ...rest } = response;
    if (!events) return () => rest;
    const stream = new EventStream();
    left?.addEventListener('abort', () => stream.put({ kind: 'end' }), { once: true });
    if (left?.aborted === true) stream.put({ kind: 'end' });
    void this.#pump(events, stream);
    this.#network.server?.process.onExit(() => this.#arrive(stream, { kind: 'broken', why: 'the server ended' }));
    return () => ({ ...rest, events: stream });
  }

  /** Runs in the server's process. */
  async #pump(events: AsyncIterable<unknown>, stream: EventStream): Promise<void> {
    try {
      for await (const event of events) {
        if (this.#random.chance(this.#faults.brokenWatch)) {
          this.#arrive(stream, { kind: 'broken', why: 'connection reset' });
          return this.close();
        }
        this.#arrive(stream, { kind: 'event', event });
      }
      this.#arrive(stream, { kind: 'end' });
    } catch (error) {
      this.#arrive(stream, { kind: 'broken', why: String(error) });
    }
  }

  /** Delivers in order: a delayed message delays all later ones. */
  #arrive(stream: EventStream, message: Message): void {
    const stalls = this.#random.chance(this.#faults.stalledWatch);
    const takes = this.#latency() * (stalls ? 200 : 1);
    const { time } = this.#scheduler;
    stream.due = Math.max(stream.due, time + takes);
    this.#scheduler.scheduleAt(
      this.#client,
      stream.due,
      message.kind === 'event' ? `event ${describe(message.event)}` : `watch ${message.kind}`,
      () => stream.put(message),
      this.#name,
    );
  }
}

/** A late copy would create a deleted pod again, which no controller can prevent. */
const createsPod = ({ method, url }: PlainRequest): boolean => method === 'POST' && url.endsWith('/pods');

const isWatch = ({ url }: PlainRequest): boolean => /[?&]watch=(true|1)/.test(url);

type Message =
  | { readonly kind: 'event'; readonly event: unknown }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken'; readonly why: string };

/** The events of a watch that have arrived at the client. */
class EventStream implements AsyncIterable<unknown> {
  /** When the last message so far arrives, in virtual milliseconds. */
  due = 0;
  readonly #waiting: Message[] = [];
  #wake: () => void = () => undefined;

  put(message: Message): void {
    this.#waiting.push(message);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, undefined> {
    for (;;) {
      const next = this.#waiting.shift();
      if (!next) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      if (next.kind === 'end') return undefined;
      if (next.kind === 'broken') throw new ConnectionLost(next.why);
      yield next.event;
    }
  }
}

/** Returns type, name and resourceVersion of a watch event, for the trace. */
function describe(event: unknown): string {
  const { type, object } = event as {
    type: string;
    object?: { metadata?: { name?: string; resourceVersion?: string } };
  };
  return `${type} ${object?.metadata?.name ?? ''}@${object?.metadata?.resourceVersion ?? ''}`;
}
