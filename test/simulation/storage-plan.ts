/**
 * The storage scenario of one seed: sizes, and the probabilities of faults and disruptions.
 *
 * Each kind of fault is enabled in some seeds only ("swarm testing"): with all of them at once little work completes.
 */

import type { NetworkFaults } from './network.js';
import type { SeededRandom } from './random.js';
import type { TimingFaults } from './scheduler.js';
import type { DiskFaults } from './sim-disk.js';

/** The parameters of a run. */
export interface StoragePlan {
  readonly timing: TimingFaults;
  readonly disk: DiskFaults;
  readonly network: NetworkFaults;
  /** Whether the disk is empty at the start; otherwise it holds a new cluster. */
  readonly isNew: boolean;
  readonly limits: { readonly segmentBytes: number; readonly chunkBytes: number };
  readonly clients: number;
  readonly requests: number;
  readonly watchers: number;
  readonly names: readonly [string, ...string[]];
  readonly valueSize: number;
  readonly thinkTime: number;
  /** Probabilities per poll of the driver. */
  readonly disruptions: {
    readonly kill: number;
    readonly losePower: number;
    readonly stop: number;
    readonly fillDisk: number;
    readonly damage: number;
    readonly jumpClock: number;
  };
}

/** Draws a plan. */
export function storagePlan(random: SeededRandom): StoragePlan {
  const some = (chance: number): number => (random.chance(0.3) ? random.fraction() * chance : 0);
  const stalls = random.chance(0.3);
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, random.between(1, 6));
  const plan: StoragePlan = {
    timing: { lateTimers: some(0.2), slowCode: some(0.2) },
    disk: {
      shortWrite: some(0.4),
      failedWrite: some(0.1),
      failedRead: some(0.05),
      shortRead: some(0.3),
      failedSync: some(0.1),
      lostSync: random.chance(0.15) ? random.fraction() * 0.2 : 0,
      // If the disk lost the syncs of log and committed length at once, no software could notice the loss.
      lostSyncOf: random.pick(['directory', 'log', 'committed', 'snapshot']),
      failedName: some(0.05),
      latency: random.pick([0.05, 1, 5]),
      stalledSync: stalls ? random.fraction() * 0.2 : 0,
    },
    network: {
      lostRequest: some(0.1),
      duplicatedRequest: some(0.2),
      lostReply: some(0.2),
      brokenWatch: some(0.1),
      stalledWatch: some(0.2),
      latency: random.pick([0.1, 2, 10]),
    },
    isNew: random.chance(0.2),
    limits: { segmentBytes: random.pick([1024, 4096, 32_768, 1 << 24]), chunkBytes: random.pick([300, 4096, 65_536]) },
    clients: random.between(1, 4),
    requests: random.between(10, 40),
    watchers: random.between(0, 2),
    names: ['z', ...names],
    valueSize: random.pick([1, 300, 5000]),
    thinkTime: random.pick([1, 10, 40]),
    disruptions: {
      kill: some(0.3),
      losePower: some(0.4),
      stop: some(0.2),
      fillDisk: some(0.3),
      damage: random.chance(0.2) ? 0.3 : 0,
      jumpClock: some(0.1),
    },
  };
  return withoutUndetectableLoss(plan);
}

/** Removes combinations of faults after which the loss of acknowledged writes leaves no trace that software could notice. */
function withoutUndetectableLoss(plan: StoragePlan): StoragePlan {
  const { disk, disruptions, isNew } = plan;
  // After the loss of both syncs of a new directory, a power failure leaves it empty, as a new one.
  if (isNew && disk.lostSyncOf === 'directory') return { ...plan, disk: { ...disk, lostSync: 0 } };
  // The committed length is the only evidence of a lost sync of the log.
  return disk.lostSync === 0 ? plan : { ...plan, disruptions: { ...disruptions, damage: 0 } };
}
