/**
 * A decoded part of a log, with the position of each character in the log.
 *
 * Decoders transform these parts, and the search resolves positions with them. Most parts are not decoded and need no
 * arrays.
 */

/** Decoded text and the positions of its characters (UTF-16 units), relative to the start of the log. */
export class DecodedText {
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

  /** Wraps undecoded text. */
  static plain(text: string, offset: number): DecodedText {
    return new DecodedText(text, offset, undefined, undefined);
  }

  /** Wraps decoded text and the positions of its characters. */
  static decoded(text: string, starts: readonly number[], ends: readonly number[]): DecodedText {
    return new DecodedText(text, 0, starts, ends);
  }

  /** Returns the start position of a character. */
  start(index: number): number {
    return this.#starts?.[index] ?? this.#offset + index;
  }

  /** Returns the end position of a character. */
  end(index: number): number {
    return this.#ends?.[index] ?? this.#offset + index + 1;
  }

  /** Returns the part between two indexes. */
  slice(from: number, to: number): DecodedText {
    const text = this.text.slice(from, to);
    return this.#starts && this.#ends
      ? DecodedText.decoded(text, this.#starts.slice(from, to), this.#ends.slice(from, to))
      : DecodedText.plain(text, this.#offset + from);
  }

  /** Concatenates two parts. */
  followedBy(next: DecodedText): DecodedText {
    if (this.text === '') return next;
    if (next.text === '') return this;
    const places = new DecodedTextBuilder();
    places.copy(this, 0, this.text.length);
    places.copy(next, 0, next.text.length);
    return places.build();
  }
}

/** Builds decoded text. */
export class DecodedTextBuilder {
  #text = '';
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Copies characters with their positions. */
  copy(from: DecodedText, begin: number, end: number): void {
    this.#text += from.text.slice(begin, end);
    for (let index = begin; index < end; index += 1) {
      this.#starts.push(from.start(index));
      this.#ends.push(from.end(index));
    }
  }

  /** Adds decoded characters that all have the same position in the log. */
  add(text: string, start: number, end: number): void {
    this.#text += text;
    for (let index = 0; index < text.length; index += 1) {
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  build(): DecodedText {
    return DecodedText.decoded(this.#text, this.#starts, this.#ends);
  }
}
