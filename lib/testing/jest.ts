/**
 * Registers the matchers with jest. Import it once, in a test file or in a file of `setupFilesAfterEnv`.
 *
 * Apart because it needs jest, which nothing else of this library does.
 */

import { expect } from '@jest/globals';
import { tektonMatchers } from './matchers.js';

expect.extend(tektonMatchers);

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /** Passes when a construct, a manifest or a list of manifests has no error; a failure lists all of them. */
    toBeValidTekton(): R;
  }
}
