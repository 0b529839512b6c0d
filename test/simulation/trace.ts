/**
 * The trace of a simulation: a hash of all its steps and, if requested, the steps as lines.
 *
 * Two runs of a seed are taken as equal if their hashes are, so every step and every fault is part of the trace.
 */

/** Records steps. */
export class Trace {
  readonly #print: ((line: string) => void) | undefined;
  #high = 0x811c9dc5;
  #low = 0x01000193;
  #steps = 0;

  /** @param print called with each line */
  constructor(print?: (line: string) => void) {
    this.#print = print;
  }

  /** The number of lines. */
  get steps(): number {
    return this.#steps;
  }

  /** Adds a line. */
  add(time: number, who: string, what: string): void {
    this.#steps += 1;
    this.#mix(time);
    this.#mixText(who);
    this.#mixText(what);
    this.#print?.(`${String(this.#steps).padStart(6)} ${time.toFixed(2).padStart(12)} ${who.padEnd(14)} ${what}`);
  }

  /** The hash of all lines so far. */
  get hash(): string {
    return (this.#high >>> 0).toString(16).padStart(8, '0') + (this.#low >>> 0).toString(16).padStart(8, '0');
  }

  #mixText(text: string): void {
    for (let at = 0; at < text.length; at++) this.#mix(text.charCodeAt(at));
    this.#mix(-1);
  }

  #mix(value: number): void {
    const whole = Math.trunc(value * 1000);
    this.#high = Math.imul(this.#high ^ whole, 0x01000193);
    this.#low = Math.imul(this.#low ^ whole ^ (this.#high >>> 15), 0x85ebca6b);
    this.#low = (this.#low << 13) | (this.#low >>> 19);
  }
}
