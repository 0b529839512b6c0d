/**
 * Assertions in the words of a test runner: matchers for jest, and for runners that take jest's.
 *
 * `pipewright/testing/jest` registers them, with their types.
 */

import { problemsInValue } from './problems.js';

/** What a matcher answers. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** For `expect.extend`. */
export const tektonMatchers = {
  /**
   * Passes when a construct (an app, a chart, anything in one) or a manifest, or a list of manifests, has no error: fields and
   * types as the CRD schemas have them, and everything that synth checks. A failure lists all of them.
   */
  toBeValidTekton(received: unknown): MatcherResult {
    const problems = problemsInValue(received);
    return {
      pass: problems.length === 0,
      message: () =>
        problems.length === 0
          ? 'expected at least one problem, but all is valid'
          : `expected valid Tekton, but there are problems:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    };
  },
};
