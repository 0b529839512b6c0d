/**
 * The system scenario: API server with its storage, controller, node with the fake runtime, and a user.
 *
 *     user ──▶ API server ◀──▶ controller
 *                  ▲  └─▶ storage ──▶ disk
 *                  └──▶ node ──▶ scripted containers
 *
 * Then the faults end: every run must end in time, and its deletion must remove every object that it owns.
 */

import type { ContainerSpec, FakeOutcome, Storage } from '@pipewright/cluster';
import { crds } from '@pipewright/tekton';
import { History, keyOf } from './history.js';
import { Machine } from './machine.js';
import { NO_NETWORK_FAULTS } from './network.js';
import { Counts, type Outcome } from './outcome.js';
import { SeededRandom } from './random.js';
import { SimProcess } from './process.js';
import { hasEnded, PLACES, RunOracle } from './run-oracle.js';
import { RunUser } from './run-user.js';
import { START_DATE, Scheduler } from './scheduler.js';
import { controller, node, Service } from './service.js';
import { NO_FAULTS, type DiskImage } from './sim-disk.js';
import { systemPlan, type SystemPlan } from './system-plan.js';
import { Trace } from './trace.js';
import { Violations } from './violations.js';

const MAX_STEPS = 200_000;
/** The longest duration in milliseconds of the end of a run, a deletion or a stop after the end of the faults. */
const GRACE_MS = 120_000;
const DRIVER = { name: 'driver', isAlive: true } as const;

type Phase = 'faults' | 'runs end' | 'deletion' | 'stopping services' | 'stopping server' | 'over';

/** Simulates one seed. `image`: the disk of a new cluster with the CRDs installed. */
export async function simulateSystem(seed: number, image: DiskImage, print?: (line: string) => void): Promise<Outcome> {
  return new SystemSimulation(seed, image, print).run();
}

class SystemSimulation {
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #plan: SystemPlan;
  readonly #trace: Trace;
  readonly #scheduler: Scheduler;
  readonly #violations = new Violations();
  readonly #counts = new Counts();
  readonly #history = new History(this.#violations);
  readonly #oracle = new RunOracle(this.#violations, () => this.#services[0]?.starts ?? 0);
  readonly #machine: Machine;
  readonly #services: readonly Service[];
  readonly #user: RunUser;
  #phase: Phase = 'faults';
  #phaseBegan = 0;
  /** The number of the last server that ran while there were faults. */
  #lastFaultyStart = Number.POSITIVE_INFINITY;

  constructor(seed: number, image: DiskImage, print?: (line: string) => void) {
    this.#seed = seed;
    this.#random = new SeededRandom(seed);
    this.#plan = systemPlan(this.#random);
    this.#trace = new Trace(print);
    this.#scheduler = new Scheduler(this.#random.fork(), this.#trace, this.#plan.timing);
    const parts = { scheduler: this.#scheduler, violations: this.#violations };
    this.#machine = new Machine({
      ...parts,
      random: this.#random.fork(),
      limits: this.#plan.limits,
      image,
      onOpen: (storage) => this.#opened(storage),
    });
    this.#machine.network.onRequest = ({ method, url }) => this.#noteDeletion(method, url);
    const context = {
      ...parts,
      machine: this.#machine,
      random: this.#random.fork(),
      script: (container: ContainerSpec) => this.#step(container),
    };
    this.#services = [new Service('controller', controller, context), new Service('node', node, context)];
    const user = new SimProcess(this.#scheduler, 'user');
    this.#user = new RunUser(user, this.#machine.network.connect(user), this.#plan.runs);
  }

