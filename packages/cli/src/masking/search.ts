/**
 * Looks for secrets in one reading of a log, part by part, and says where in the log they stand.
 *
 * A secret may begin in one part and end in a later one, so a search remembers the places of the characters that may still become a match.
 */

import type { Automaton, State } from './automaton.js';
import type { Reading } from './reading.js';
import { WrappedSearch } from './wrapped-search.js';

/** Told of each match: where in the log it begins and ends. */
export type OnMatch = (start: number, end: number) => void;

interface Part {
  /** How many characters came before. */
  readonly first: number;
  readonly reading: Reading;
}

const LINE_FEED = 10;

/** One search. */
export class Search {
  readonly #automaton: Automaton;
  readonly #found: OnMatch;
  /** Of what goes on over line ends. */
  readonly #wrapped: WrappedSearch;
  #state: State = 0;
  #count = 0;
  /** The parts that may still belong to a match, from `#head` on. */
  #parts: Part[] = [];
  #head = 0;

  constructor(automaton: Automaton, found: OnMatch) {
    this.#automaton = automaton;
    this.#found = found;
    this.#wrapped = new WrappedSearch(automaton, found);
  }

  /** Searches the next part. */
  scan(reading: Reading): void {
    const { text } = reading;
    if (text === '') return;
    const automaton = this.#automaton;
    const wrapped = this.#wrapped;
    this.#parts.push({ first: this.#count, reading });
    let state = this.#state;
    for (let index = 0; index < text.length; index += 1) {
      const character = text.charCodeAt(index);
      if (character === LINE_FEED) wrapped.lineEnd(state, (back) => this.#startOf(this.#count - back));
      else wrapped.character(character, reading, index);
      state = automaton.step(state, character);
      this.#count += 1;
      const length = automaton.match(state);
      if (length > 0) this.#found(this.#startOf(this.#count - length), reading.end(index));
    }
    this.#state = state;
    this.#forget();
  }

  /** Where the first character stands that may still become part of a match. */
  pending(): number | undefined {
    const depth = this.#automaton.depth(this.#state);
    const places = [depth === 0 ? undefined : this.#startOf(this.#count - depth), this.#wrapped.pending()];
    const known = places.filter((place) => place !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** Goes on from where another search is. */
  adopt(other: Search): void {
    this.#state = other.#state;
    this.#count = other.#count;
    this.#parts = other.#parts.slice(other.#head);
    this.#head = 0;
    this.#wrapped.adopt(other.#wrapped);
  }

  /** Whether another search would find the same from here on. */
  agreesWith(other: Search): boolean {
    return (
      this.#state === other.#state &&
      this.pending() === other.pending() &&
      !this.#wrapped.isActive &&
      !other.#wrapped.isActive
    );
  }

  #startOf(index: number): number {
    let [low, high] = [this.#head, this.#parts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#parts[middle]?.first ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    const part = this.#parts[low];
    return part ? part.reading.start(index - part.first) : 0;
  }

  /** Drops the parts that no match can begin in. */
  #forget(): void {
    const oldest = this.#count - this.#automaton.depth(this.#state);
    while (this.#head < this.#parts.length && (this.#parts[this.#head + 1]?.first ?? this.#count) <= oldest)
      this.#head += 1;
    if (this.#head * 2 < this.#parts.length) return;
    this.#parts.splice(0, this.#head);
    this.#head = 0;
  }
}
