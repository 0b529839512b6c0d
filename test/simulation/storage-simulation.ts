/**
 * The storage scenario: clients write through the API server and check every answer and event.
 *
 *     clients, watchers ── network ──▶ API server ──▶ storage ──▶ disk
 *           driver: kill, power loss, stop, full disk, damage, clock jumps
 *
 * Then the faults end, and after one more restart the state must be consistent with everything that was observed.
 */

import type { Storage } from '@pipewright/cluster';
import { ConfigMapClient, CONFIG_MAPS, type ClientContext } from './config-map-client.js';
import { damageSomething } from './damage.js';
import { History } from './history.js';
import { Machine } from './machine.js';
import { NO_NETWORK_FAULTS } from './network.js';
import { Counts, type Outcome } from './outcome.js';
import { SeededRandom } from './random.js';
import { SimProcess } from './process.js';
import { Scheduler } from './scheduler.js';
import { NO_FAULTS, type DiskImage } from './sim-disk.js';
import { storagePlan, type StoragePlan } from './storage-plan.js';
import { Trace } from './trace.js';
import { Violations } from './violations.js';
import { ConfigMapWatcher } from './watcher.js';

/** More steps than a run needs. */
const MAX_STEPS = 60_000;
/** The longest duration in milliseconds of each phase after the end of the faults. */
const RECOVERY_MS = 120_000;
const DRIVER = { name: 'driver', isAlive: true } as const;

type Phase = 'faults' | 'recovery' | 'stopping' | 'last start' | 'over';

/** Simulates one seed. `image`: the disk of a new cluster. */
export async function simulateStorage(
  seed: number,
  image: DiskImage,
  print?: (line: string) => void,
): Promise<Outcome> {
  const simulation = new StorageSimulation(seed, image, print);
  return simulation.run();
}

class StorageSimulation {
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #plan: StoragePlan;
  readonly #trace: Trace;
  readonly #scheduler: Scheduler;
  readonly #violations = new Violations();
  readonly #counts = new Counts();
  readonly #history: History;
  readonly #machine: Machine;
  readonly #clients: ConfigMapClient[];
  readonly #watchers: ConfigMapWatcher[];
  #phase: Phase = 'faults';
  #before: DiskImage | undefined;
  #phaseBegan = 0;
  /** The number of the last server that ran while there were faults. */
  #lastFaultyStart = Number.POSITIVE_INFINITY;

