/**
 * The platform's own timers and clock, saved before a simulation forbids them.
 *
 * The scheduler uses them to wait until all microtasks of a step have run.
 */

const { setImmediate: nextTurn } = globalThis;
const realNow = performance.now.bind(performance);

/** The saved functions. */
export const platform = {
  /** Resolves when all microtasks have run. */
  drained: (): Promise<void> => new Promise((resolve) => nextTurn(resolve)),
  /** Milliseconds of real time, for measuring. */
  now: realNow,
} as const;
