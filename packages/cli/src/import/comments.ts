/**
 * Finds the YAML comments on the lines directly above a value.
 *
 * Reads them from the source lines, using the positions of the objects. A line of a script that looks like a comment is
 * indented deeper than the value below it, and is ignored.
 */

import type { Manifest } from '../manifests/load.js';

/** Returns the comment lines above the value at a path, in order, without their `#`. */
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
