/** The controller and the node as simulated processes that can be stopped, killed and started again. */

import { startNode, fake, podClock, type ContainerSpec, type FakeOutcome } from '@pipewright/cluster';
import { startController } from '@pipewright/controller';
import type { Machine } from './machine.js';
import { memoryLogs } from './memory-logs.js';
import type { SeededRandom } from './random.js';
import type { SimProcess } from './process.js';
import type { Scheduler } from './scheduler.js';
import type { Violations } from './violations.js';

/** Dependencies of a service. */
export interface ServiceContext {
  readonly machine: Machine;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly violations: Violations;
  /** Returns the behaviour of a container. */
  readonly script: (container: ContainerSpec) => FakeOutcome;
}

/** Starts the service in a process; resolves with a function that stops it. */
type Start = (process: SimProcess, context: ServiceContext) => Promise<() => Promise<void>>;

/** Starts the controller. */
export const controller: Start = async (process, { machine, scheduler, random }) => {
  const note = (message: string, fields?: object): void =>
    scheduler.note(process.name, `log: ${message} ${JSON.stringify(fields ?? {})}`);
  const own = random.fork();
  const { stop } = await startController({
    send: machine.network.connect(process),
    clock: process.clock,
    random: () => own.fraction(),
    findCommand: () => Promise.reject(new Error('every step of the simulation has a command')),
    sendEvent: () => Promise.reject(new Error('no receiver')),
    log: { info: note, warn: note, error: note },
  });
  return stop;
};

/** Starts the node. */
export const node: Start = async (process, { machine, scheduler, script }) => {
  const clock = podClock(process.clock);
  const { close } = await startNode({
    send: machine.network.connect(process),
    runtime: fake({ script, clock, wireClock: process.clock }),
    images: () => ({ rootfs: 'host' }),
    inCluster: () => Promise.resolve({ host: '127.0.0.1', port: 6443, caPem: '' }),
    wireClock: process.clock,
    logs: memoryLogs(),
    machine: MACHINE,
    log: (line) => scheduler.note(process.name, `log: ${line}`),
  });
  return close;
};

/** The constant contents of the Node object, independent of the machine. */
const MACHINE = {
  cpus: 4,
  memoryBytes: 2 ** 34,
  hostname: 'simulated',
  os: 'linux',
  architecture: 'amd64',
  kernel: '6.1.0',
  osImage: 'Simulated Linux',
} as const;

/** One service across its restarts. */
export class Service {
  /** How often it was started. */
  starts = 0;
  readonly #name: string;
  readonly #start: Start;
  readonly #context: ServiceContext;
  #process: SimProcess | undefined;
  #stop: (() => Promise<void>) | undefined;

  constructor(name: string, start: Start, context: ServiceContext) {
    this.#name = name;
    this.#start = start;
    this.#context = context;
  }

  /** Its process, while it is alive. */
  get process(): SimProcess | undefined {
    return this.#process?.isAlive === true ? this.#process : undefined;
  }

  /** Starts it, unless it runs. */
  start(): void {
    if (this.process) return;
    const process = this.#context.machine.process(`${this.#name} ${String((this.starts += 1))}`);
    this.#process = process;
    this.#stop = undefined;
    process.run('start', () => {
      this.#start(process, this.#context).then(
        (stop) => (this.#stop = stop),
        (error: unknown) => process.end(`does not start: ${String(error)}`),
      );
    });
  }

  /** Stops it gracefully. Only callbacks that it has already deferred may run afterwards, and they may not start anything. */
  stop(): void {
    const [process, stop] = [this.process, this.#stop];
    if (!process || !stop) return;
    this.#stop = undefined;
    process.run('stop', () => {
      stop().then(
        () => process.drain((pending) => this.#ended(process, pending)),
        (error: unknown) => this.#context.violations.add('it stops', `${process.name}: ${String(error)}`),
      );
    });
  }

  #ended(process: SimProcess, pending: readonly string[]): void {
    if (pending.length > 0) {
      this.#context.violations.add('nothing is left behind', `${process.name}: ${pending.join(', ')}`);
    }
    process.end('has stopped');
  }
}
