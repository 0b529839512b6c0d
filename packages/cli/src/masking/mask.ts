/**
 * Replaces secrets' values in everything the command prints.
 *
 * One mask serves a whole run: its texts come from Secrets, and Secrets may be added while it is used. Each log has a stream of its own,
 * because a secret may be split over chunks and over lines.
 */

import type { JsonObject } from '../json.js';
import { Automaton } from './automaton.js';
import { Scanner, type Cover } from './scanner.js';
import { secretEncodings } from './secret-encodings.js';
import { secretValues, whyNotMasked, type SecretValue } from './secret-values.js';

/** What stands where a secret was. */
export const MASKED = '***';

/** A value that is not masked, by the name of its Secret and key. */
export interface UnmaskedValue {
  readonly name: string;
  readonly why: 'too short' | 'too common';
}

/** One log on its way. */
export interface MaskStream {
  /** What is safe to show; the end of a chunk may be kept back until the next. */
  readonly push: (text: string) => string;
  /** What was kept back, at the end of the log. */
  readonly end: () => string;
}

/** Hides the values of Secrets. */
export class Mask {
  readonly #values = new Map<string, SecretValue>();
  #automaton: Automaton | undefined;

  /** @param secrets Secret objects, whose `data` or `stringData` may be filled */
  constructor(secrets: readonly JsonObject[] = []) {
    this.add(secrets);
  }

  /** Hides the values of more Secrets from now on, in streams that are under way too. Those known before stay hidden. */
  add(secrets: readonly JsonObject[]): void {
    const before = this.#values.size;
    for (const value of secrets.flatMap(secretValues))
      this.#values.set(JSON.stringify([value.name, value.text]), value);
    if (this.#values.size > before) this.#automaton = undefined;
  }

  /** Values that are not masked, because they would hide ordinary output. */
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

  /** Made when it is first needed: Secrets come one by one. */
  #compiled(): Automaton {
    if (this.#automaton) return this.#automaton;
    const hidden = [...this.#values.values()].filter(({ text }) => whyNotMasked(text) === undefined);
    return (this.#automaton = new Automaton(hidden.flatMap(({ text }) => secretEncodings(text))));
  }

  /** Begins the masking of a stream. */
  stream(): MaskStream {
    let used = this.#compiled();
    let released = 0;
    let kept = '';
    let scanner = new Scanner(used, 0);
    let covers: readonly Cover[] = [];

    const release = (isEnd: boolean): string => {
      covers = merged([...covers, ...scanner.takeCovers()].map((cover) => toLineEnd(cover, kept, released, isEnd)));
      const safe = isEnd ? released + kept.length : scanner.safe();
      const limit = Math.min(
        safe,
        ...covers.filter(({ end }) => end > safe).map(({ start }) => Math.max(start, released)),
      );
      const shown: string[] = [];
      let at = released;
      for (const { start, end } of covers.filter((cover) => cover.end <= limit)) {
        const from = Math.max(start, at);
        shown.push(kept.slice(at - released, from - released), masked(kept.slice(from - released, end - released)));
        at = Math.max(at, end);
      }
      shown.push(kept.slice(at - released, limit - released));
      covers = covers.filter(({ end }) => end > limit);
      kept = kept.slice(limit - released);
      released = limit;
      return shown.join('');
    };
    const feed = (text: string): void => {
      if (used !== this.#compiled()) {
        used = this.#compiled();
        scanner = new Scanner(used, released);
        covers = [];
        scanner.push(kept);
      }
      scanner.push(text);
      kept += text;
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

/** A cover as far as it is known to reach; one that reaches to the end of an unfinished line has no end yet. */
function toLineEnd(cover: Cover, kept: string, released: number, isEnd: boolean): Cover {
  if (!cover.toLineEnd) return cover;
  const lineEnd = kept.indexOf('\n', cover.end - released);
  if (lineEnd < 0 && !isEnd) return { ...cover, end: Number.POSITIVE_INFINITY };
  return { ...cover, end: lineEnd < 0 ? released + kept.length : released + lineEnd, toLineEnd: false };
}

/** Joins covers that overlap: a key and its lines are one `***`. */
function merged(covers: readonly Cover[]): readonly Cover[] {
  const sorted = [...covers].sort((a, b) => a.start - b.start);
  const joined: Cover[] = [];
  for (const cover of sorted) {
    const last = joined.at(-1);
    if (last && last.end > cover.start) {
      const further = cover.end > last.end ? cover : last;
      joined[joined.length - 1] = { start: last.start, end: further.end, toLineEnd: further.toLineEnd };
    } else joined.push(cover);
  }
  return joined;
}

/** Lines stay lines, and a colour that was set within the secret does not go on behind it. */
const masked = (secret: string): string =>
  secret
    .split('\n')
    .map((line) => (line.trim() === '' ? '' : MASKED))
    .join('\n') + (secret.includes('\u001b') ? '\u001b[0m' : '');
