/** Events are kept for an hour, as upstream keeps them; a busy cluster would drown in them otherwise. */

import { every } from '../platform/clock.js';
import { stringAt } from '../model/json.js';
import type { ApiContext } from '../api/api-context.js';

const EVENT_TTL_MS = 3_600_000;
const INTERVAL_MS = 60_000;

/** Removes old events now and then, until the returned function is called. */
export function expireEvents(api: ApiContext): () => void {
  return every(api.clock, INTERVAL_MS, () => {
    const oldest = api.clock.date().getTime() - EVENT_TTL_MS;
    for (const event of api.store.latest('/events').list()) {
      const last = stringAt(event, 'lastTimestamp') || stringAt(event, 'eventTime') || event.metadata.creationTimestamp;
      if (Date.parse(last) < oldest) api.store.remove('/events', event);
    }
  });
}
