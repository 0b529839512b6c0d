/**
 * A part of a log as one reading of it has it: decoded characters, and where in the log each of them begins and ends.
 *
 * Separate from the decoders, which make one reading of another, and from the search, which asks for places. Most parts are not decoded at
 * all; they cost no arrays.
 */

/** Decoded text and the places of its characters (UTF-16 units) in the log, counted from the log's start. */
export class Reading {
  readonly text: string;
  readonly #offset: number;
  readonly #starts: readonly number[] | undefined;
  readonly #ends: readonly number[] | undefined;

  private constructor(
    text: string,
    offset: number,
    starts: readonly number[] | undefined,
    ends: readonly number[] | undefined,
  ) {
    this.text = text;
    this.#offset = offset;
    this.#starts = starts;
    this.#ends = ends;
  }

  /** Text of the log as it is. */
  static plain(text: string, offset: number): Reading {
    return new Reading(text, offset, undefined, undefined);
  }

  /** Text that was decoded. */
  static decoded(text: string, starts: readonly number[], ends: readonly number[]): Reading {
    return new Reading(text, 0, starts, ends);
  }

  /** Where a character begins. */
  start(index: number): number {
    return this.#starts?.[index] ?? this.#offset + index;
  }

  /** Where a character ends. */
  end(index: number): number {
    return this.#ends?.[index] ?? this.#offset + index + 1;
  }

  /** The part from one index to another. */
  slice(from: number, to: number): Reading {
    const text = this.text.slice(from, to);
    return this.#starts && this.#ends
      ? Reading.decoded(text, this.#starts.slice(from, to), this.#ends.slice(from, to))
      : Reading.plain(text, this.#offset + from);
  }

  /** This and what follows it. */
  followedBy(next: Reading): Reading {
    if (this.text === '') return next;
    if (next.text === '') return this;
    const places = new ReadingBuilder();
    places.copy(this, 0, this.text.length);
    places.copy(next, 0, next.text.length);
    return places.reading();
  }
}

/** Collects a decoded reading. */
export class ReadingBuilder {
  #text = '';
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Takes over characters as they are. */
  copy(from: Reading, begin: number, end: number): void {
    this.#text += from.text.slice(begin, end);
    for (let index = begin; index < end; index += 1) {
      this.#starts.push(from.start(index));
      this.#ends.push(from.end(index));
    }
  }

  /** Adds decoded characters, all of which stand for the same place of the log. */
  add(text: string, start: number, end: number): void {
    this.#text += text;
    for (let index = 0; index < text.length; index += 1) {
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  reading(): Reading {
    return Reading.decoded(this.#text, this.#starts, this.#ends);
  }
}
