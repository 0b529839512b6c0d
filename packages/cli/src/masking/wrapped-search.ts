/**
 * Searches base64 and hexadecimal across line breaks, as printed by `base64` and `xxd -p`, with or without indentation.
 *
 * Separate from the search within lines because most lines that end like the beginning of a secret are ordinary: they
 * must be shown immediately, not after the next line.
 */

import type { Automaton, State } from './automaton.js';
import type { DecodedText } from './decoded-text.js';

/**
 * Minimum characters of a secret at the end of a line for the line to be held back: so many are unlikely to be a
 * coincidence.
 */
const MIN_MATCH_DEPTH = 4;
/**
 * Minimum alphabet characters at the end of a line for it to be held back even after a shorter match: it is probably
 * wrapped.
 */
const MIN_ALPHABET_RUN = 32;

/** The characters of base64, base64url and hexadecimal. */
const ALPHABET: Readonly<Uint8Array> = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/_=-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

const [BLANK, TAB] = [32, 9];

/** The part of a search that continues across line breaks. */
export class WrappedSearch {
  readonly #automaton: Automaton;
  readonly #onMatch: (start: number, end: number) => void;
  #state: State = 0;
  /** The positions of the characters that may become a match, and of some before them. */
  #starts: number[] = [];
  #inIndent = false;
  /** Number of characters of this line that were matched. */
  #matchedOnLine = 0;
  /** Number of alphabet characters at the end of the current line, and of the previous line. */
  #run = 0;
  #runBefore = 0;

  constructor(automaton: Automaton, onMatch: (start: number, end: number) => void) {
    this.#automaton = automaton;
    this.#onMatch = onMatch;
  }

  /** Returns whether a match may have begun on an earlier line. */
  get isActive(): boolean {
    return this.#state !== 0;
  }

  /**
   * Handles the end of a line.
   *
   * @param state of the search within lines
   * @param startOf returns the position of the character `back` characters ago
   */
  lineEnd(state: State, startOf: (back: number) => number): void {
    this.#runBefore = this.#run;
    this.#run = 0;
    this.#matchedOnLine = 0;
    this.#inIndent = true;
    if (this.isActive) return;
    this.#state = this.#automaton.wrapped(state);
    this.#starts = [];
    for (let back = this.#automaton.depth(this.#state); back > 0; back -= 1) this.#starts.push(startOf(back));
  }

  /** Handles another character of a line. */
  character(character: number, reading: DecodedText, index: number): void {
    this.#run = ALPHABET[character] === 1 ? this.#run + 1 : 0;
    if (this.#state === 0) return;
    if (this.#inIndent && (character === BLANK || character === TAB)) return;
    this.#inIndent = false;
    const automaton = this.#automaton;
    this.#state = automaton.wrapped(automaton.step(this.#state, character));
    this.#matchedOnLine += 1;
    this.#starts.push(reading.start(index));
    const length = automaton.wrappedMatch(this.#state);
    if (length > this.#matchedOnLine)
      this.#onMatch(this.#starts[this.#starts.length - length] ?? 0, reading.end(index));
    const depth = automaton.depth(this.#state);
    if (depth <= this.#matchedOnLine)
      this.#state = 0; // the whole match is covered by the search within lines
    else if (this.#starts.length > 2 * depth + 64) this.#starts.splice(0, this.#starts.length - depth);
  }

  /** Returns the position from which the log must be held back. */
  pending(): number | undefined {
    if (!this.isActive) return undefined;
    const depth = this.#automaton.depth(this.#state);
    if (depth < MIN_MATCH_DEPTH && this.#runBefore < MIN_ALPHABET_RUN) return undefined;
    return this.#starts[this.#starts.length - depth];
  }

  /** Continues from the state of another search. */
  copyState(other: WrappedSearch): void {
    this.#state = other.#state;
    this.#starts = [...other.#starts];
    this.#inIndent = other.#inIndent;
    this.#matchedOnLine = other.#matchedOnLine;
    this.#run = other.#run;
    this.#runBefore = other.#runBefore;
  }
}
