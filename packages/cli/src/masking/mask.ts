/**
 * Masks the values of Secrets in everything that the command prints.
 *
 * One mask is used for a whole run, and Secrets may be added during it. Each log has its own stream, because a secret
 * may be split over chunks and lines.
 */

import type { JsonObject } from '../json.js';
import { Automaton } from './automaton.js';
import { Scanner, type MaskedRange } from './scanner.js';
import { secretEncodings } from './secret-encodings.js';
import { secretValues, whyNotMasked, type SecretValue } from './secret-values.js';

/** The replacement for a secret. */
export const MASKED = '***';

/** A value that is not masked, identified by its Secret and key. */
export interface UnmaskedValue {
  readonly name: string;
  readonly why: 'too short' | 'too common';
}

/** A log that is being masked. */
export interface MaskStream {
  /** Returns the text that is safe to show; the end of a chunk may be held back until the next one. */
  readonly push: (text: string) => string;
  /** Returns the text that was held back, at the end of the log. */
  readonly end: () => string;
}

/** Masks the values of Secrets. */
export class Mask {
  readonly #values = new Map<string, SecretValue>();
  #automaton: Automaton | undefined;

  /** @param secrets Secret objects with `data` or `stringData` */
  constructor(secrets: readonly JsonObject[] = []) {
    this.add(secrets);
  }

  /** Also masks the values of these Secrets from now on, including in open streams. Existing values stay masked. */
  add(secrets: readonly JsonObject[]): void {
    const before = this.#values.size;
    for (const value of secrets.flatMap(secretValues))
      this.#values.set(JSON.stringify([value.name, value.text]), value);
    if (this.#values.size > before) this.#automaton = undefined;
  }

  /** Returns the values that are not masked because this would hide ordinary output. */
  get unmasked(): readonly UnmaskedValue[] {
    const values = [...this.#values.values()].flatMap(({ name, text }) => {
      const why = whyNotMasked(text);
      return why === undefined ? [] : [{ name, why }];
    });
    return [...new Map(values.map((value) => [value.name, value])).values()];
  }

  /** Returns a complete text with every secret replaced. */
  readonly hide = (text: string): string => {
    const stream = this.stream();
    return stream.push(text) + stream.end();
  };

  /** Returns the automaton, which is built on first use because Secrets are added one by one. */
  #compiled(): Automaton {
    if (this.#automaton) return this.#automaton;
    const hidden = [...this.#values.values()].filter(({ text }) => whyNotMasked(text) === undefined);
    return (this.#automaton = new Automaton(hidden.flatMap(({ text }) => secretEncodings(text))));
  }

  /** Starts the masking of a stream. */
  stream(): MaskStream {
    let automaton = this.#compiled();
    let releasedLength = 0;
    let pending = '';
    let scanner = new Scanner(automaton, 0);
    let ranges: readonly MaskedRange[] = [];

    const release = (isEnd: boolean): string => {
      ranges = mergeRanges(
        [...ranges, ...scanner.takeRanges()].map((range) => extendToLineEnd(range, pending, releasedLength, isEnd)),
      );
      const safe = isEnd ? releasedLength + pending.length : scanner.safeLength();
      const limit = Math.min(
        safe,
        ...ranges.filter(({ end }) => end > safe).map(({ start }) => Math.max(start, releasedLength)),
      );
      const shown: string[] = [];
      let at = releasedLength;
      for (const { start, end } of ranges.filter((range) => range.end <= limit)) {
        const from = Math.max(start, at);
        shown.push(
          pending.slice(at - releasedLength, from - releasedLength),
          replacement(pending.slice(from - releasedLength, end - releasedLength)),
        );
        at = Math.max(at, end);
      }
      shown.push(pending.slice(at - releasedLength, limit - releasedLength));
      ranges = ranges.filter(({ end }) => end > limit);
      pending = pending.slice(limit - releasedLength);
      releasedLength = limit;
      return shown.join('');
    };
    const feed = (text: string): void => {
      if (automaton !== this.#compiled()) {
        automaton = this.#compiled();
        scanner = new Scanner(automaton, releasedLength);
        ranges = [];
        scanner.push(pending);
      }
      scanner.push(text);
      pending += text;
    };
    return {
      push: (text) => {
        feed(text);
        return release(false);
      },
      end: () => {
        feed('');
        scanner.end();
        return release(true);
      },
    };
  }
}

/** Extends a range to the end of its line if required; on an unfinished line, to infinity. */
function extendToLineEnd(range: MaskedRange, pending: string, releasedLength: number, isEnd: boolean): MaskedRange {
  if (!range.toLineEnd) return range;
  const lineEnd = pending.indexOf('\n', range.end - releasedLength);
  if (lineEnd < 0 && !isEnd) return { ...range, end: Number.POSITIVE_INFINITY };
  return { ...range, end: lineEnd < 0 ? releasedLength + pending.length : releasedLength + lineEnd, toLineEnd: false };
}

/** Merges overlapping ranges: a key and its lines become one `***`. */
function mergeRanges(ranges: readonly MaskedRange[]): readonly MaskedRange[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  const joined: MaskedRange[] = [];
  for (const cover of sorted) {
    const last = joined.at(-1);
    if (last && last.end > cover.start) {
      const further = cover.end > last.end ? cover : last;
      joined[joined.length - 1] = { start: last.start, end: further.end, toLineEnd: further.toLineEnd };
    } else joined.push(cover);
  }
  return joined;
}

/** Keeps line breaks, and resets colours that were set within the secret. */
const replacement = (secret: string): string =>
  secret
    .split('\n')
    .map((line) => (line.trim() === '' ? '' : MASKED))
    .join('\n') + (secret.includes('\u001b') ? '\u001b[0m' : '');
