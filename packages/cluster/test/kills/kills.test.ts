/** Real processes that are killed while they write: a few here, and more of them with `npm run test:kills`. */

import { expect, test } from '@jest/globals';
import { killProcesses } from './kills.js';

test('what processes had acknowledged when they were killed is there', async () => {
  const { acknowledged, lost } = await killProcesses(3);
  expect(lost).toEqual([]);
  expect(acknowledged).toBeGreaterThan(3 * 8);
});