  async run(): Promise<Outcome> {
    this.#machine.disk.faults = this.#plan.disk;
    this.#machine.network.faults = this.#plan.network;
    this.#machine.startServer();
    for (const service of this.#services) service.start();
    this.#user.start();
    this.#schedulePoll();
    const ended = await this.#scheduler.run(() => this.#phase === 'over' || this.#violations.any, MAX_STEPS);
    if (ended !== 'done') this.#violations.add('it comes to rest', `the simulation ended ${ended} in ${this.#phase}`);
    return {
      seed: this.#seed,
      hash: this.#trace.hash,
      steps: this.#trace.steps,
      time: this.#scheduler.time,
      violations: this.#violations.found,
      counts: this.#counts.all,
    };
  }

  #opened({ store }: Storage): void {
    this.#counts.add('starts');
    const state = store
      .collections()
      .filter(({ groupResource: place }) => place !== '/events')
      .flatMap(({ groupResource: place }) =>
        store
          .collection(place)
          .list()
          .map((object) => ({ place, object })),
      );
    for (const { place, object } of state) this.#oracle.saw(place, object);
    this.#history.checkState('the start of the server', state, store.revision);
    store.onChange(({ type, object }, place) => {
      if (place === '/events') return;
      if (type !== 'DELETED') this.#oracle.saw(place, object);
      if (type === 'ADDED') this.#counts.add(place);
      this.#history.saw('the storage', place, object, type === 'DELETED');
    });
  }

