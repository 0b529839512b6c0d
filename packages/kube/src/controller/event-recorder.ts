/**
 * Events about objects, as `kubectl describe` shows them.
 *
 * Recording is a courtesy: it never throws, never waits for the server, and gives way before it floods anyone. The same event
 * again raises a count; many similar ones become one; each object has a budget (25 at once, then one in five minutes: client-go's).
 */

import { ApiError } from '../client/api-error.js';
import type { KubeClient } from '../client/client.js';
import { systemClock, type Clock } from '../clock.js';
import { EVENTS, type KubeObject } from '../client/resource.js';
import { TokenBucket } from './token-bucket.js';

/** What happened to an object. */
export interface EventInput {
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word, for machines. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
}

/** Who records, and how much. */
export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Who says so; `kubectl describe` shows it under From. */
  readonly component: string;
  /** Told of events that could not be written. */
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
}

interface WrittenEvent {
  readonly key: { readonly namespace: string; readonly name: string };
  count: number;
}

/** Events of the same object, type and reason within this time are similar… */
const SIMILAR_WINDOW_MS = 10 * 60_000;
/** …and one more than this many different messages are combined into one event. */
const MAX_SIMILAR_MESSAGES = 10;
/** Objects, and events, that are remembered; the oldest are forgotten first. */
const MAX_CACHE_ENTRIES = 4096;
/** Events that may wait for a slow server; more are dropped. */
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

  /** Notes what happened to an object. Returns at once; `flush` waits until it is written. */
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

  /** Resolves when all that was recorded before is written, or has failed. */
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
    group.messages.delete(input.message); // bounded: it counts as one of many from now on
    return { ...input, message: `(combined from similar events): ${input.message}`, key: 'combined' };
  }

  async #write(key: string, object: KubeObject, event: EventInput, date: Date): Promise<void> {
    const time = date.toISOString().replace(/\.\d+Z$/, 'Z');
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
      // a broken log must not fail the caller
    }
  }
}

/** Puts an entry last, and forgets the oldest when there are too many. */
function setMostRecent<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_CACHE_ENTRIES) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
