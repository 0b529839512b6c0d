/**
 * How the cost of some work grows, for tests that hold it to be linear: no time of a clock says that on a machine that has other work.
 */

/** The work is done for `size`, and for so many times as much. */
const TIMES = 8;
/** Microseconds below which a measurement says nothing. */
const LEAST = 3000;

/**
 * Measures processor time, the best of three: about 1 when the cost grows as the size does, about 8 when it grows as its square.
 *
 * @param size of the smaller work; the greater is 8 times that
 */
export async function growth(work: (size: number) => unknown, size: number): Promise<number> {
  await work(size); // compiled from here on
  const small = Math.max(await best(() => work(size)), LEAST);
  return (await best(() => work(TIMES * size))) / small / TIMES;
}

/** The greatest growth that is still taken for linear: half-way, in powers, to the square. */
export const LINEAR = Math.sqrt(TIMES);

async function best(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}
