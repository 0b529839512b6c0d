/**
 * Registers the matchers with jest. Import it once, in a test file or in a file of `setupFilesAfterEnv`.
 * Separate because only this module needs jest.
 */

import { expect } from '@jest/globals';
import { tektonMatchers } from './matchers.js';

expect.extend(tektonMatchers);

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /** Passes if a construct, a manifest or a list of manifests has no errors; a failure lists all errors. */
    toBeValidTekton(): R;
  }
}
