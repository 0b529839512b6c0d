/** The machine's randomness, which spreads retries and reconnects unless another one is injected. */

/** Returns a number from 0 to 1, without 1. */
export const systemRandom = (): number => Math.random();
