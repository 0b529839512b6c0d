/**
 * Writes the status of a pod: one request per batch of changes, one at a time, the newest last.
 *
 * Created and started containers are reported with a short delay: a container that ends within it needs no intermediate status. (A
 * kubelet syncs once a second, and reports only the end of such a container.) Changes that a client may act on are written at once.
 */

import { isDeepStrictEqual } from 'node:util';
import { laterTurn, type Clock } from '@pipewright/apimachinery';
import type { NodeContext } from '../node-context.js';
import { isTransient, pauseAfter } from '../persistent-request.js';
import type { PodClock } from '../../platform/pod-clock.js';
import { ApiStatusError, type NodeApi } from '../node-api.js';
import type { PodMetadata } from './pod.js';

/** The delay (milliseconds) of changes that are not urgent. */
const BATCH_DELAY_MS = 20;

/** The part of the node that the writer uses. */
export type StatusWriterContext = Pick<NodeContext, 'api' | 'clock' | 'wireClock' | 'log'>;

/** Writes the status of one pod after `markDirty`. */
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
  readonly #deleted = new AbortController();
  #flush: () => void = () => undefined;

  constructor({ api, clock, wireClock, log }: StatusWriterContext, pod: PodMetadata, compute: () => object) {
    this.#api = api;
    this.#clock = clock;
    this.#wireClock = wireClock;
    this.#pod = pod;
    this.#compute = compute;
    this.#log = log;
  }

  /** Schedules a write: after 20 ms, or at once if urgent. Changes of one turn of the event loop are batched. */
  markDirty(urgent: boolean): void {
    this.#dirty = true;
    this.#writing ??= this.#write();
    if (urgent) this.#flush();
  }

  /** Settles when all marked changes are written. */
  async settled(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  /** Stops writing: the pod is gone. */
  stop(): void {
    this.#deleted.abort();
    this.#flush();
  }

  async #write(): Promise<void> {
    await this.#waitForBatch();
    for (let failures = 0; this.#dirty && !this.#deleted.signal.aborted;) {
      this.#dirty = false;
      const status = this.#compute();
      if (isDeepStrictEqual(status, this.#written)) continue;
      try {
        const { namespace, name, uid } = this.#pod;
        await this.#api.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { metadata: { uid }, status });
        this.#written = status;
        failures = 0;
      } catch (error) {
        if (error instanceof ApiStatusError && (error.status === 404 || error.status === 409)) break; // deleted, or another pod of this name
        const again = isTransient(error);
        if (failures === 0 || !again)
          this.#log(`the status of pod ${this.#pod.namespace}/${this.#pod.name} is not written: ${String(error)}`);
        if (!again) break;
        this.#dirty = true;
        failures += 1;
        await this.#clock.sleep(pauseAfter(failures), this.#deleted.signal);
      }
    }
    this.#writing = undefined;
  }

  /** Uses the machine's time, as requests do: a virtual clock of pods must not delay other clients. */
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
