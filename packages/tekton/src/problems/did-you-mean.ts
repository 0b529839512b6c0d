/**
 * Suggests the known name that is closest to an unknown one ("did you mean").
 *
 * The cost is bounded: words longer than 64 characters and names after the first 500 are not compared.
 */

import { distance } from 'fastest-levenshtein';

/**
 * Returns the name in `known` that is closest to `word`, ignoring case; undefined if none is close enough.
 *
 * Up to a third of the letters may differ, at least one, but none in words of one or two letters. The first of several
 * equally close names wins.
 */
export function closestMatch(word: string, known: readonly string[]): string | undefined {
  if (word.length === 0 || word.length > 64) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = (word.length <= 2 ? 0 : Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of known.slice(0, 500)) {
    if (Math.abs(candidate.length - word.length) >= least || candidate.length > 64) continue;
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

/** Computes the edit distance. Two swapped letters count as one edit, since that is a common typo. */
function editDistance(a: string, b: string): number {
  const edits = distance(a, b);
  return edits === 2 && sortedLetters(a) === sortedLetters(b) ? 1 : edits;
}

const sortedLetters = (text: string): string => [...text].sort().join('');
