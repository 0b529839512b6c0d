/** The system scenario of one seed: the runs, and the probabilities of faults and disruptions. */

import type { NetworkFaults } from './network.js';
import type { SeededRandom } from './random.js';
import type { TimingFaults } from './scheduler.js';
import type { DiskFaults } from './sim-disk.js';

/** A run to submit. */
export interface PlannedRun {
  readonly name: string;
  readonly kind: 'PipelineRun' | 'TaskRun';
  /** Seconds. */
  readonly timeout: number;
  /** The tasks of a PipelineRun. */
  readonly tasks: readonly PlannedTask[];
  /** Milliseconds after the start. */
  readonly submitted: number;
  /** Milliseconds from the submission to the cancellation by the user. */
  readonly cancelled: number | undefined;
  /** Milliseconds from there to the deletion by the user. */
  readonly deleted: number | undefined;
}

/** A task of a pipeline. */
export interface PlannedTask {
  readonly name: string;
  readonly runAfter: readonly string[];
  readonly retries: number;
  readonly timeout: number | undefined;
}

/** The parameters of a run. */
export interface SystemPlan {
  readonly timing: TimingFaults;
  readonly disk: DiskFaults;
  readonly network: NetworkFaults;
  readonly limits: { readonly segmentBytes: number; readonly chunkBytes: number };
  readonly runs: readonly PlannedRun[];
  /** Behaviour of the steps: probabilities, and the longest duration in milliseconds. */
  readonly steps: { readonly fails: number; readonly hangs: number; readonly longest: number };
  /** The longest time between two polls of the driver. */
  readonly pollMs: number;
  /** Milliseconds after which faults end. */
  readonly faultsEnd: number;
  /** Probabilities per poll of the driver. */
  readonly disruptions: {
    readonly killServer: number;
    readonly killController: number;
    readonly killNode: number;
    readonly losePower: number;
    readonly stop: number;
    readonly fillDisk: number;
    readonly jumpClock: number;
    readonly deletePod: number;
  };
}

/** Draws a plan. */
export function systemPlan(random: SeededRandom): SystemPlan {
  const some = (chance: number): number => (random.chance(0.3) ? random.fraction() * chance : 0);
  const brief = random.chance(0.5);
  return {
    timing: { lateTimers: some(0.1), slowCode: some(0.05) },
    disk: {
      shortWrite: some(0.2),
      failedWrite: some(0.05),
      failedRead: some(0.02),
      shortRead: some(0.2),
      failedSync: some(0.05),
      lostSync: 0,
      lostSyncOf: 'directory',
      failedName: some(0.02),
      latency: random.pick([0.05, 1, 10]),
      stalledSync: some(0.1),
    },
    network: {
      lostRequest: some(0.05),
      duplicatedRequest: some(0.05),
      lostReply: some(0.1),
      brokenWatch: some(0.05),
      stalledWatch: some(0.1),
      latency: random.pick([0.1, 1, 20]),
    },
    limits: { segmentBytes: random.pick([16_384, 131_072, 1 << 24]), chunkBytes: random.pick([4096, 65_536]) },
    runs: Array.from({ length: random.between(1, 3) }, (_, n) => plannedRun(random, `run-${n}`)),
    steps: { fails: some(0.5), hangs: some(0.2), longest: random.pick([0, 2_000, 120_000]) },
    pollMs: brief ? 40 : 20_000,
    faultsEnd: brief ? random.between(500, 4_000) : random.between(20_000, 400_000),
    disruptions: {
      killServer: some(0.15),
      killController: some(0.15),
      killNode: some(0.1),
      losePower: some(0.15),
      stop: some(0.1),
      fillDisk: some(0.2),
      jumpClock: some(0.1),
      deletePod: some(0.1),
    },
  };
}

function plannedRun(random: SeededRandom, name: string): PlannedRun {
  const kind = random.chance(0.7) ? 'PipelineRun' : 'TaskRun';
  const count = kind === 'TaskRun' ? 0 : random.between(1, 4);
  const tasks = Array.from({ length: count }, (_, n): PlannedTask => {
    const before = Array.from({ length: n }, (_each, other) => `t${other}`);
    return {
      name: `t${n}`,
      runAfter: before.filter(() => random.chance(0.4)),
      retries: random.chance(0.4) ? random.between(1, 2) : 0,
      timeout: random.chance(0.2) ? random.between(1, 300) : undefined,
    };
  });
  return {
    name,
    kind,
    tasks,
    timeout: random.pick([5, 60, 600]),
    submitted: random.below(1000),
    cancelled: random.chance(0.2) ? random.below(random.pick([500, 60_000])) : undefined,
    deleted: random.chance(0.2) ? random.below(random.pick([500, 60_000])) : undefined,
  };
}
