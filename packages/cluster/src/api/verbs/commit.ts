/**
 * Executes a write and answers when it is durable.
 *
 * Writes are computed on the newest state, which may be rolled back. Success and rejection therefore wait until that state is durable:
 * otherwise a client could see an object that is never stored.
 */

import { StorageWriteError } from '../../storage/journal/storage-write-error.js';
import { StatusError } from '../status-error.js';
import type { ApiContext } from '../api-context.js';

/**
 * Runs a synchronous write and returns its result, or rethrows its error, once everything it has read is durable. Throws a 500 if that
 * was rolled back, as kube-apiserver does when etcd has no space.
 */
export async function commit<T>({ store }: ApiContext, write: () => T): Promise<T> {
  let settled: Promise<void> | undefined;
  try {
    return write();
  } finally {
    settled = store.settled(); // in the turn of the write: later writes are not awaited
    if (settled) await settled.catch(refuse);
  }
}

function refuse(cause: unknown): never {
  if (!(cause instanceof StorageWriteError)) throw cause;
  throw new StatusError(500, 'InternalError', `Internal error occurred: ${cause.message}`);
}
