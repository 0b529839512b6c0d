/**
 * An embedded API server, its minimal kubelet and a controller on one clock that tests advance.
 *
 * Counts reconciles and writes by object, so that tests can limit them. Reconciles beyond `MAX_RECONCILES` fail, so
 * that an endless loop fails the test instead of blocking it.
 */

import type { Cluster } from '@pipewright/cluster';
import { systemClock, type Send } from '@pipewright/apimachinery';
import { startController, type RunningController, type ControllerOptions } from '../../src/index.js';
import { FakeClock } from '../../../kube/test/support/fake-clock.js';
import { collectingLog, newHarness, newCluster, type Harness, type KubeletScript } from './harness.js';

/** The maximum number of reconciles of one object. */
const MAX_RECONCILES = 1000;

/** Counters by name. */
export class Counts {
  readonly #counts = new Map<string, number>();

  add(name: string): number {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count;
  }

  /** Returns the sum of all counters whose names start with a prefix. */
  sum(prefix = ''): number {
    return this.entries.reduce((sum, [name, count]) => (name.startsWith(prefix) ? sum + count : sum), 0);
  }

  /** The highest count. */
  get most(): number {
    return Math.max(0, ...this.#counts.values());
  }

  get entries(): readonly (readonly [string, number])[] {
    return [...this.#counts];
  }

  clear(): void {
    this.#counts.clear();
  }
}

/** The embedded cluster with its counts. */
export class VirtualCluster {
  readonly clock = new FakeClock();
  readonly log = collectingLog();
  /** By queue and name: `TaskRun run`. */
  readonly reconciles = new Counts();
  /** By method and path: `PATCH taskruns/run/status`. */
  readonly requests = new Counts();
  /** Mutating requests, except for events. */
  readonly writes = new Counts();
  script: KubeletScript = () => ({});
  #cluster: { readonly cluster: Cluster; readonly close: () => Promise<void> } | undefined;
  #harness: Harness | undefined;
  #controller: RunningController | undefined;

  get harness(): Harness {
    return this.#harness!;
  }

  /** Starts everything, with a controller restricted to one namespace. Later calls start over in a new namespace. */
  async open(options: Partial<ControllerOptions> = {}): Promise<void> {
    await this.stopController();
    for (const counts of [this.reconciles, this.requests, this.writes]) counts.clear();
    this.#cluster ??= await newCluster(
      () => this.script,
      () => this.clock.date(),
    );
    this.#harness = await newHarness(this.#cluster.cluster);
    await this.startController(options);
  }

  async close(): Promise<void> {
    await this.stopController();
    await this.#cluster?.close();
  }

  /** Starts the controller. */
  async startController(options: Partial<ControllerOptions> = {}): Promise<void> {
    const { clock, log } = this;
    this.#controller = await startController({
      send: this.intercept(() => undefined),
      clock,
      wireClock: systemClock, // network timeouts use real time, since virtual hours pass in milliseconds
      log,
      namespace: this.harness.namespace,
      onReconcile: (queue, key) => {
        const count = this.reconciles.add(`${queue} ${key.slice(key.indexOf('/') + 1)}`);
        if (count > MAX_RECONCILES) throw new Error('endless loop of reconciles');
      },
      ...options,
    });
  }

  async stopController(): Promise<void> {
    await this.#controller?.stop();
    this.#controller = undefined;
  }

  /** Sends a request directly to the API server. */
  get send(): Send {
    return this.#cluster!.cluster.send;
  }

  /** Returns the transport of the controller. A response of `refuse`, if any, replaces that of the API server. */
  intercept(respond: (request: Request) => Promise<Response> | undefined): Send {
    const { send } = this;
    const prefix = /^.*\/namespaces\/[^/]+\//;
    return (request) => {
      const path = new URL(request.url).pathname.replace(prefix, '');
      this.requests.add(`${request.method} ${path}`);
      if (request.method !== 'GET' && !path.startsWith('events')) this.writes.add(`${request.method} ${path}`);
      return respond(request) ?? send(request);
    };
  }
}
