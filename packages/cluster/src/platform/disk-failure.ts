/**
 * Adds the path of the file to errors of failed writes.
 *
 * Node adds the path to errors of operations by name, but not to those of operations by descriptor: the error of a full disk would not
 * name the file.
 */

import { writeFileSync, type WriteFileOptions } from 'node:fs';
import { types } from 'node:util';

/** Returns the error with the path added; errors that are not system errors are returned unchanged. */
export function withPath(cause: unknown, path: string): unknown {
  if (!types.isNativeError(cause) || !('code' in cause) || 'path' in cause) return cause;
  cause.message = `${cause.message} '${path}'`;
  return Object.assign(cause, { path });
}

/** Writes a file; errors contain its path. */
export function writeNamed(path: string, content: string | Uint8Array, options?: WriteFileOptions): void {
  try {
    writeFileSync(path, content, options);
  } catch (cause) {
    throw withPath(cause, path);
  }
}