  /** Records a request that may delete an object, even if its answer is lost. */
  #noteDeletion(method: string, url: string): void {
    const [, group = '', namespace = '', plural = '', name = ''] =
      /^\/(?:api|apis\/([^/]+))\/[^/]+\/namespaces\/([^/]+)\/([^/?]+)\/([^/?]+)/.exec(url) ?? [];
    if (method === 'DELETE') this.#history.deletionSent(keyOf(`${group}/${plural}`, namespace, name));
  }

  /** Returns the behaviour of a step, decided by the seed when it starts. */
  #step({ identity }: ContainerSpec): FakeOutcome {
    const { fails, hangs, longest } = this.#plan.steps;
    this.#oracle.started(identity.pod, identity.podUid, identity.container);
    this.#counts.add('steps');
    if (this.#random.chance(hangs)) return { duration: 'forever', handlesSigterm: this.#random.chance(0.5) };
    return { exitCode: this.#random.chance(fails) ? 1 : 0, duration: this.#random.below(longest + 1) };
  }

  #schedulePoll(): void {
    const most = this.#phase === 'faults' ? this.#plan.pollMs : 1000;
    this.#scheduler.schedule(DRIVER, 1 + this.#random.fraction() * most, 'poll', () => {
      this.#poll();
      if (this.#phase !== 'over') this.#schedulePoll();
    });
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#phaseBegan = this.#scheduler.time;
    this.#scheduler.note('driver', phase);
  }

  #poll(): void {
    const { server } = this.#machine;
    if (server.kind === 'failed') this.#checkFailure(server.during, server.error);
    switch (this.#phase) {
      case 'faults':
        return this.#injectFaults();
      case 'runs end':
        return this.#awaitEnds();
      case 'deletion':
        return this.#awaitDeletion();
      case 'stopping services':
        return this.#awaitServices();
      case 'stopping server':
        if (this.#machine.server.kind === 'down') this.#enter('over');
        else this.#limit('the server does not stop');
        return;
      case 'over':
    }
  }

  /** Starts stopped processes again. */
  #supervise(probability: number): void {
    if (this.#machine.server.kind === 'down' && this.#random.chance(probability)) this.#machine.startServer();
    for (const service of this.#services) if (!service.process && this.#random.chance(probability)) service.start();
  }

  #injectFaults(): void {
    const { disruptions, faultsEnd } = this.#plan;
    const { disk, serverProcess } = this.#machine;
    if (this.#scheduler.time > faultsEnd) return this.#endFaults();
    this.#supervise(0.5);
    if (this.#random.chance(disruptions.jumpClock))
      this.#scheduler.jumpWallClock(this.#random.between(-3_600_000, 3_600_000));
    if (this.#random.chance(disruptions.fillDisk)) {
      disk.capacity = disk.capacity === Infinity ? disk.used + this.#random.below(20_000) : Infinity;
      this.#counts.add('full disks');
    }
    if (this.#random.chance(disruptions.losePower)) {
      this.#counts.add('power losses');
      return this.#machine.losePower();
    }
    this.#killSome(serverProcess);
    if (this.#random.chance(disruptions.stop))
      this.#random.pick([() => this.#machine.stopServer(), ...this.#stops()])();
    if (this.#random.chance(disruptions.deletePod)) this.#deletePod();
  }

  #stops(): (() => void)[] {
    return this.#services.map((service) => () => service.stop());
  }

  #killSome(server: SimProcess | undefined): void {
    const { killServer, killController, killNode } = this.#plan.disruptions;
    const chances = [killController, killNode];
    const victims = [
      ...(server && this.#random.chance(killServer) ? [server] : []),
      ...this.#services.flatMap(({ process }, n) => (process && this.#random.chance(chances[n] ?? 0) ? [process] : [])),
    ];
    for (const victim of victims) {
      this.#counts.add('kills');
      this.#machine.kill(victim);
    }
  }

  #deletePod(): void {
    const { server } = this.#machine;
    if (server.kind !== 'serving') return;
    const pod = this.#random.pickFrom(server.storage.store.collection(PLACES.pods).list());
    if (!pod) return;
    this.#oracle.userDeletes(pod.metadata.name);
    void this.#user.delete('Pod', pod.metadata.name);
    this.#counts.add('deleted pods');
  }

  /** Ends the faults. */
  #endFaults(): void {
    const { disk, network } = this.#machine;
    disk.faults = { ...NO_FAULTS, latency: this.#plan.disk.latency };
    disk.capacity = Infinity;
    this.#lastFaultyStart = this.#machine.serverStarts;
    network.faults = { ...NO_NETWORK_FAULTS, latency: this.#plan.network.latency };
    this.#enter('runs end');
  }

  #objects(place: string): readonly { readonly metadata: { readonly name: string } }[] | undefined {
    const { server } = this.#machine;
    return server.kind === 'serving' ? server.storage.store.collection(place).list() : undefined;
  }

  /** Waits for the end of each run: its timeout, and a while for the controller to notice. */
  #awaitEnds(): void {
    this.#supervise(1);
    const runs = [...(this.#objects(PLACES.pipelineRuns) ?? []), ...(this.#objects(PLACES.taskRuns) ?? [])];
    const going = runs.filter((run) => !hasEnded(run as never));
    if (this.#user.isDone && this.#machine.server.kind === 'serving' && going.length === 0) {
      for (const { kind, name } of this.#plan.runs) void this.#user.delete(kind, name);
      return this.#enter('deletion');
    }
    // A task goes on after another one has failed the run, until its own timeout.
    const timeouts = this.#plan.runs.flatMap(({ timeout, tasks }) => [
      timeout,
      ...tasks.map((task) => task.timeout ?? 0),
    ]);
    const longest = Math.max(...timeouts) * 1000;
    const names = going.map(({ metadata }) => metadata.name).join(', ');
    this.#limit(`runs do not end: ${names}`, longest + this.#clockError() + GRACE_MS);
  }

  /** Milliseconds by which the wall clock, which decides timeouts, may be behind. */
  #clockError(): number {
    return (
      Math.max(0, START_DATE + this.#scheduler.time - this.#scheduler.date().getTime()) +
      3_600_000 * (this.#plan.disruptions.jumpClock > 0 ? 1 : 0)
    );
  }

  #awaitDeletion(): void {
    this.#supervise(1);
    const left = [PLACES.pods, PLACES.taskRuns, PLACES.pipelineRuns, '/persistentvolumeclaims'].flatMap((place) =>
      (this.#objects(place) ?? []).map(({ metadata }) => `${place}/${metadata.name}`),
    );
    if (this.#machine.server.kind === 'serving' && left.length === 0) return this.#enter('stopping services');
    this.#limit(`left after the deletion of their owners: ${left.join(', ')}`);
  }

  #awaitServices(): void {
    for (const service of this.#services) service.stop();
    if (this.#services.every(({ process }) => !process)) {
      this.#enter('stopping server');
      this.#machine.stopServer();
    } else this.#limit('the controller or the node does not stop');
  }

  #limit(message: string, most = GRACE_MS): void {
    if (this.#scheduler.time - this.#phaseBegan > most)
      this.#violations.add('every run ends, and leaves nothing', message);
  }

  #checkFailure(during: 'start' | 'stop', error: unknown): void {
    this.#counts.add(`refusals to ${during}`);
    this.#machine.server = { kind: 'down' };
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const hadFaults = this.#machine.serverStarts <= this.#lastFaultyStart;
    if (code !== undefined && code !== 'DATA_DIR_DAMAGED' && hadFaults) return;
    this.#violations.add('the server starts and stops', `it does not ${during}: ${String(error)}`);
  }
}

/** The CRDs of every simulated system. */
export const DEFINITIONS: readonly object[] = crds();
