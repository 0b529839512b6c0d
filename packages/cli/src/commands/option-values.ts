/** Parsers for option values. Each throws commander's `InvalidArgumentError` for an invalid value. */

import { InvalidArgumentError } from 'commander';

/**
 * Returns a parser for a repeatable `NAME=VALUE` option. It keeps the order, and the last value of a name takes
 * precedence.
 */
export const parsePairs =
  (what: string, empty: 'may be empty' | 'not empty') =>
  (text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> => {
    const split = text.indexOf('=');
    if (split < 1 || (empty === 'not empty' && split === text.length - 1))
      throw new InvalidArgumentError(`Write ${what}.`);
    return new Map([...before, [text.slice(0, split), text.slice(split + 1)]]);
  };

/**
 * Parses a path. Rejects an empty one, usually from an unset shell variable, instead of using the working directory.
 */
export function parsePath(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('The value is empty. Write a path.');
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Parses a duration in Go's syntax, such as `90s`, `10m` or `1h30m`. @returns milliseconds */
export function parseDurationOption(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new InvalidArgumentError('Write a duration, as in 90s, 10m or 1h30m.');
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (SECONDS[unit ?? 's'] ?? 1) * 1000, 0);
}

/** Parses a TCP port; 0 selects any free port. */
export function parsePort(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65535) return number;
  throw new InvalidArgumentError('Write a number from 0 to 65535; 0 selects any free port.');
}

/** Collects the values of a repeatable option, in order. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** Returns a parser that accepts one of the given words. */
export function oneOf<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined)
      throw new InvalidArgumentError(`Choose ${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}.`);
    return found;
  };
}
