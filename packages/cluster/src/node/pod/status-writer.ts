/**
 * Writes one pod's status: one request for each batch of changes, never two at a time, always the newest last.
 *
 * That containers are being made, or have begun, is not urgent: it waits a moment for what follows, since a container that ends
 * within it has nothing to show in between. (A kubelet looks once a second, and reports such a container's end alone.) Whatever
 * somebody may act on is written at once.
 */

import { isDeepStrictEqual } from 'node:util';
import { laterTurn, type Clock } from '../../platform/clock.js';
import type { NodeContext } from '../node-context.js';
import { isTransient, pauseAfter } from '../persistent-request.js';
import type { PodClock } from '../pod-clock.js';
import { ApiStatusError, type NodeApi } from '../node-api.js';
import type { PodMetadata } from './pod.js';

/** How long (milliseconds) what is not urgent may wait for what follows. */
const BATCH_DELAY_MS = 20;

/** What of the node the writer uses. */
export type StatusWriterContext = Pick<NodeContext, 'api' | 'clock' | 'wireClock' | 'log'>;

/** Writes the status of one pod after `mark`. */
export class StatusWriter {
  readonly #api: NodeApi;
  readonly #clock: PodClock;
  readonly #wireClock: Clock;
  readonly #pod: PodMetadata;
  readonly #compute: () => object;
  readonly #log: (line: string) => void;
  #dirty = false;
  #writing: Promise<void> | undefined;
  #written: object | undefined;
  readonly #gone = new AbortController();
  #flush: () => void = () => undefined;

  constructor({ api, clock, wireClock, log }: StatusWriterContext, pod: PodMetadata, compute: () => object) {
    this.#api = api;
    this.#clock = clock;
    this.#wireClock = wireClock;
    this.#pod = pod;
    this.#compute = compute;
    this.#log = log;
  }

  /** Has the status written: in 20 ms, or when it is urgent soon. Changes of the same turn of the event loop go together. */
  mark(urgent: boolean): void {
    this.#dirty = true;
    this.#writing ??= this.#write();
    if (urgent) this.#flush();
  }

  /** Settles when everything that was marked is written. */
  async settled(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  /** The pod is gone: nothing is written any more. */
  stop(): void {
    this.#gone.abort();
    this.#flush();
  }

  async #write(): Promise<void> {
    await this.#waitForBatch();
    for (let failures = 0; this.#dirty && !this.#gone.signal.aborted;) {
      this.#dirty = false;
      const status = this.#compute();
      if (isDeepStrictEqual(status, this.#written)) continue;
      try {
        const { namespace, name, uid } = this.#pod;
        await this.#api.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { metadata: { uid }, status });
        this.#written = status;
        failures = 0;
      } catch (error) {
        if (error instanceof ApiStatusError && (error.status === 404 || error.status === 409)) break; // deleted, or another of this name
        const again = isTransient(error);
        if (failures === 0 || !again)
          this.#log(`the status of pod ${this.#pod.namespace}/${this.#pod.name} is not written: ${String(error)}`);
        if (!again) break;
        this.#dirty = true;
        failures += 1;
        await this.#clock.sleep(pauseAfter(failures), this.#gone.signal);
      }
    }
    this.#writing = undefined;
  }

  /** The machine's own time, as in requests: a clock that is wound by hand must not hold up what others wait for. */
  async #waitForBatch(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#wireClock.after(BATCH_DELAY_MS, resolve);
      this.#flush = () => {
        cancel();
        resolve();
      };
    });
    this.#flush = () => undefined;
    await laterTurn(this.#wireClock);
  }
}
