/**
 * Tests that the default suite leaves out because others of their kind run: `npm run test:thorough` runs them, and so does .ci/run.
 *
 * The default suite reports them as skipped; rows that `sampledRows` leaves out of a table are not reported.
 */

import { describe, test } from '@jest/globals';

/** Whether every test is to run (THOROUGH=1), not one of each kind. */
export const isThorough = Boolean(process.env['THOROUGH']);

/** Registers a test that runs with THOROUGH=1 alone. */
export function thoroughTest(title: string, body: () => void | Promise<void>): void {
  (isThorough ? test : test.skip)(title, body);
}

/** Groups tests that run with THOROUGH=1 alone. */
export function thoroughDescribe(title: string, body: () => void): void {
  (isThorough ? describe : describe.skip)(title, body);
}

/** The rows of a table that run by default: those at `indexes`; all with THOROUGH=1. Throws if an index is outside the table. */
export function sampledRows<Row>(rows: readonly Row[], ...indexes: readonly number[]): readonly Row[] {
  if (indexes.some((index) => index >= rows.length)) throw new RangeError(`the table has ${String(rows.length)} rows`);
  return isThorough ? rows : rows.filter((_, index) => indexes.includes(index));
}
