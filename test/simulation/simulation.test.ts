import { describe, expect, test } from '@jest/globals';
import { checkEdits, MUTANTS } from './mutants.js';
import { LEVELS, SEEDS } from './seeds.js';
import { seedsDerivedFrom } from './seed-source.js';
import { answer, simulate } from './simulate.js';

describe.each(LEVELS)('the %s scenario', (level) => {
  test('violates no rule in any fixed seed', async () => {
    const failed: string[] = [];
    for (const seed of SEEDS[level]) {
      const { violations } = await simulate(level, seed);
      failed.push(...violations.map(({ oracle, message }) => `--level ${level} --seed ${seed}: ${oracle}: ${message}`));
    }
    expect(failed).toEqual([]);
  });

  test('replays a seed step by step', async () => {
    const { violations } = await answer({ level, seed: 3, twice: true });
    expect(violations).toEqual([]);
  });

  test('takes another course with another seed', async () => {
    const [one, other] = [await simulate(level, 1), await simulate(level, 2)];
    expect(one.hash).not.toBe(other.hash);
  });
});

test('seeds of two commits differ', () => {
  const first = (commit: string): unknown => seedsDerivedFrom(['storage'], commit, { seeds: 1 })();
  expect(first('0123456789abcdef')).toEqual({ level: 'storage', seed: 0x123456789 });
  expect(first('fedcba9876543210')).toEqual({ level: 'storage', seed: 0xfedcba9876 });
});

test.each(MUTANTS.map((mutant) => [`${mutant.level}: ${mutant.name}`, mutant] as const))(
  'the sources can have this defect put back: %s',
  async (_name, mutant) => {
    await expect(checkEdits(mutant)).resolves.toBeUndefined();
  },
);
