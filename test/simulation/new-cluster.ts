/** The disk of a new cluster, created once: each seed starts on a copy instead of creating every object again. */

import { Machine } from './machine.js';
import { SeededRandom } from './random.js';
import { Scheduler } from './scheduler.js';
import type { DiskImage } from './sim-disk.js';
import { Trace } from './trace.js';
import { Violations } from './violations.js';

/** Starts a cluster on an empty disk without faults, stops it, and returns the content of the disk. */
export async function newCluster(crds: readonly object[]): Promise<DiskImage> {
  const random = new SeededRandom(0);
  const violations = new Violations();
  const scheduler = new Scheduler(random.fork(), new Trace(), { lateTimers: 0, slowCode: 0 });
  const machine = new Machine({ scheduler, random, violations, crds });
  machine.startServer();
  await scheduler.run(() => machine.server.kind === 'serving' || machine.server.kind === 'failed', 100_000);
  machine.stopServer();
  await scheduler.run(() => machine.server.kind !== 'serving' && machine.server.kind !== 'stopping', 100_000);
  if (machine.server.kind !== 'down') throw new Error(`cannot create a cluster: ${JSON.stringify(machine.server)}`);
  return machine.disk.image();
}
