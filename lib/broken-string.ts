/**
 * Strings that no manifest can hold: halves of a surrogate pair, which are no characters.
 *
 * They come from cutting a text in the middle of one. YAML can spell them, and every reader makes something else of them.
 */

import type { Problem } from '@pipewright/tekton';

/** A problem for each string (or key) below `value` that is no text. */
export function brokenStrings(value: unknown): readonly Problem[] {
  return isWhole(value) ? [] : found(value, []);
}

function isWhole(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isWhole);
  for (const key in value) {
    if (!key.isWellFormed() || !isWhole((value as Record<string, unknown>)[key])) return false; // a manifest has plain objects
  }
  return true;
}

function found(value: unknown, path: Problem['path']): Problem[] {
  if (typeof value === 'string') return value.isWellFormed() ? [] : [broken(path)];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => found(item, [...path, index]));
  return Object.entries(value).flatMap(([key, item]) => [
    ...(key.isWellFormed() ? [] : [broken([...path, key.toWellFormed()])]),
    ...found(item, [...path, key]),
  ]);
}

const broken = (path: Problem['path']): Problem => ({
  code: 'STRING_BROKEN',
  severity: 'error',
  path,
  message: 'this string ends or begins in the middle of a character',
  hint: 'cut texts between characters: [...text].slice(…) in place of text.slice(…)',
});
