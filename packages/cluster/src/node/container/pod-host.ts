/**
 * The interface from a container to its pod.
 *
 * Separate so that starting a container (`container-start.ts`) does not depend on its lifecycle (`container-run.ts`).
 */

import type { NodeContext } from '../node-context.js';
import type { Pod } from '../pod/pod.js';
import type { PodObjects } from '../pod/referenced-objects.js';
import type { PodFiles } from '../volumes/pod-volumes.js';

/** The pod of a container, and the state that its containers share. */
export interface PodHost {
  readonly context: NodeContext;
  readonly files: PodFiles;
  readonly objects: PodObjects;
  /** Returns the current pod. */
  readonly pod: () => Pod;
  /** Aborted when no container may be started any more. */
  readonly ending: AbortSignal;
  /** Reports that the record of a container has changed. */
  readonly changed: () => void;
}
