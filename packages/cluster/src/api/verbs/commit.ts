/**
 * Carries out a write and answers it when it is durable.
 *
 * Writes are computed on the newest state, which may still be rolled back, so success and refusal alike wait until the state they were
 * computed on is durable: otherwise a client could see an object that is never stored.
 */

import { StorageWriteError } from '../../storage/journal/storage-write-error.js';
import { StatusError } from '../status-error.js';
import type { ApiContext } from '../api-context.js';

/**
 * Runs a synchronous write; its result, or what it throws, is passed on when everything it has seen is durable. Throws a 500 when that
 * was rolled back, as kube-apiserver does when etcd has no space.
 */
export async function commit<T>({ store }: ApiContext, write: () => T): Promise<T> {
  let settled: Promise<void> | undefined;
  try {
    return write();
  } finally {
    settled = store.settled(); // in the turn of the write: what is queued later is not waited for
    if (settled) await settled.catch(refuse);
  }
}

function refuse(cause: unknown): never {
  if (!(cause instanceof StorageWriteError)) throw cause;
  throw new StatusError(500, 'InternalError', `Internal error occurred: ${cause.message}`);
}
