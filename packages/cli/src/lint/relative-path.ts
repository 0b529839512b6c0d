/** How reports name files: relative to the working directory where they lie in it, as code hosts want it. */

import { isAbsolute, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The path of a file below a directory, with forward slashes; the file's own name where it is not a path below it. */
export function pathBelow(directory: string, file: string): string {
  if (isNotAFile(file)) return file;
  const path = relative(directory, resolve(directory, file));
  return /^\.\.(?:\/|\\|$)/.test(path) || isAbsolute(path) ? resolve(directory, file) : path.split(sep).join('/');
}

/** The same as the reference of a URI, escaped. Files elsewhere have absolute ones. */
export function uriBelow(directory: string, file: string): string {
  const path = pathBelow(directory, file);
  return isAbsolute(path) ? pathToFileURL(path).href : path.split('/').map(encodeURIComponent).join('/');
}

/** `<stdin>`, and options of the command line. */
const isNotAFile = (file: string): boolean => /^(?:<stdin>$|--)/.test(file);
