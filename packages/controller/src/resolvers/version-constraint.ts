/** Constraints on versions of the hub resolver: `>= 0.6`, `>= 0.5, < 0.8`, `~> 0.6`, `!= 0.7`. */

type Comparison = (a: readonly number[], b: readonly number[]) => boolean;

const OPERATORS: Readonly<Record<string, Comparison>> = {
  '=': (a, b) => compare(a, b) === 0,
  '!=': (a, b) => compare(a, b) !== 0,
  '>': (a, b) => compare(a, b) > 0,
  '<': (a, b) => compare(a, b) < 0,
  '>=': (a, b) => compare(a, b) >= 0,
  '<=': (a, b) => compare(a, b) <= 0,
  /** At least this version, with the same numbers except for the last. */
  '~>': (a, b) => compare(a, b) >= 0 && b.slice(0, -1).every((number, index) => a[index] === number),
};

const numbersOf = (version: string): readonly number[] | undefined =>
  /^v?\d+(\.\d+)*$/.test(version) ? version.replace(/^v/, '').split('.').map(Number) : undefined;

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Returns the newest version that satisfies all parts of a constraint; undefined if none does. Ignores pre-releases. */
export function newestMatching(constraint: string, versions: readonly string[]): string | undefined {
  const parts = constraint.split(',').map((part) => /^\s*(>=|<=|!=|~>|=|>|<)\s*(\S+)\s*$/.exec(part));
  const matches = (version: readonly number[]): boolean =>
    parts.every((part) => {
      const limit = numbersOf(part?.[2] ?? '');
      return limit !== undefined && OPERATORS[part?.[1] ?? '']?.(version, limit) === true;
    });
  const candidates = versions.flatMap((version) => {
    const numbers = numbersOf(version);
    return numbers && matches(numbers) ? [{ version, numbers }] : [];
  });
  return candidates.toSorted((a, b) => compare(b.numbers, a.numbers))[0]?.version;
}
