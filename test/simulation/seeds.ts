/** The fixed seeds of the default suite: a range for breadth, and each seed that has found a defect. */

/** A scenario: `storage` is the storage and the API server with clients. */
export type Level = 'storage';

/** All levels. */
export const LEVELS: readonly Level[] = ['storage'];

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1);

/** By level. Add each failing seed with a comment on the defect, and keep it. */
export const SEEDS: Readonly<Record<Level, readonly number[]>> = {
  storage: range(60),
};
