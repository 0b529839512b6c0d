/** Kills processes while they write: 1 by default, 3 with `npm run test:thorough`, 50 with `npm run test:kills`. */

import { expect, test } from '@jest/globals';
import { killProcesses } from './kills.js';
import { isThorough } from '../../../../test/thorough.js';

const KILLS = isThorough ? 3 : 1;

test(`writes that were acknowledged before a process was killed are durable (${String(KILLS)} killed)`, async () => {
  const { acknowledged, lostWrites } = await killProcesses(KILLS, 200);
  expect(lostWrites).toEqual([]);
  expect(acknowledged).toBeGreaterThan(KILLS * 8);
});
