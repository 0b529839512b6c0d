/**
 * Paths inside a container: always POSIX, whatever this runs on.
 *
 * Here because the package imports nothing, not even node:path.
 */

/** `base` and `path` joined, without `.`, `..`, doubled slashes or one at the end. `..` never climbs above `/`. */
export function joinPath(base: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${base}/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `${base.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

/** Whether `path`, once `.` and `..` are taken out, is `folder` or lies in it. Both absolute. */
export function containsPath(folder: string, path: string): boolean {
  const clean = joinPath('/', path);
  const home = joinPath('/', folder);
  return clean === home || clean.startsWith(home === '/' ? '/' : `${home}/`);
}
