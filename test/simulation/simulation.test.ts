import { beforeAll, describe, expect, test } from '@jest/globals';
import { isThorough } from '../thorough.js';
import { checkEdits, MUTANTS } from './mutants.js';
import type { Outcome } from './outcome.js';
import { DEFAULT_SEEDS, LEVELS, SEEDS, type Level } from './seeds.js';
import { seedsDerivedFrom } from './seed-source.js';
import { runInWorkers, type WorkerRequest } from './worker-pool.js';

const seedsOf = (level: Level): readonly number[] => (isThorough ? SEEDS : DEFAULT_SEEDS)[level];

/** Runs in a separate process: remains of other suites in this process may use time, which a simulation forbids. */
const outcomes = new Map<string, Outcome>();
const keyOf = ({ level, seed, twice }: WorkerRequest): string => `${level} ${String(seed)}${twice ? ' twice' : ''}`;
beforeAll(async () => {
  const requests = LEVELS.flatMap((level): WorkerRequest[] => [
    ...seedsOf(level).map((seed) => ({ level, seed, twice: false })),
    { level, seed: 3, twice: true },
  ]);
  await runInWorkers({
    count: 1,
    next: () => requests.shift(),
    done: (request, outcome) => outcomes.set(keyOf(request), outcome),
  });
});

describe.each(LEVELS)('the %s scenario', (level) => {
  const outcomeOf = (seed: number, twice = false): Outcome | undefined => outcomes.get(keyOf({ level, seed, twice }));

  test('violates no rule in any fixed seed', () => {
    const failed = seedsOf(level).flatMap((seed) =>
      (outcomeOf(seed)?.violations ?? [{ oracle: 'each seed is simulated', message: 'it was not simulated' }]).map(
        ({ oracle, message }) => `--level ${level} --seed ${String(seed)}: ${oracle}: ${message}`,
      ),
    );
    expect(failed).toEqual([]);
  });

  test('replays a seed step by step', () => {
    expect(outcomeOf(3, true)?.violations).toEqual([]);
  });

  test('runs differently with another seed', () => {
    expect(outcomeOf(1)?.hash).toMatch(/./);
    expect(outcomeOf(1)?.hash).not.toBe(outcomeOf(2)?.hash);
  });
});

test('seeds of two commits differ', () => {
  const first = (commit: string): unknown => seedsDerivedFrom(['storage'], commit, { seeds: 1 })();
  expect(first('0123456789abcdef')).toEqual({ level: 'storage', seed: 0x123456789 });
  expect(first('fedcba9876543210')).toEqual({ level: 'storage', seed: 0xfedcba9876 });
});

test.each(MUTANTS.map((mutant) => [`${mutant.level}: ${mutant.name}`, mutant] as const))(
  'this defect can be restored in the sources: %s',
  async (_name, mutant) => {
    await expect(checkEdits(mutant)).resolves.toBeUndefined();
  },
);
