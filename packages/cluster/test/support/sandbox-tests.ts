/** Groups of tests that need a working sandbox. Without one they are skipped, with the reason in the title. */

import { describe } from '@jest/globals';
import type { RuntimeProbe } from '../../src/runtime/runtime.js';

/** Groups tests that run containers. Skips them unless the probe found the sandbox usable. */
export function describeWithSandbox(title: string, probe: RuntimeProbe, body: () => void): void {
  if (probe.kind === 'usable') describe(title, body);
  else describe.skip(`${title} (skipped: ${probe.problem.message})`, body);
}
