/**
 * Tests that the default suite skips because it runs similar ones: `npm run test:thorough` and .ci/run run them.
 *
 * The default suite reports them as skipped; rows that `sampledRows` leaves out of a table are not reported.
 */

import { describe, test } from '@jest/globals';

/** Whether all tests run (THOROUGH=1), instead of one of each kind. */
export const isThorough = Boolean(process.env['THOROUGH']);

/** Registers a test that only runs with THOROUGH=1. */
export function thoroughTest(title: string, body: () => void | Promise<void>): void {
  (isThorough ? test : test.skip)(title, body);
}

/** Groups tests that only run with THOROUGH=1. */
export function thoroughDescribe(title: string, body: () => void): void {
  (isThorough ? describe : describe.skip)(title, body);
}

/** Returns the rows of a table that run by default: those at `indexes`; all with THOROUGH=1. Throws if an index is outside the table. */
export function sampledRows<Row>(rows: readonly Row[], ...indexes: readonly number[]): readonly Row[] {
  if (indexes.some((index) => index >= rows.length)) throw new RangeError(`the table has ${String(rows.length)} rows`);
  return isThorough ? rows : rows.filter((_, index) => indexes.includes(index));
}
