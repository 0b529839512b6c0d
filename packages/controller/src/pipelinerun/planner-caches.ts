/**
 * The caches of one controller's planner.
 *
 * Owned by the controller and passed to the planner, so that two controllers in one process share nothing. Decisions do not depend on
 * what the caches contain.
 */

import { ChildNameCache } from './child-names.js';
import { ResolveCache } from './resolve.js';
import type { TaskStateCache } from './task-state.js';

/** Empty at first. */
export class PlannerCaches implements TaskStateCache {
  readonly resolution = new ResolveCache();
  readonly names = new ChildNameCache();
  readonly states: TaskStateCache['states'] = new WeakMap();
}
