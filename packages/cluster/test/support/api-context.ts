/** A world of nothing but a store, for tests of the parts that look at one. */

import { BUILT_IN } from '../../src/api/kinds/builtin.js';
import { Catalog } from '../../src/api/kinds/resource-catalog.js';
import type { ApiContext } from '../../src/api/api-context.js';
import { systemClock } from '../../src/platform/clock.js';
import { systemRandom } from '../../src/platform/random.js';
import type { Store } from '../../src/storage/memory/store.js';

/** It has the built-in kinds, no admission webhook, and a clock that stands still. */
export const bareWorld = (store: Store): ApiContext => ({
  store,
  catalog: new Catalog(BUILT_IN),
  admission: [],
  caPem: () => '',
  clock: { ...systemClock, date: () => new Date(0) },
  random: systemRandom,
});
