/**
 * Events of pods, with kubelet's messages. They are written in the background, so recording does not delay the caller.
 */

import { timestamp, type Clock } from '@pipewright/apimachinery';
import type { PodClock } from '../../platform/pod-clock.js';
import type { NodeApi } from '../node-api.js';
import type { Pod } from './pod.js';

/** Reasons of kubelet and the scheduler. */
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

/** Reasons whose source is the scheduler. */
const SCHEDULERS: ReadonlySet<EventReason> = new Set(['Scheduled', 'FailedScheduling']);

/** The most events in the queue; the oldest are dropped, since events are not a record. */
const MAX_WAITING = 2000;
/** The delay (milliseconds) in which events are batched. */
const GATHER_MS = 25;

/** Options of the recorder. */
export interface PodEventsOptions {
  readonly api: NodeApi;
  readonly clock: PodClock;
  readonly wireClock: Clock;
  /** The name of the node. */
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

  /** Returns a name suffix from the time in nanoseconds, as in kubelet: kubectl sorts events of one second by name. */
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
    const at = timestamp(this.#clock.now());
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

  /** Writes the queued events. */
  async flush(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  async #write(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#wireClock.after(GATHER_MS, resolve);
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
