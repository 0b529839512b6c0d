/**
 * Searches for secrets in one decoded form of a log, part by part, and reports their positions in the log.
 *
 * A secret may span parts, so a search keeps the positions of the characters that may still become a match.
 */

import type { Automaton, State } from './automaton.js';
import type { DecodedText } from './decoded-text.js';
import { WrappedSearch } from './wrapped-search.js';

/** Called for each match, with its start and end in the log. */
export type OnMatch = (start: number, end: number) => void;

interface Part {
  /** The number of characters before this part. */
  readonly first: number;
  readonly reading: DecodedText;
}

const LINE_FEED = 10;

/** A search of one form. */
export class Search {
  readonly #automaton: Automaton;
  readonly #onMatch: OnMatch;
  /** The search across line breaks. */
  readonly #wrapped: WrappedSearch;
  #state: State = 0;
  #count = 0;
  /** The parts that may still belong to a match, starting at `#head`. */
  #parts: Part[] = [];
  #head = 0;

  constructor(automaton: Automaton, onMatch: OnMatch) {
    this.#automaton = automaton;
    this.#onMatch = onMatch;
    this.#wrapped = new WrappedSearch(automaton, onMatch);
  }

  /** Searches the next part. */
  scan(reading: DecodedText): void {
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
      if (length > 0) this.#onMatch(this.#startOf(this.#count - length), reading.end(index));
    }
    this.#state = state;
    this.#dropParts();
  }

  /** Returns the position of the first character that may still become part of a match. */
  pending(): number | undefined {
    const depth = this.#automaton.depth(this.#state);
    const places = [depth === 0 ? undefined : this.#startOf(this.#count - depth), this.#wrapped.pending()];
    const known = places.filter((place) => place !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** Continues from the state of another search. */
  copyState(other: Search): void {
    this.#state = other.#state;
    this.#count = other.#count;
    this.#parts = other.#parts.slice(other.#head);
    this.#head = 0;
    this.#wrapped.copyState(other.#wrapped);
  }

  /** Returns whether another search would find the same matches from here on. */
  isInSyncWith(other: Search): boolean {
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

  /** Drops the parts in which no match can begin. */
  #dropParts(): void {
    const oldest = this.#count - this.#automaton.depth(this.#state);
    while (this.#head < this.#parts.length && (this.#parts[this.#head + 1]?.first ?? this.#count) <= oldest)
      this.#head += 1;
    if (this.#head * 2 < this.#parts.length) return;
    this.#parts.splice(0, this.#head);
    this.#head = 0;
  }
}
