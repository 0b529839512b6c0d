/** Deletes events after one hour, the default of kube-apiserver, so that their number stays bounded. */

import { every } from '@pipewright/apimachinery';
import { stringAt } from '../model/json.js';
import type { ApiContext } from '../api/api-context.js';

const EVENT_TTL_MS = 3_600_000;
const INTERVAL_MS = 60_000;

/** Removes expired events once a minute, until the returned function is called. */
export function expireEvents(api: ApiContext): () => void {
  return every(api.clock, INTERVAL_MS, () => {
    const oldest = api.clock.date().getTime() - EVENT_TTL_MS;
    for (const event of api.store.latest('/events').list()) {
      const last = stringAt(event, 'lastTimestamp') || stringAt(event, 'eventTime') || event.metadata.creationTimestamp;
      if (Date.parse(last) < oldest) api.store.remove('/events', event);
    }
  });
}
