/**
 * Paths in a container, which are POSIX paths on every platform.
 *
 * Implemented here because the package has no access to node:path.
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

/** Whether the normalized `path` is `folder` or lies below it. Both are absolute. */
export function containsPath(folder: string, path: string): boolean {
  const clean = joinPath('/', path);
  const home = joinPath('/', folder);
  return clean === home || clean.startsWith(home === '/' ? '/' : `${home}/`);
}
