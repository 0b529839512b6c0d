/**
 * "Did you mean": the known word that differs least from a given one.
 *
 * The cost is bounded whatever the input: words longer than 64 and lists longer than 500 are not compared.
 */

/**
 * The nearest of `known`, if it is near enough to have been meant: a third of the letters may differ, one always but in
 * words of one or two, and case does not count. The first wins among equals.
 */
export function closestMatch(word: string, known: readonly string[]): string | undefined {
  if (word.length === 0 || word.length > 64) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = (word.length <= 2 ? 0 : Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of known.slice(0, 500)) {
    if (Math.abs(candidate.length - word.length) >= least || candidate.length > 64) continue;
    const far = distance(wanted, candidate.toLowerCase());
    if (far < least) {
      least = far;
      best = candidate;
    }
  }
  return best;
}

/** Letters to change, insert, remove, or swap with a neighbour, to come from `a` to `b`. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
