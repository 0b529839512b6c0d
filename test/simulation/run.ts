/**
 * `npm run simulate`: simulates seeds in one worker per core, or one seed in this process.
 *
 *     npm run simulate                                          the fixed seeds of the default suite
 *     npm run simulate -- --from COMMIT --minutes 3             seeds derived from a commit, for a while
 *     npm run simulate -- --first 1 --seeds 10000 --keep-going  a range
 *     npm run simulate -- --level storage --seed 7 --trace      one seed, step by step
 *     npm run simulate -- --level storage --seed 7 --twice      one seed twice, comparing the traces
 *     npm run simulate -- --mutants                             restores known defects one by one, and searches for each
 *     npm run simulate -- --mutants --reported                  only those of earlier versions
 */

import { parseArgs } from 'node:util';
import { detect, MUTANTS, findMutant, mutated, REPORTED } from './mutants.js';
import type { Outcome } from './outcome.js';
import { platform } from './platform.js';
import { seedsDerivedFrom, seedsFrom, fixedSeeds, type NextSeed } from './seed-source.js';
import { LEVELS, type Level } from './seeds.js';
import { answer, simulate } from './simulate.js';
import { runInWorkers } from './worker-pool.js';

const { values } = parseArgs({
  options: {
    level: { type: 'string' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    first: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    minutes: { type: 'string' },
    from: { type: 'string' },
    workers: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
    counts: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    reported: { type: 'boolean', default: false },
  },
});

const levels = values.level === undefined ? LEVELS : [levelOf(values.level)];
const workers = values.workers === undefined ? undefined : numberOf('workers', values.workers);
process.exitCode = await main();

function main(): Promise<number> {
  if (values.mutants) return searchMutants(values.reported ? REPORTED : MUTANTS);
  if (values.seed !== undefined && values.mutant === undefined) return one(numberOf('seed', values.seed));
  return many();
}

function levelOf(text: string): Level {
  const level = LEVELS.find((each) => each === text);
  if (!level) throw new Error(`--level ${text} is not a level: use ${LEVELS.join(' or ')}`);
  return level;
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (!(number >= 0) || text === '') throw new Error(`--${option} ${text} is not a number`);
  return number;
}

/** Simulates one seed in this process. */
async function one(seed: number): Promise<number> {
  let hasFailed = false;
  for (const level of levels) {
    const print = values.trace ? (line: string): void => console.log(line) : undefined;
    const outcome = values.twice ? await answer({ level, seed, twice: true }) : await simulate(level, seed, print);
    report(level, outcome);
    hasFailed ||= outcome.violations.length > 0;
  }
  return hasFailed ? 1 : 0;
}

function report(level: Level, { seed, hash, steps, time, violations, counts }: Outcome): void {
  console.log(`${level} seed ${seed}: ${steps} steps, ${(time / 1000).toFixed(1)} s of virtual time, trace ${hash}`);
  if (values.counts) console.log(JSON.stringify(counts));
  for (const { oracle, message } of violations) console.log(`  ${oracle}: ${message}`);
}

interface Total {
  seeds: number;
  steps: number;
  readonly counts: Record<string, number>;
}

/** Simulates many seeds in workers. */
async function many(): Promise<number> {
  const mutant = values.mutant === undefined ? undefined : findMutant(values.mutant);
  const next = seedSource(mutant ? [mutant.level] : levels);
  const started = platform.now();
  const totals = new Map<Level, Total>();
  let failed = 0;
  await runInWorkers({
    ...(workers !== undefined && { count: workers }),
    ...(mutant && mutated(mutant)),
    next: () => {
      const request = failed > 0 && !values['keep-going'] ? undefined : next();
      return request && { ...request, twice: values.twice };
    },
    done: ({ level, seed }, outcome) => {
      add(totals, level, outcome);
      if (outcome.violations.length === 0) return;
      failed += 1;
      report(level, outcome);
      console.log(`  replay: npm run simulate -- --level ${level} --seed ${seed} --trace`);
    },
  });
  const minutes = (platform.now() - started) / 60_000;
  for (const [level, { seeds, steps, counts }] of totals) {
    console.log(`${level}: ${seeds} seeds, ${steps} steps, ${Math.round(seeds / minutes)} seeds per minute`);
    if (values.counts) console.log(JSON.stringify(counts));
  }
  if (failed > 0) console.log(`${failed} seeds failed`);
  return failed > 0 ? 1 : 0;
}

function add(totals: Map<Level, Total>, level: Level, { steps, counts }: Outcome): void {
  const total = totals.get(level) ?? { seeds: 0, steps: 0, counts: {} };
  totals.set(level, total);
  total.seeds += 1;
  total.steps += steps;
  for (const [name, count] of Object.entries(counts)) total.counts[name] = (total.counts[name] ?? 0) + count;
}

function seedSource(of: readonly Level[]): NextSeed {
  const { first, seed, seeds, minutes, from } = values;
  if (seed !== undefined) return seedsFrom(of, numberOf('seed', seed), { seeds: 1 });
  if (seeds === undefined && minutes === undefined) return fixedSeeds(of);
  const limit = {
    ...(seeds !== undefined && { seeds: numberOf('seeds', seeds) }),
    ...(minutes !== undefined && { until: platform.now() + numberOf('minutes', minutes) * 60_000 }),
  };
  return from === undefined ? seedsFrom(of, numberOf('first', first), limit) : seedsDerivedFrom(of, from, limit);
}

/** Restores each known defect, and searches for it. */
async function searchMutants(mutants: typeof MUTANTS): Promise<number> {
  let missed = 0;
  for (const mutant of mutants) {
    const { seeds, found } = await detect(mutant, workers);
    if (!found) missed += 1;
    const result = found ? `seed ${found.seed}: ${found.oracle}` : `NOT FOUND`;
    console.log(`${mutant.level}: ${mutant.name}: ${result} (${seeds} seeds)`);
  }
  if (missed > 0) console.log(`${missed} defects were not found`);
  return missed > 0 ? 1 : 0;
}
