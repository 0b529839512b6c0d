/**
 * Records events about objects, which `kubectl describe` shows.
 *
 * Never throws and never waits for the server. A repeated event increases a count; many similar events are combined; each object has
 * client-go's rate limit (25 at once, then one in five minutes).
 */

import { ApiError } from '../client/api-error.js';
import type { KubeClient } from '../client/client.js';
import { systemClock, timestamp, type Clock } from '@pipewright/apimachinery';
import { EVENTS, type KubeObject } from '../client/resource.js';
import { TokenBucket } from './token-bucket.js';

/** An event about an object. */
export interface EventInput {
  readonly type: 'Normal' | 'Warning';
  /** A CamelCase word for programs. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
}

/** Options of an event recorder. */
export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** The reporting component, which `kubectl describe` shows under From. */
  readonly component: string;
  /** Called for events that could not be written. */
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
}

interface WrittenEvent {
  readonly key: { readonly namespace: string; readonly name: string };
  count: number;
}

/** Events of the same object, type and reason within this time are similar… */
const SIMILAR_WINDOW_MS = 10 * 60_000;
/** …and if they have more different messages than this, they are combined into one event. */
const MAX_SIMILAR_MESSAGES = 10;
/** The maximum number of objects, and of events, that are cached; the oldest are dropped first. */
const MAX_CACHE_ENTRIES = 4096;
/** The maximum number of events that wait for a slow server; more are dropped. */
const MAX_PENDING_EVENTS = 1000;

/** Writes events in order, one at a time. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #component: string;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #clock: Clock;
  readonly #written = new Map<string, WrittenEvent>();
  readonly #similar = new Map<string, { readonly since: number; readonly messages: Set<string> }>();
  readonly #rateLimits = new Map<string, TokenBucket>();
  #last: Promise<void> = Promise.resolve();
  #pending = 0;
  #serial = 0;

  constructor({ client, component, onError, clock = systemClock }: EventRecorderOptions) {
    this.#client = client;
    this.#component = component;
    this.#onError = onError;
    this.#clock = clock;
  }

  /** Records an event about an object. Returns at once; `flush` waits until it is written. */
  record(object: KubeObject, input: EventInput): void {
    const subject = object.metadata.uid ?? `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
    const rateLimit = this.#rateLimits.get(subject) ?? new TokenBucket(25, 1 / 300, this.#clock);
    setMostRecent(this.#rateLimits, subject, rateLimit);
    if (this.#pending >= MAX_PENDING_EVENTS || !rateLimit.tryTake()) return;
    const event = this.#combine(subject, input);
    const date = this.#clock.date();
    this.#pending++;
    this.#last = this.#last
      .then(() => this.#write(`${subject}/${event.type}/${event.reason}/${event.key}`, object, event, date))
      .catch((error: unknown) => this.#report(error))
      .finally(() => this.#pending--);
  }

  /** Resolves when all events recorded before are written or have failed. */
  flush(): Promise<void> {
    return this.#last;
  }

  #combine(subject: string, input: EventInput): EventInput & { readonly key: string } {
    const kind = `${subject}/${input.type}/${input.reason}`;
    const now = this.#clock.now();
    const known = this.#similar.get(kind);
    const group = known && now - known.since < SIMILAR_WINDOW_MS ? known : { since: now, messages: new Set<string>() };
    setMostRecent(this.#similar, kind, group);
    group.messages.add(input.message);
    if (group.messages.size <= MAX_SIMILAR_MESSAGES) return { ...input, key: `same: ${input.message}` };
    group.messages.delete(input.message); // bounds the set: further messages are combined
    return { ...input, message: `(combined from similar events): ${input.message}`, key: 'combined' };
  }

  async #write(key: string, object: KubeObject, event: EventInput, date: Date): Promise<void> {
    const time = timestamp(date);
    const known = this.#written.get(key);
    if (known) {
      known.count++;
      const patch = { count: known.count, lastTimestamp: time, message: event.message };
      const missing = await this.#client.patch(EVENTS, known.key, patch, { type: 'merge' }).then(
        () => false,
        (error: unknown) => {
          if (error instanceof ApiError && error.status === 404) return true;
          throw error;
        },
      );
      if (!missing) return;
    }
    const created = this.#toEvent(object, event, date, time);
    await this.#client.create(EVENTS, { namespace: created.metadata.namespace }, created);
    setMostRecent(this.#written, key, { key: created.metadata, count: 1 });
  }

  #toEvent(object: KubeObject, event: EventInput, date: Date, time: string) {
    const { name = '', namespace, uid, resourceVersion } = object.metadata;
    const stem = name.slice(0, 230).replace(/[^a-z0-9]+$/, '');
    const serial = BigInt(date.getTime()) * 1_000_000n + BigInt(this.#serial++ % 1_000_000);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace: namespace ?? 'default', name: `${stem}.${serial.toString(16)}` },
      involvedObject: { apiVersion: object.apiVersion, kind: object.kind, namespace, name, uid, resourceVersion },
      type: event.type,
      reason: event.reason,
      message: event.message,
      source: { component: this.#component },
      reportingComponent: this.#component,
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    };
  }

  #report(error: unknown): void {
    try {
      this.#onError?.(error);
    } catch {
      // a failing logger must not fail the caller
    }
  }
}

/** Puts an entry last and drops the oldest if there are too many. */
function setMostRecent<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_CACHE_ENTRIES) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
