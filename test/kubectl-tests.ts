/** Tests with an installed kubectl. Without kubectl they are reported as skipped. */

import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';
import { thoroughTest } from './thorough.js';

/** Whether a working kubectl is in the PATH. */
export const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;

/** Registers a test that runs kubectl, or skips it without kubectl. */
export function testWithKubectl(title: string, body: () => void | Promise<void>): void {
  (hasKubectl ? test : test.skip)(title, body);
}

/** As testWithKubectl, for a test that only runs with THOROUGH=1. */
export function thoroughTestWithKubectl(title: string, body: () => void | Promise<void>): void {
  (hasKubectl ? thoroughTest : test.skip)(title, body);
}
