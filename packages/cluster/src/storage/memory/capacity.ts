/**
 * Limits the size of all objects of a cluster: they are kept in memory, and V8 aborts a process whose heap is full.
 *
 * Objects take 1.0 to 1.4 bytes of heap for each byte of JSON; histories, texts and requests need the rest. A directory
 * may exceed the limit slightly when it is opened, because pending writes are not counted.
 */

import { ClusterError } from '../../platform/cluster-error.js';
import type { Store } from './store.js';

/** Capacity on opening a directory, relative to the capacity for writes. */
const OPEN_FACTOR = 1.25;

const MIB = 1024 * 1024;

/** Heap that a process needs in addition to the objects, and the minimum capacity. */
const FIXED_BYTES = 192 * MIB;
const MIN_BYTES = 8 * MIB;

/** Returns the maximum size of all objects, as JSON, for a heap size: about half of it. */
export const heapCapacity = (heapBytes: number): number => Math.max((heapBytes - FIXED_BYTES) / 2, MIN_BYTES);

/** Throws `DATA_DIR_TOO_LARGE`, which suggests twice the heap, if the restored objects exceed the capacity. */
export function checkHeapCapacity(directory: string, store: Store): void {
  const most = store.capacityBytes * OPEN_FACTOR;
  if (store.bytes <= most) return;
  throw new ClusterError(
    'DATA_DIR_TOO_LARGE',
    `the data directory ${directory} holds more than ${Math.floor(most / MIB)} MiB of objects, too many for the memory of this process`,
    `give it more memory, twice as much for example: NODE_OPTIONS=--max-old-space-size=${Math.ceil((4 * store.capacityBytes + FIXED_BYTES) / MIB)}`,
  );
}