  constructor(seed: number, image: DiskImage, print?: (line: string) => void) {
    this.#seed = seed;
    this.#random = new SeededRandom(seed);
    this.#plan = storagePlan(this.#random);
    this.#trace = new Trace(print);
    this.#scheduler = new Scheduler(this.#random.fork(), this.#trace, this.#plan.timing);
    this.#history = new History(this.#violations);
    this.#machine = new Machine({
      scheduler: this.#scheduler,
      random: this.#random.fork(),
      violations: this.#violations,
      limits: this.#plan.limits,
      ...(!this.#plan.isNew && { image }),
      onOpen: (storage) => this.#opened(storage),
    });
    const duplicatesRequests = this.#plan.network.duplicatedRequest > 0;
    const context: ClientContext = { ...this.#plan, ...this.#machineParts(), duplicatesRequests };
    const { clients, watchers } = this.#plan;
    this.#clients = Array.from(
      { length: clients },
      (_, n) => new ConfigMapClient(new SimProcess(this.#scheduler, `client ${n}`), context, this.#random.fork()),
    );
    this.#watchers = Array.from(
      { length: watchers },
      (_, n) => new ConfigMapWatcher(new SimProcess(this.#scheduler, `watcher ${n}`), context, this.#random.fork()),
    );
  }

  #machineParts(): Pick<ClientContext, 'network' | 'history' | 'violations'> {
    return { network: this.#machine.network, history: this.#history, violations: this.#violations };
  }

  async run(): Promise<Outcome> {
    const { disk, network } = this.#plan;
    this.#machine.disk.faults = disk;
    this.#machine.network.faults = network;
    this.#machine.startServer();
    for (const client of this.#clients) client.start(this.#plan.requests);
    for (const watcher of this.#watchers) watcher.start();
    this.#schedulePoll();
    const ended = await this.#scheduler.run(() => this.#phase === 'over' || this.#violations.any, MAX_STEPS);
    if (ended !== 'done') this.#violations.add('it comes to rest', `the simulation ended ${ended} in ${this.#phase}`);
    for (const client of this.#clients) this.#counts.add('acknowledged writes', client.acknowledged);
    return {
      seed: this.#seed,
      hash: this.#trace.hash,
      steps: this.#trace.steps,
      time: this.#scheduler.time,
      violations: this.#violations.found,
      counts: this.#counts.all,
    };
  }

  /** Checks the state of each start before any client can observe it. */
  #opened({ store }: Storage): void {
    this.#counts.add('starts');
    const state = store.collections().flatMap(({ groupResource: place }) =>
      store
        .collection(place)
        .list()
        .map((object) => ({ place, object })),
    );
    this.#history.checkState(`the start of the server`, state, store.revision);
    store.onChange(({ type, object }, place) => {
      this.#history.saw('the storage', place, object, type === 'DELETED');
      const { value } = (object['data'] ?? {}) as { readonly value?: string };
      if (place === CONFIG_MAPS && type !== 'DELETED' && value !== undefined)
        this.#history.valueWas('announced', value);
    });
    this.#before = undefined;
  }

  #schedulePoll(): void {
    const ms = 1 + this.#random.fraction() * 20;
    this.#scheduler.schedule(DRIVER, ms, 'poll', () => {
      this.#poll();
      if (this.#phase !== 'over') this.#schedulePoll();
    });
  }

  #poll(): void {
    const { server } = this.#machine;
    if (server.kind === 'failed') return this.#checkFailure(server.during, server.error);
    if (this.#phase === 'faults') return this.#injectFaults();
    if (this.#scheduler.time - this.#phaseBegan > RECOVERY_MS) {
      this.#violations.add(
        'it comes to rest',
        `nothing moves on in ${this.#phase}: the server is ${server.kind}, stray files: ${this.#strayFiles().join(', ')}`,
      );
      return;
    }
    if (this.#phase === 'recovery') return this.#recover();
    if (this.#phase === 'stopping' && server.kind === 'down') return this.#startOnceMore();
    // A snapshot may be in progress: its temporary file goes with its end.
    if (this.#phase === 'last start' && server.kind === 'serving' && this.#strayFiles().length === 0)
      this.#enter('over');
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#phaseBegan = this.#scheduler.time;
    this.#scheduler.note('driver', phase);
  }

  #injectFaults(): void {
    const { disruptions } = this.#plan;
    const { disk, server, serverProcess } = this.#machine;
    if (this.#clients.every(({ isDone }) => isDone) || this.#scheduler.time > 20_000) return this.#endFaults();
    if (this.#random.chance(disruptions.jumpClock))
      this.#scheduler.jumpWallClock(this.#random.between(-7_200_000, 7_200_000));
    if (this.#random.chance(disruptions.fillDisk)) {
      disk.capacity = disk.capacity === Infinity ? disk.used + this.#random.below(2000) : Infinity;
      this.#scheduler.note('disk', `has room for ${String(disk.capacity)} bytes`);
      this.#counts.add('full disks');
    }
    if (server.kind === 'down') {
      if (this.#random.chance(disruptions.damage)) this.#damage();
      if (this.#random.chance(0.5)) this.#machine.startServer();
      return;
    }
    if (serverProcess && this.#random.chance(disruptions.kill)) {
      this.#counts.add('kills');
      this.#machine.kill(serverProcess);
    } else if (this.#random.chance(disruptions.losePower)) {
      this.#counts.add('power losses');
      this.#machine.losePower();
    } else if (server.kind === 'serving' && this.#random.chance(disruptions.stop)) {
      this.#counts.add('stops');
      this.#machine.stopServer();
    }
  }

  /** Damages a file; the copy is restored after the server has refused to start. */
  #damage(): void {
    if (this.#before) return; // several lost files could make the directory look like a new one
    this.#before = this.#machine.disk.image();
    const what = damageSomething(this.#machine.disk, this.#random);
    if (what === undefined) return;
    this.#counts.add('damages');
    this.#scheduler.note('disk', what);
  }

  /** Ends the faults. */
  #endFaults(): void {
    const { disk, network } = this.#machine;
    disk.faults = { ...NO_FAULTS, latency: this.#plan.disk.latency };
    disk.capacity = Infinity;
    this.#lastFaultyStart = this.#machine.serverStarts;
    network.faults = { ...NO_NETWORK_FAULTS, latency: this.#plan.network.latency };
    this.#enter('recovery');
  }

  /** Waits until the clients are done and the watchers have caught up, then stops the server. */
  #recover(): void {
    const { server } = this.#machine;
    if (server.kind === 'down') return this.#machine.startServer();
    if (server.kind !== 'serving' || !this.#clients.every(({ isDone }) => isDone)) return;
    const objects = server.storage.store.collection(CONFIG_MAPS).list('default');
    const expected = objects.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).join(' ');
    const caughtUp = this.#watchers.every(({ cache }) => {
      const seen = [...cache.values()].map(
        ({ metadata }) => `${metadata.name ?? ''}@${metadata.resourceVersion ?? ''}`,
      );
      return seen.sort().join(' ') === expected;
    });
    if (!caughtUp) return;
    this.#enter('stopping');
    this.#machine.stopServer();
  }

  #startOnceMore(): void {
    this.#machine.disk.losePower();
    this.#machine.startServer();
    this.#enter('last start');
  }

  #strayFiles(): readonly string[] {
    const names = [...this.#machine.disk.files.keys()];
    return names.filter((name) => !/^(committed|log-\d{8}\.ndjson|snapshot-\d{8}\.ndjson)$/.test(name));
  }

  /** A server may refuse to start on a damaged disk if it names the file, and may fail while the disk has faults. */
  #checkFailure(during: 'start' | 'stop', error: unknown): void {
    const { disk } = this.#machine;
    const hadFaults = this.#machine.serverStarts <= this.#lastFaultyStart;
    this.#counts.add(`refusals to ${during}`);
    this.#machine.server = { kind: 'down' };
    if (!(error instanceof Error) || !('code' in error)) {
      this.#violations.add('errors say what is wrong', `the server does not ${during}: ${String(error)}`);
      return;
    }
    if (error.code !== 'DATA_DIR_DAMAGED') {
      if (!hadFaults) this.#violations.add('it comes to rest', `the server does not ${during}: ${error.message}`);
      return;
    }
    if (!/\/data\/(committed|log-|snapshot-|secrets)/.test(error.message))
      this.#violations.add('errors say what is wrong', `which file is damaged? ${error.message}`);
    if (this.#before) {
      disk.restore(this.#before);
      this.#before = undefined;
    } else if (disk.hasLostSync) this.#enter('over');
    else this.#violations.add('acknowledged writes survive', `nothing was damaged, and yet: ${error.message}`);
  }
}
