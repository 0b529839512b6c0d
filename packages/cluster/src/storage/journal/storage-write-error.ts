/** The error of writes that were rolled back. */

import { reasonOf, remedyOf } from './damage.js';

/** A write that could not be made durable and was rolled back. */
export class StorageWriteError extends Error {
  override readonly name = 'StorageWriteError';
  /** How to fix the cause. */
  readonly hint: string;

  /** @param directory the data directory */
  constructor(directory: string, cause: unknown) {
    super(`cannot write to the data directory ${directory}: ${reasonOf(cause)}`, { cause });
    this.hint = remedyOf(cause);
  }
}
