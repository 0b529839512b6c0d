/** Tests of what an installed kubectl does. Without one they are reported as skipped, so that a run says what it did not test. */

import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';
import { thoroughTest } from './thorough.js';

/** Whether a kubectl that starts is in the PATH. */
export const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;

/** Registers a test that runs kubectl, or skips it where there is no kubectl. */
export function testWithKubectl(title: string, body: () => void | Promise<void>): void {
  (hasKubectl ? test : test.skip)(title, body);
}

/** As testWithKubectl, for a test that runs with THOROUGH=1 alone. */
export function thoroughTestWithKubectl(title: string, body: () => void | Promise<void>): void {
  (hasKubectl ? thoroughTest : test.skip)(title, body);
}
