/** Suggests an existing name in error messages. */

import { distance } from 'fastest-levenshtein';

/** Returns ` (did you mean "prod"?)`, or an empty string if no candidate is close. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(name, candidate) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3)))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0] ? ` (did you mean "${ranked[0].candidate}"?)` : '';
}
