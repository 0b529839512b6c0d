/** Events are kept for an hour, as upstream keeps them; a busy cluster would drown in them otherwise. */

import { every } from '../platform/clock.js';
import { stringAt } from '../model/json.js';
import type { World } from '../api/api-context.js';

const KEPT_MS = 3_600_000;
const LOOK_MS = 60_000;

/** Removes old events now and then, until the returned function is called. */
export function forgetOldEvents(world: World): () => void {
  return every(world.clock, LOOK_MS, () => {
    const oldest = world.clock.date().getTime() - KEPT_MS;
    for (const event of world.store.latest('/events').list()) {
      const last = stringAt(event, 'lastTimestamp') || stringAt(event, 'eventTime') || event.metadata.creationTimestamp;
      if (Date.parse(last) < oldest) world.store.remove('/events', event);
    }
  });
}
