/** Simulates seeds in this process, with the platform's own time and randomness forbidden. */

import { forbidPlatform } from './forbidden-globals.js';
import { newCluster } from './new-cluster.js';
import type { Outcome } from './outcome.js';
import type { Level } from './seeds.js';
import type { DiskImage } from './sim-disk.js';
import type { WorkerRequest } from './worker-pool.js';
import { simulateStorage } from './storage-simulation.js';
import { DEFINITIONS, simulateSystem } from './system-simulation.js';

const LEVELS = {
  storage: { simulate: simulateStorage, crds: [] },
  system: { simulate: simulateSystem, crds: DEFINITIONS },
} as const;

const images = new Map<Level, Promise<DiskImage>>();

/** Simulates one seed. `print` is given each line of the trace. */
export async function simulate(level: Level, seed: number, print?: (line: string) => void): Promise<Outcome> {
  const forbidden: string[] = [];
  const allow = forbidPlatform((what) => forbidden.push(what));
  const rejections: string[] = [];
  const rejected = (error: unknown): void =>
    void rejections.push(error instanceof Error ? (error.stack ?? '') : String(error));
  process.on('unhandledRejection', rejected);
  try {
    const image = images.get(level) ?? newCluster(LEVELS[level].crds);
    images.set(level, image);
    const outcome = await LEVELS[level].simulate(seed, await image, print);
    const violations = [
      ...forbidden.map((what) => ({ oracle: 'time and randomness are injected', message: `${what} was used` })),
      ...rejections.map((message) => ({ oracle: 'no promise is forgotten', message })),
      ...outcome.violations,
    ];
    return { ...outcome, violations };
  } finally {
    process.off('unhandledRejection', rejected);
    allow();
  }
}

/** Simulates a seed once, or twice to check that both runs have the same trace. */
export async function answer({ level, seed, twice }: WorkerRequest): Promise<Outcome> {
  const outcome = await simulate(level, seed);
  if (!twice) return outcome;
  const { hash, steps } = await simulate(level, seed);
  if (hash === outcome.hash) return outcome;
  const message = `the first run has the trace ${outcome.hash} (${outcome.steps} steps), the second ${hash} (${steps} steps)`;
  return { ...outcome, violations: [{ oracle: 'a seed replays exactly', message }, ...outcome.violations] };
}
