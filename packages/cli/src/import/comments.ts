/**
 * The comments of YAML that stand on lines of their own right above something.
 *
 * Read from the lines of the file, since the objects know where they stand. A line of a script that looks like a comment is
 * indented deeper than what follows it, and is left out.
 */

import type { Manifest } from '../manifests/load.js';

/** Comment lines above the value at a path, without their `#`, in order. */
export function commentsAbove(manifest: Manifest, path: readonly (string | number)[]): string[] {
  const { value, isFound } = manifest.locate(path);
  if (!isFound) return [];
  const lines: string[] = [];
  for (let line = value.line - 1; line >= 1; line--) {
    const comment = /^( *)#(?!!)(.*)$/.exec(manifest.quote({ ...value, line }).trimEnd());
    if (!comment || (comment[1] ?? '').length >= value.column) break;
    lines.unshift(comment[2] ?? '');
  }
  return lines;
}
