/** How reconcilers add keys to each other's queues. */

import { ownerKey } from '@pipewright/kube';
import { isDone, type TaskRunObject, type TaskRunObjectStatus } from '@pipewright/tekton';
import type { QueueName } from './controller-options.js';

/** Adds a key to a queue, after a delay if there is one. For own writes, which caches do not report. */
export type Enqueue = (queue: QueueName, key: string, afterMs?: number) => void;

/** Milliseconds by which progress of a TaskRun delays the status of its PipelineRun: several changes cause one write. */
export const PROGRESS_DELAY_MS = 100;

/** Enqueues the PipelineRun of a TaskRun whose status was written: at once if the TaskRun has ended, since other tasks may start. */
export function enqueueOwner(enqueue: Enqueue, run: TaskRunObject, status: TaskRunObjectStatus): void {
  const owner = ownerKey(run, 'PipelineRun');
  if (owner !== undefined) enqueue('PipelineRun', owner, isDone(status) ? 0 : PROGRESS_DELAY_MS);
}
