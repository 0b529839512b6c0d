/**
 * The order of the suites: those that take longest first, so that at the end no worker waits for one that began last.
 *
 * What jest remembers of earlier runs would do as well, but where there has been none it goes by the size of files. The list is advice: a name that is wrong costs seconds.
 */

import Sequencer from '@jest/test-sequencer';

const LONGEST = [
  'packages/cli/test/rules.test.ts',
  'test/examples.test.ts',
  'packages/controller/test/entrypoint.test.ts',
  'packages/cli/test/git-server.test.ts',
  'packages/cluster/test/kubectl.test.ts',
  'packages/cli/test/commands.test.ts',
  'packages/controller/test/controller.test.ts',
  'packages/controller/test/conditions.test.ts',
  'packages/cli/test/import/round-trip.test.ts',
  'packages/cli/test/sandbox.test.ts',
  'test/article-run.test.ts',
  'packages/cli/test/resources.test.ts',
  'packages/cli/test/object-store.test.ts',
  'packages/cluster/test/runtime/sandbox.test.ts',
  'test/docs.test.ts',
  'test/article-embedded.test.ts',
  'test/article-stand-ins.test.ts',
  'test/article.test.ts',
  'test/lib-examples.test.ts',
  'packages/controller/test/git-source.test.ts',
  'packages/tekton/test/check.property.test.ts',
  'packages/controller/test/results.test.ts',
  'packages/cli/test/run.test.ts',
  'test/gitops.test.ts',
];

/** @param {{ path: string }} test */
const placeOf = ({ path }) => {
  const place = LONGEST.findIndex((name) => path.endsWith(`/${name}`));
  return place < 0 ? LONGEST.length : place;
};

/** Jest's own order, after those of the list. */
export default class LongestFirst extends Sequencer {
  /** @param {readonly import('@jest/test-result').Test[]} tests */
  async sort(tests) {
    const sorted = await super.sort([...tests]);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
