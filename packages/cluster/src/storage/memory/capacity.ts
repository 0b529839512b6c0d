/**
 * How many bytes of objects a cluster may hold: all of them are in memory, and V8 ends a process whose heap is full.
 *
 * Objects take 1.0 to 1.4 bytes of heap for each byte of JSON; histories, texts and requests need the rest. A directory may hold a little
 * more when it is opened, because writes that are pending are not counted.
 */

import { ClusterError } from '../../platform/cluster-error.js';
import type { Store } from './store.js';

/** What a directory may hold when it is opened, in proportion to what may be written. */
const OPEN_FACTOR = 1.25;

const MIB = 1024 * 1024;

/** What a process needs besides the objects, and for the least number of them. */
const FIXED_BYTES = 192 * MIB;
const MIN_BYTES = 8 * MIB;

/** Returns the bytes of objects, as JSON, that a process with such a heap may hold: about half of it. */
export const heapCapacity = (heapBytes: number): number => Math.max((heapBytes - FIXED_BYTES) / 2, MIN_BYTES);

/** Throws `DATA_DIR_TOO_LARGE`, which suggests twice the heap, when more has been restored than this process can hold. */
export function checkHeapCapacity(directory: string, store: Store): void {
  const most = store.capacityBytes * OPEN_FACTOR;
  if (store.bytes <= most) return;
  throw new ClusterError(
    'DATA_DIR_TOO_LARGE',
    `the data directory ${directory} holds more than ${Math.floor(most / MIB)} MiB of objects, too many for the memory of this process`,
    `give it more memory, twice as much for example: NODE_OPTIONS=--max-old-space-size=${Math.ceil((4 * store.capacityBytes + FIXED_BYTES) / MIB)}`,
  );
}
