/** Measures the growth of a cost, for tests of linear time: wall time is unreliable on a machine under other load. */

/** The work is measured for `size` and for this multiple of it. */
const TIMES = 8;
/** Measurements below this number of microseconds are not reliable. */
const LEAST = 3000;

/** The greatest growth that still counts as linear: the geometric mean of linear and quadratic. */
export const LINEAR = Math.sqrt(TIMES);

/** Measurements per size. Other load and garbage collection can only increase a measurement. */
const FEWEST = 3;
const MOST = 15;

/**
 * Measures processor time, the least of several: about 1 when the cost grows as the size does, about 8 when it grows as its square.
 * Work that seems to grow faster than linearly is measured again, so that a disturbed measurement decides nothing.
 *
 * @param size of the smaller work; the greater is 8 times that
 */
export async function growth(work: (size: number) => unknown, size: number): Promise<number> {
  await work(size); // compiled from here on
  let small = Number.POSITIVE_INFINITY;
  let great = Number.POSITIVE_INFINITY;
  let grown = Number.POSITIVE_INFINITY;
  for (let run = 0; run < FEWEST || (grown >= LINEAR && run < MOST); run++) {
    small = Math.min(small, await cost(() => work(size)));
    great = Math.min(great, await cost(() => work(TIMES * size)));
    grown = great / Math.max(small, LEAST) / TIMES;
  }
  return grown;
}

/** Returns the CPU time in microseconds. */
async function cost(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
