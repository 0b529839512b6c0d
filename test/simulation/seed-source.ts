/** Sequences of seeds: the fixed ones, a range, or a range derived from a commit. */

import { platform } from './platform.js';
import { SEEDS, type Level } from './seeds.js';

/** A seed of a level. */
export interface LevelSeed {
  readonly level: Level;
  readonly seed: number;
}

/** Returns the next seed; undefined if there are no more. */
export type NextSeed = () => LevelSeed | undefined;

/** Where a sequence ends. */
export interface SeedLimit {
  /** Per level. @default - no limit */
  readonly seeds?: number;
  /** By the platform's clock, in milliseconds. @default - no limit */
  readonly until?: number;
}

/** A seed of the whole system takes about as long as this many seeds of the storage. */
const STORAGE_PER_SYSTEM = 5;

/** Returns the fixed seeds of the default suite. */
export function fixedSeeds(levels: readonly Level[]): NextSeed {
  const all = levels.flatMap((level) => SEEDS[level].map((seed) => ({ level, seed })));
  return () => all.shift();
}

/** Returns consecutive seeds, so that each level takes about the same time unless the number per level is given. */
export function seedsFrom(levels: readonly Level[], first: number, { seeds, until = Infinity }: SeedLimit): NextSeed {
  const turns = levels.flatMap((level) =>
    Array.from({ length: level === 'storage' && seeds === undefined ? STORAGE_PER_SYSTEM : 1 }, () => level),
  );
  const given = new Map<Level, number>();
  let turn = 0;
  return () => {
    const level = turns[turn++ % turns.length];
    const count = level && (given.get(level) ?? 0);
    if (level === undefined || count === undefined) return undefined;
    if (count >= (seeds ?? Infinity) || platform.now() >= until) return undefined;
    given.set(level, count + 1);
    return { level, seed: first + count };
  };
}

/** Returns seeds that differ from commit to commit. Throws if `commit` is not a hash. */
export function seedsDerivedFrom(levels: readonly Level[], commit: string, limit: SeedLimit): NextSeed {
  if (!/^[0-9a-f]{10,64}$/.test(commit)) throw new Error(`--from ${commit} is not the full hash of a commit`);
  return seedsFrom(levels, Number.parseInt(commit.slice(0, 10), 16), limit);
}
