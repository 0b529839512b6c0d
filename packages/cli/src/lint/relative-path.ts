/** File paths in reports: relative to the working directory for files below it, as code hosting services require. */

import { isAbsolute, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Returns the path of a file relative to a directory, with forward slashes; its absolute path if it is not below the
 * directory. `<stdin>` and options are returned unchanged.
 */
export function pathBelow(directory: string, file: string): string {
  if (isNotAFile(file)) return file;
  const path = relative(directory, resolve(directory, file));
  return /^\.\.(?:\/|\\|$)/.test(path) || isAbsolute(path) ? resolve(directory, file) : path.split(sep).join('/');
}

/** Returns the same as an escaped URI reference; an absolute URI for files outside the directory. */
export function uriBelow(directory: string, file: string): string {
  const path = pathBelow(directory, file);
  return isAbsolute(path) ? pathToFileURL(path).href : path.split('/').map(encodeURIComponent).join('/');
}

/** Returns whether a name is `<stdin>` or a command line option. */
const isNotAFile = (file: string): boolean => /^(?:<stdin>$|--)/.test(file);
