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
export interface Happening {
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

interface Written {
  readonly at: { readonly namespace: string; readonly name: string };
  count: number;
}

/** Events of the same object, type and reason within this time are similar… */
const WINDOW = 10 * 60_000;
/** …and one more than this many different messages are combined into one event. */
const SIMILAR = 10;
/** Objects, and events, that are remembered; the oldest are forgotten first. */
const REMEMBERED = 4096;
/** Events that may wait for a slow server; more are dropped. */
const WAITING = 1000;

/** Writes events in order, one at a time. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #component: string;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #clock: Clock;
  readonly #written = new Map<string, Written>();
  readonly #similar = new Map<string, { readonly since: number; readonly messages: Set<string> }>();
  readonly #budgets = new Map<string, TokenBucket>();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #serial = 0;

  constructor({ client, component, onError, clock = systemClock }: EventRecorderOptions) {
    this.#client = client;
    this.#component = component;
    this.#onError = onError;
    this.#clock = clock;
  }

  /** Notes what happened to an object. Returns at once; `flush` waits until it is written. */
  record(about: KubeObject, happening: Happening): void {
    const subject = about.metadata.uid ?? `${about.kind}/${about.metadata.namespace}/${about.metadata.name}`;
    const budget = this.#budgets.get(subject) ?? new TokenBucket(25, 1 / 300, this.#clock);
    remember(this.#budgets, subject, budget);
    if (this.#waiting >= WAITING || !budget.take()) return;
    const said = this.#combine(subject, happening);
    const date = this.#clock.date();
    this.#waiting++;
    this.#last = this.#last
      .then(() => this.#write(`${subject}/${said.type}/${said.reason}/${said.key}`, about, said, date))
      .catch((error: unknown) => this.#report(error))
      .finally(() => this.#waiting--);
  }

  /** Resolves when all that was recorded before is written, or has failed. */
  flush(): Promise<void> {
    return this.#last;
  }

  #combine(subject: string, happening: Happening): Happening & { readonly key: string } {
    const kind = `${subject}/${happening.type}/${happening.reason}`;
    const now = this.#clock.now();
    const known = this.#similar.get(kind);
    const group = known && now - known.since < WINDOW ? known : { since: now, messages: new Set<string>() };
    remember(this.#similar, kind, group);
    group.messages.add(happening.message);
    if (group.messages.size <= SIMILAR) return { ...happening, key: `same: ${happening.message}` };
    group.messages.delete(happening.message); // bounded: it counts as one of many from now on
    return { ...happening, message: `(combined from similar events): ${happening.message}`, key: 'combined' };
  }

  async #write(key: string, about: KubeObject, said: Happening, date: Date): Promise<void> {
    const time = date.toISOString().replace(/\.\d+Z$/, 'Z');
    const known = this.#written.get(key);
    if (known) {
      known.count++;
      const patch = { count: known.count, lastTimestamp: time, message: said.message };
      const missing = await this.#client.patch(EVENTS, known.at, patch, { type: 'merge' }).then(
        () => false,
        (error: unknown) => {
          if (error instanceof ApiError && error.status === 404) return true;
          throw error;
        },
      );
      if (!missing) return;
    }
    const event = this.#eventOf(about, said, date, time);
    await this.#client.create(EVENTS, { namespace: event.metadata.namespace }, event);
    remember(this.#written, key, { at: event.metadata, count: 1 });
  }

  #eventOf(about: KubeObject, said: Happening, date: Date, time: string) {
    const { name = '', namespace, uid, resourceVersion } = about.metadata;
    const stem = name.slice(0, 230).replace(/[^a-z0-9]+$/, '');
    const serial = BigInt(date.getTime()) * 1_000_000n + BigInt(this.#serial++ % 1_000_000);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace: namespace ?? 'default', name: `${stem}.${serial.toString(16)}` },
      involvedObject: { apiVersion: about.apiVersion, kind: about.kind, namespace, name, uid, resourceVersion },
      type: said.type,
      reason: said.reason,
      message: said.message,
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
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
