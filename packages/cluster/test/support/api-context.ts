/** Dependencies of an API server with a given store, for tests of its parts. */

import { BUILT_IN } from '../../src/api/kinds/builtin.js';
import { Catalog } from '../../src/api/kinds/resource-catalog.js';
import { createApiContext, type ApiContext } from '../../src/api/api-context.js';
import { systemClock } from '@pipewright/apimachinery';
import { systemRandom } from '../../src/platform/random.js';
import type { Store } from '../../src/storage/memory/store.js';

/** Returns a context with the built-in kinds, without admission, and with a fixed date. */
export const testApiContext = (store: Store): ApiContext =>
  createApiContext({
    store,
    catalog: new Catalog(BUILT_IN),
    admission: [],
    caPem: () => '',
    clock: { ...systemClock, date: () => new Date(0) },
    random: systemRandom,
  });
