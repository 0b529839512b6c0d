/** A world of nothing but a store, for tests of the parts that look at one. */

import { BUILT_IN } from '../../src/api/builtin.js';
import { Catalog } from '../../src/api/catalog.js';
import type { World } from '../../src/api/world.js';
import { systemClock } from '../../src/clock.js';
import { systemRandom } from '../../src/random.js';
import type { Store } from '../../src/storage/store.js';

/** Its kinds are the built-in ones, nobody is asked about admission, and time stands still. */
export const bareWorld = (store: Store): World => ({
  store,
  catalog: new Catalog(BUILT_IN),
  admission: [],
  caPem: () => '',
  clock: { ...systemClock, date: () => new Date(0) },
  random: systemRandom,
});
