/**
 * Which file a failed write was meant for.
 *
 * Node names the path of what it opens by name, and nothing of what it writes through a descriptor: a full disk would be
 * told without saying which.
 */

import { writeFileSync, type WriteFileOptions } from 'node:fs';
import { types } from 'node:util';

/** The same failure, with the path it lacks; what is none of the machine's own is left as it is. */
export function withPath(cause: unknown, path: string): unknown {
  if (!types.isNativeError(cause) || !('code' in cause) || 'path' in cause) return cause;
  cause.message = `${cause.message} '${path}'`;
  return Object.assign(cause, { path });
}

/** Writes a file, as Node does, and names it when the disk cannot take it. */
export function writeNamed(path: string, content: string | Uint8Array, options?: WriteFileOptions): void {
  try {
    writeFileSync(path, content, options);
  } catch (cause) {
    throw withPath(cause, path);
  }
}
