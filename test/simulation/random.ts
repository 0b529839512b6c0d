/** A seeded pseudo-random generator (sfc32), the only source of randomness in a simulation. */

/** Generates numbers; equal seeds give equal sequences. */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = 0x9e3779b9 ^ seed;
    this.#b = Math.trunc(seed / 0x1_0000_0000) ^ 0x243f6a88;
    this.#c = 0xb7e15162;
    for (let round = 0; round < 12; round++) this.#next();
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** Returns a number in [0, 1). */
  fraction(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** Returns an integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** Returns an integer in [least, most]. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Returns true with a probability. A probability of 0 draws no number. */
  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  /** Returns one of the choices. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Returns one of the choices, or undefined if there are none. */
  pickFrom<T>(choices: readonly T[]): T | undefined {
    return choices[this.below(choices.length)];
  }

  /** Returns an independent generator, whose use does not change the sequence of this one. */
  fork(): SeededRandom {
    return new SeededRandom(this.#next() * 0x20_0000 + (this.#next() >>> 11));
  }

  /** Returns random bytes. */
  bytes(count: number): Buffer {
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; at++) bytes[at] = this.below(256);
    return bytes;
  }

  /** Returns a version 4 UUID. */
  uuid(): string {
    const text = this.bytes(16).toString('hex');
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-8${text.slice(17, 20)}-${text.slice(20)}`;
  }
}
