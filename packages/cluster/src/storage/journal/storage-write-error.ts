/** Why a write was rolled back. */

import { reasonOf, remedyOf } from './damage.js';

/** A write could not be made durable; it has not happened. */
export class StorageWriteError extends Error {
  override readonly name = 'StorageWriteError';
  /** What to do about it. */
  readonly hint: string;

  /** @param directory where the cluster is kept */
  constructor(directory: string, cause: unknown) {
    super(`cannot write to the data directory ${directory}: ${reasonOf(cause)}`, { cause });
    this.hint = remedyOf(cause);
  }
}
