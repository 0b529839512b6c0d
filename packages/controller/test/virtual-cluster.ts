/**
 * An embedded API server, its few-line kubelet and a controller on one clock that tests wind by hand.
 *
 * Every reconcile and every write of the controller is counted by object, so that a test can bound them. A reconcile beyond
 * `MOST` fails: a loop ends there, and the test shows its count instead of hanging.
 */

import type { Cluster } from '@pipewright/cluster';
import { systemClock, type Send } from '@pipewright/kube';
import { startController, type Controller, type ControllerOptions } from '../src/index.js';
import { FakeClock } from '../../kube/test/fake-clock.js';
import { collectingLog, newBench, newCluster, type Bench, type Script } from './bench.js';

/** Reconciles of one object after which something must be wrong. */
const MOST = 1000;

/** Counts by name. */
export class Counts extends Map<string, number> {
  add(name: string): number {
    const count = (this.get(name) ?? 0) + 1;
    this.set(name, count);
    return count;
  }

  /** The counts of all names that begin so, added up. */
  sum(prefix = ''): number {
    return [...this].reduce((sum, [name, count]) => (name.startsWith(prefix) ? sum + count : sum), 0);
  }
}

/** See the top of this file. */
export class VirtualCluster {
  readonly clock = new FakeClock();
  readonly log = collectingLog();
  /** By queue and name: `TaskRun run`. */
  readonly reconciles = new Counts();
  /** By method and path: `PATCH taskruns/run/status`. Events are not counted. */
  readonly writes = new Counts();
  script: Script = () => ({});
  #cluster: { readonly cluster: Cluster; readonly close: () => Promise<void> } | undefined;
  #bench: Bench | undefined;
  #controller: Controller | undefined;

  get bench(): Bench {
    return this.#bench!;
  }

  /** Starts everything, with a controller that only sees a namespace of its own. */
  async begin(options: Partial<ControllerOptions> = {}): Promise<void> {
    this.#cluster = await newCluster(
      () => this.script,
      () => this.clock.date(),
    );
    this.#bench = await newBench(this.#cluster.cluster);
    await this.start(options);
  }

  async end(): Promise<void> {
    await this.stop();
    await this.#cluster?.close();
  }

  /** Starts the controller. */
  async start(options: Partial<ControllerOptions> = {}): Promise<void> {
    const { clock, log } = this;
    this.#controller = await startController({
      send: this.faulty(() => false),
      clock,
      wireClock: systemClock, // a watch is silent for as long as nothing happens, and that passes in no time here
      log,
      namespace: this.bench.namespace,
      onReconcile: (queue, key) => {
        const count = this.reconciles.add(`${queue} ${key.slice(key.indexOf('/') + 1)}`);
        if (count > MOST) throw new Error('there is no end of it');
      },
      ...options,
    });
  }

  async stop(): Promise<void> {
    await this.#controller?.stop();
    this.#controller = undefined;
  }

  /** The API server as the controller reaches it; requests for which `fails` says so are answered with 500. */
  faulty(fails: (request: Request) => boolean): Send {
    const { send } = this.#cluster!.cluster;
    const prefix = /^.*\/namespaces\/[^/]+\//;
    return (request) => {
      const { pathname } = new URL(request.url);
      if (request.method !== 'GET' && !pathname.endsWith('/events'))
        this.writes.add(`${request.method} ${pathname.replace(prefix, '')}`);
      if (!fails(request)) return send(request);
      const status = { kind: 'Status', code: 500, reason: 'InternalError', message: 'etcd' };
      return Promise.resolve(Response.json(status, { status: 500 }));
    };
  }
}
