/**
 * How the cost of some work grows, for tests that hold it to be linear: no time of a clock says that on a machine that has other work.
 */

/** The work is done for `size`, and for so many times as much. */
const TIMES = 8;
/** Microseconds below which a measurement says nothing. */
const LEAST = 3000;

/** The greatest growth that is still taken for linear: half-way, in powers, to the square. */
export const LINEAR = Math.sqrt(TIMES);

/** Measurements of each size. Other work, and the collector of this process, can only add to one. */
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

/** Microseconds of processor time. */
async function cost(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
