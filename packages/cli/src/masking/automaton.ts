/**
 * Finds any of many texts in a stream, in time linear in the stream's length (Aho and Corasick, 1975).
 *
 * `replaceAll` per secret would cost the number of secrets for every line, and could not see a secret that is cut in two by
 * the edge of a chunk. The state also says how much of what came last may still become a match.
 */

/** A position in the automaton: 0 is the start. */
export type State = number;

/** A compiled set of texts. Building costs their total length; a step costs a constant, amortised. */
export class Automaton {
  readonly #next = new Map<number, State>();
  readonly #fallback: State[] = [0];
  readonly #depth: number[] = [0];
  /** Length of the longest text that ends here, 0 when none does. */
  readonly #match: number[] = [0];

  constructor(texts: Iterable<string>) {
    const children: (readonly [State, number])[][] = [[]];
    for (const text of texts) if (text.length > 0) this.#add(text, children);
    this.#link(children);
  }

  /** The state after one more character (a UTF-16 unit). */
  step(state: State, character: number): State {
    let at = state;
    for (;;) {
      const next = this.#next.get(at * 0x10000 + character);
      if (next !== undefined) return next;
      if (at === 0) return 0;
      at = this.#fallback[at] ?? 0;
    }
  }

  /** How many of the last characters may be the start of a match. */
  depth(state: State): number {
    return this.#depth[state] ?? 0;
  }

  /** How long the longest match is that ends here; 0 for none. */
  match(state: State): number {
    return this.#match[state] ?? 0;
  }

  #add(text: string, children: (readonly [State, number])[][]): void {
    let at: State = 0;
    for (let index = 0; index < text.length; index += 1) {
      const character = text.charCodeAt(index);
      const key = at * 0x10000 + character;
      let next = this.#next.get(key);
      if (next === undefined) {
        next = this.#depth.length;
        this.#next.set(key, next);
        this.#depth.push(index + 1);
        this.#match.push(0);
        this.#fallback.push(0);
        children.push([]);
        children[at]?.push([next, character]);
      }
      at = next;
    }
    this.#match[at] = text.length;
  }

  /** Breadth first, so that a state's fallback is ready before its children need it. */
  #link(children: readonly (readonly (readonly [State, number])[])[]): void {
    const queue: State[] = [0];
    for (let index = 0; index < queue.length; index += 1) {
      const state = queue[index] ?? 0;
      for (const [child, character] of children[state] ?? []) {
        const fallback = state === 0 ? 0 : this.step(this.#fallback[state] ?? 0, character);
        this.#fallback[child] = fallback;
        this.#match[child] = Math.max(this.#match[child] ?? 0, this.#match[fallback] ?? 0);
        queue.push(child);
      }
    }
  }
}
