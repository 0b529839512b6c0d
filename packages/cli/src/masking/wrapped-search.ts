/**
 * Follows base64 and hexadecimal over the ends of lines, as `base64` and `xxd -p` print them, with indentation or without.
 *
 * Separate from the search of running text because most lines that end like the beginning of a secret are not such: they must be
 * shown at once, not when the next line comes.
 */

import type { Automaton, State } from './automaton.js';
import type { Reading } from './reading.js';

/** So many characters of a secret at the end of a line are no coincidence: the line waits for the next. */
const TELLING_DEPTH = 4;
/** So many characters without a blank look wrapped: the line waits, however little of it could be a secret. */
const TELLING_RUN = 32;

/** The characters of base64, base64url and hexadecimal. */
const ALPHABET = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=')
  ALPHABET[character.charCodeAt(0)] = 1;

const [BLANK, TAB] = [32, 9];

/** The part of a search that goes on over line ends. */
export class WrappedSearch {
  readonly #automaton: Automaton;
  readonly #found: (start: number, end: number) => void;
  #state: State = 0;
  /** Where the characters stand that may become a match, and some before. */
  #starts: number[] = [];
  #inIndent = false;
  /** Characters of this line that were taken. */
  #taken = 0;
  /** Characters of the alphabet at the end of the line so far, and of the line before. */
  #run = 0;
  #runBefore = 0;

  constructor(automaton: Automaton, found: (start: number, end: number) => void) {
    this.#automaton = automaton;
    this.#found = found;
  }

  /** Whether a match may have begun on an earlier line. */
  get isActive(): boolean {
    return this.#state !== 0;
  }

  /**
   * A line ends.
   *
   * @param state of the search of running text
   * @param startOf where the character stands that came so many characters ago
   */
  lineEnd(state: State, startOf: (back: number) => number): void {
    this.#runBefore = this.#run;
    this.#run = 0;
    this.#taken = 0;
    this.#inIndent = true;
    if (this.isActive) return;
    this.#state = this.#automaton.wrapped(state);
    this.#starts = [];
    for (let back = this.#automaton.depth(this.#state); back > 0; back -= 1) this.#starts.push(startOf(back));
  }

  /** Another character of a line. */
  character(character: number, reading: Reading, index: number): void {
    this.#run = ALPHABET[character] === 1 ? this.#run + 1 : 0;
    if (this.#state === 0) return;
    if (this.#inIndent && (character === BLANK || character === TAB)) return;
    this.#inIndent = false;
    const automaton = this.#automaton;
    this.#state = automaton.wrapped(automaton.step(this.#state, character));
    this.#taken += 1;
    this.#starts.push(reading.start(index));
    const length = automaton.wrappedMatch(this.#state);
    if (length > this.#taken) this.#found(this.#starts[this.#starts.length - length] ?? 0, reading.end(index));
    const depth = automaton.depth(this.#state);
    if (depth <= this.#taken)
      this.#state = 0; // the search of running text sees all of it
    else if (this.#starts.length > 2 * depth + 64) this.#starts.splice(0, this.#starts.length - depth);
  }

  /** Where the first character stands for which the log must wait. */
  pending(): number | undefined {
    if (!this.isActive) return undefined;
    const depth = this.#automaton.depth(this.#state);
    if (depth < TELLING_DEPTH && this.#runBefore < TELLING_RUN) return undefined;
    return this.#starts[this.#starts.length - depth];
  }

  /** Goes on from where another is. */
  adopt(other: WrappedSearch): void {
    this.#state = other.#state;
    this.#starts = [...other.#starts];
    this.#inIndent = other.#inIndent;
    this.#taken = other.#taken;
    this.#run = other.#run;
    this.#runBefore = other.#runBefore;
  }
}
