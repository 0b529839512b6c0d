/** The system's randomness, which spreads retries and reconnects unless another source is injected. */

/** Returns a number from 0 inclusive to 1 exclusive. */
export const systemRandom = (): number => Math.random();
