/** Reads the values of options: what reaches a command is typed and complete. Each function throws commander's `InvalidArgumentError` for a value that it cannot read. */

import { InvalidArgumentError } from 'commander';

/** A repeatable `NAME=VALUE`, collected in order; the last one of a name wins. */
export const parsePairs =
  (what: string, empty: 'may be empty' | 'not empty') =>
  (text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> => {
    const split = text.indexOf('=');
    if (split < 1 || (empty === 'not empty' && split === text.length - 1))
      throw new InvalidArgumentError(`Write ${what}.`);
    return new Map([...before, [text.slice(0, split), text.slice(split + 1)]]);
  };

/** Reads a path. An empty one, usually from an unset shell variable, is an error and does not mean the working directory. */
export function parsePath(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It is empty; write a path.');
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** `90s`, `10m`, `1h30m`, as Go writes durations. @returns milliseconds */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new InvalidArgumentError('Write a duration, as in 90s, 10m or 1h30m.');
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (SECONDS[unit ?? 's'] ?? 1) * 1000, 0);
}

/** Reads a TCP port; 0 means any free one. */
export function parsePort(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65535) return number;
  throw new InvalidArgumentError('Write a number from 0 to 65535; 0 takes any free port.');
}

/** Collects the values of a repeatable option, in order. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** Returns a function that reads one of the given words. */
export function oneOf<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined)
      throw new InvalidArgumentError(`Choose ${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}.`);
    return found;
  };
}
