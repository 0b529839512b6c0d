/**
 * The simulated machine: a disk, a network, and processes that start, crash and stop.
 *
 *     machine ──▶ API server (storage on the disk) ◀── network ── controller, node, clients
 *
 * The scenario decides when a stopped process is started again.
 */

import { openStorageOn, startClusterOn, type Storage, type StorageLimits } from '@pipewright/cluster';
import type { SeededRandom } from './random.js';
import { SECRETS } from './secrets.js';
import { Network } from './network.js';
import { SimProcess } from './process.js';
import type { Scheduler } from './scheduler.js';
import { SimDisk, type DiskImage } from './sim-disk.js';
import type { Violations } from './violations.js';

/** The state of the API server. */
export type ServerState =
  | { readonly kind: 'down' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'serving'; readonly storage: Storage }
  | { readonly kind: 'stopping' }
  /** It failed to start or to stop. */
  | { readonly kind: 'failed'; readonly during: 'start' | 'stop'; readonly error: unknown };

/** How a machine is created. */
export interface MachineOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly violations: Violations;
  /** The initial content of the disk. @default - empty */
  readonly image?: DiskImage;
  readonly limits?: Partial<StorageLimits>;
  /** Definitions to install at each start. @default none */
  readonly crds?: readonly object[];
  /** Called when the storage is open, before the API server accepts requests. */
  readonly onOpen?: (storage: Storage) => void;
}

/** One machine. */
export class Machine {
  readonly disk: SimDisk;
  readonly network: Network;
  server: ServerState = { kind: 'down' };
  /** How often the API server was started. */
  serverStarts = 0;
  readonly #options: MachineOptions;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #processes = new Set<SimProcess>();
  #serverProcess: SimProcess | undefined;
  #stopServer: (() => Promise<void>) | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler;
    this.#random = options.random;
    this.disk = new SimDisk(options.scheduler, options.random.fork(), options.image);
    this.network = new Network(options.scheduler, options.random.fork());
  }

  /** Starts a process on this machine. */
  process(name: string): SimProcess {
    const started = new SimProcess(this.#scheduler, name);
    this.#processes.add(started);
    started.onExit(() => this.#processes.delete(started));
    return started;
  }

  /** The process of the API server, while it is alive. */
  get serverProcess(): SimProcess | undefined {
    return this.#serverProcess?.isAlive === true ? this.#serverProcess : undefined;
  }

  /** Starts the API server on the content of the disk. */
  startServer(): void {
    const process = this.process(`server ${String((this.serverStarts += 1))}`);
    this.#serverProcess = process;
    this.server = { kind: 'starting' };
    process.run('start', () => {
      this.#boot(process).catch((error: unknown) => {
        this.server = { kind: 'failed', during: 'start', error };
        process.end(`does not start: ${String(error)}`);
      });
    });
  }

  async #boot(process: SimProcess): Promise<void> {
    const { limits, crds, onOpen } = this.#options;
    const { clock } = process;
    const log = (line: string): void => this.#scheduler.note(process.name, `log: ${line}`);
    const random = this.#random.fork();
    const storage = await openStorageOn(this.disk.mount(process), {
      clock,
      secrets: SECRETS,
      log,
      ...(limits && { limits }),
    });
    onOpen?.(storage);
    const { send, close } = await startClusterOn(storage, {
      wireClock: clock,
      random: {
        uuid: () => random.uuid(),
        bytes: (count) => random.bytes(count),
        below: (limit) => random.below(limit),
      },
      log: (line) => {
        log(line);
        this.#options.violations.add('internal error', line);
      },
      ...(crds && { crds }),
    });
    const { plain } = send;
    if (!plain) throw new Error('the API server has no plain form');
    this.#stopServer = close;
    this.server = { kind: 'serving', storage };
    this.network.server = { process, plain };
    this.#scheduler.note(process.name, `serves, revision ${String(storage.store.revision)}`);
  }

  /** Asks the API server to stop, as SIGTERM does. */
  stopServer(): void {
    const process = this.serverProcess;
    const stop = this.#stopServer;
    if (!process || !stop || this.server.kind !== 'serving') return;
    this.server = { kind: 'stopping' };
    process.run('stop', () => {
      stop().then(
        () =>
          process.drain((pending) => {
            this.server = { kind: 'down' };
            this.#checkStopped(process, pending);
            process.end('has stopped');
          }),
        (error: unknown) => {
          this.server = { kind: 'failed', during: 'stop', error };
          process.end(`has not saved its state: ${String(error)}`);
        },
      );
    });
  }

  #checkStopped(process: SimProcess, pending: readonly string[]): void {
    const files = this.disk.openFilesOf(process);
    if (files === 0 && pending.length === 0) return;
    const message = `${process.name} has stopped with ${files} open files and these timers: ${pending.join(', ')}`;
    this.#options.violations.add('nothing is left behind', message);
  }

  /** Ends a process at once, as SIGKILL does. */
  kill(process: SimProcess): void {
    process.end('is killed');
    this.disk.kill(process);
    if (process === this.#serverProcess) this.server = { kind: 'down' };
  }

  /** Ends every process of this machine, and drops what the disk had not synced. Clients run elsewhere and go on. */
  losePower(): void {
    this.#scheduler.note('machine', 'loses its power');
    for (const process of [...this.#processes]) process.end('is gone');
    this.disk.losePower();
    this.server = { kind: 'down' };
  }
}
