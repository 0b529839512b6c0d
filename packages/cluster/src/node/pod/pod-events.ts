/**
 * Events about pods, in kubelet's words. Recording costs the caller nothing: they are written behind its back.
 */

import type { Clock } from '../../platform/clock.js';
import type { PodClock } from '../pod-clock.js';
import type { NodeApi } from '../node-api.js';
import type { Pod } from './pod.js';

/** Reasons as kubelet and the scheduler name them. */
export type EventReason =
  | 'Scheduled'
  | 'FailedScheduling'
  | 'Pulled'
  | 'Created'
  | 'Started'
  | 'Failed'
  | 'BackOff'
  | 'Killing'
  | 'FailedMount'
  | 'Unhealthy'
  | 'FailedPreStopHook'
  | 'FailedPostStartHook'
  | 'DeadlineExceeded';

/** Those that the scheduler says. */
const SCHEDULERS: ReadonlySet<EventReason> = new Set(['Scheduled', 'FailedScheduling']);

/** More than this wait to be written: the oldest are dropped, events are no record. */
const MAX_WAITING = 2000;
/** How long events may wait for company. */
const GATHER = 25;

/** What events are made from. */
export interface PodEventsOptions {
  readonly api: NodeApi;
  readonly clock: PodClock;
  readonly wireClock: Clock;
  /** The node's name. */
  readonly node: string;
  readonly log: (line: string) => void;
}

/** Writes events in the background, in order. */
export class PodEvents {
  readonly #api: NodeApi;
  readonly #clock: PodClock;
  readonly #wireClock: Clock;
  readonly #node: string;
  readonly #log: (line: string) => void;
  #waiting: { readonly path: string; readonly body: object }[] = [];
  #writing: Promise<void> | undefined;
  #last = 0n;
  #flush: () => void = () => undefined;

  constructor({ api, clock, wireClock, node, log }: PodEventsOptions) {
    this.#api = api;
    this.#clock = clock;
    this.#wireClock = wireClock;
    this.#node = node;
    this.#log = log;
  }

  /** The nanosecond, as kubelet names them: kubectl shows events of one second by their names' order. */
  #suffix(): string {
    const now = BigInt(this.#clock.now().getTime()) * 1_000_000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last.toString(16);
  }

  record(
    { metadata }: Pod,
    type: 'Normal' | 'Warning',
    reason: EventReason,
    message: string,
    container?: string,
  ): void {
    const { name, namespace, uid, resourceVersion } = metadata;
    const at = `${this.#clock.now().toISOString().slice(0, 19)}Z`;
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${this.#suffix()}`, namespace },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name,
        namespace,
        uid,
        resourceVersion,
        ...(container !== undefined && { fieldPath: `spec.containers{${container}}` }),
      },
      type,
      reason,
      message: message.slice(0, 1024),
      source: { component: SCHEDULERS.has(reason) ? 'default-scheduler' : 'kubelet', host: this.#node },
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    };
    this.#waiting.push({ path: `/api/v1/namespaces/${namespace}/events`, body });
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#writing ??= this.#write();
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  async #write(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#wireClock.after(GATHER, resolve);
      this.#flush = () => {
        cancel();
        resolve();
      };
    });
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#api
        .create(next.path, next.body)
        .catch((error: unknown) => this.#log(`an event was not recorded: ${String(error)}`));
    }
    this.#writing = undefined;
  }
}
