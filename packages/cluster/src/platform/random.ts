/** Randomness, injected so that a simulation can repeat a run: generated names, uids, keys and tokens. */

import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** A source of unpredictable values. */
export interface Random {
  /** Returns a version 4 UUID. */
  uuid(): string;
  /** Returns random bytes. */
  bytes(count: number): Buffer;
  /** Returns an integer from 0 up to, but not including, `limit`. */
  below(limit: number): number;
}

/** The machine's cryptographic source. */
export const systemRandom: Random = {
  uuid: () => randomUUID(),
  bytes: (count) => randomBytes(count),
  below: (limit) => randomInt(limit),
};
