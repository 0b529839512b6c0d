/**
 * The order of the suites.
 *
 * Suites that start many processes run first, because forking a worker that has loaded many modules takes up to three times as long. Suites that need the compiler, the largest module, run
 * last. In each list the longest suites come first, so that no worker waits at the end. The lists affect the duration only: a wrong name costs seconds.
 */

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** The types of the package declare its CommonJS exports only. @type {typeof import('@jest/test-sequencer')} */
const { default: Sequencer } = require('@jest/test-sequencer');

const FIRST = [
  'packages/cli/test/run/rules.test.ts',
  'packages/cli/test/run/sandbox.test.ts',
  'packages/cli/test/commands/commands.test.ts',
  'packages/cli/test/git-server/git-server.test.ts',
  'packages/cli/test/git-server/hostile-source.test.ts',
  'packages/cli/test/git-server/source-settings.test.ts',
  'packages/cli/test/git-server/revisions.test.ts',
  'packages/controller/test/scripts/entrypoint-environment.test.ts',
  'packages/controller/test/scripts/kubeconfig.test.ts',
  'packages/controller/test/scripts/entrypoint.test.ts',
  'packages/cluster/test/kubectl.test.ts',
  'packages/controller/test/scripts/results.test.ts',
  'packages/controller/test/scripts/git-source.test.ts',
  'packages/cluster/test/runtime/sandbox/sandbox.test.ts',
  'test/article-stand-ins.test.ts',
  'packages/cli/test/images/run-image.test.ts',
  'packages/controller/test/scripts/credentials.test.ts',
  'packages/cli/test/bin/bundle.test.ts',
  'test/article-run.test.ts',
  'test/gitops.test.ts',
  'test/examples.test.ts',
  'packages/controller/test/edge/persistent-failures.test.ts',
  'packages/controller/test/edge/run-retention.test.ts',
  'packages/controller/test/edge/controller.test.ts',
  'packages/controller/test/edge/conditions.test.ts',
  'packages/cluster/test/api/kinds/crd-validation.test.ts',
  'test/article-embedded.test.ts',
];

const LAST = [
  'packages/cli/test/import/round-trip.test.ts',
  'test/docs.test.ts',
  'test/lib-messages.test.ts',
  'test/lib-examples.test.ts',
  'packages/controller/test/scripts/programs.test.ts',
  'test/architecture.test.ts',
  'test/house.test.ts',
];

/** @param {{ path: string }} test */
const placeOf = ({ path }) => {
  const placeIn = (/** @type {readonly string[]} */ list) => list.findIndex((name) => path.endsWith(`/${name}`));
  const [first, last] = [placeIn(FIRST), placeIn(LAST)];
  if (first >= 0) return first;
  return last >= 0 ? FIRST.length + 1 + last : FIRST.length;
};

/** Sorts suites that are in neither list as jest does, between the two. */
export default class Order extends Sequencer {
  /**
   * @override
   * @param {readonly import('@jest/test-result').Test[]} tests
   */
  async sort(tests) {
    const sorted = await super.sort([...tests]);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
