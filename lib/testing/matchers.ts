/**
 * Matchers for jest and for runners that support jest's matchers.
 *
 * `pipewright/testing/jest` registers them, with their types.
 */

import { problemsInValue } from './problems.js';

/** The result of a matcher. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Matchers for `expect.extend`. */
export const tektonMatchers = {
  /*   * Passes if a construct (an app, a chart or a construct in it), a manifest or a list of manifests has no errors: neither against the
   * CRD schemas nor in the checks of synth. A failure lists all errors.
   */
  toBeValidTekton(received: unknown): MatcherResult {
    const problems = problemsInValue(received);
    return {
      pass: problems.length === 0,
      message: () =>
        problems.length === 0
          ? 'expected at least one problem, but found none'
          : `expected valid Tekton, but there are problems:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    };
  },
};
