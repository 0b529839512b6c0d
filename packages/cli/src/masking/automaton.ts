/**
 * Finds any of many texts in a stream, in time linear in the length of the stream (Aho and Corasick, 1975).
 *
 * Independent of secrets. States are numbers and tables are typed arrays: a log is processed character by character, so
 * a step must not allocate.
 */

/** A state of the automaton; 0 is the start. */
export type State = number;

/** A text to search for. */
export interface TextPattern {
  readonly text: string;
  /** Whether the text is also found if it is broken into lines, as base64 and hexadecimal output are. */
  readonly isWrapped: boolean;
}

/** The size of the transition table of the start state; transitions of other states are hashed. */
const CHARACTERS = 0x10000;

/** A compiled set of texts. Building takes time linear in their total length; a step takes amortized constant time. */
export class Automaton {
  readonly #first = new Int32Array(CHARACTERS);
  readonly #edges: EdgeTable;
  readonly #fallback: Int32Array;
  readonly #depth: Int32Array;
  /** The length of the longest text that ends in each state; 0 if none does. */
  readonly #match: Int32Array;
  /** The same for texts that may be wrapped. */
  readonly #wrappedMatch: Int32Array;
  /** The longest suffix state of each state that is on a path of a wrappable text. */
  readonly #wrapped: Int32Array;
  #states = 1;

  constructor(patterns: Iterable<TextPattern>) {
    const all = [...patterns].filter(({ text }) => text.length > 0);
    const most = 1 + all.reduce((sum, { text }) => sum + text.length, 0);
    this.#edges = new EdgeTable(most);
    this.#fallback = new Int32Array(most);
    this.#depth = new Int32Array(most);
    this.#match = new Int32Array(most);
    this.#wrappedMatch = new Int32Array(most);
    this.#wrapped = new Int32Array(most);
    const tree = new ChildLists(most);
    for (const pattern of all) this.#add(pattern, tree);
    this.#link(tree);
  }

  /** Returns the state after one more character (a UTF-16 unit). */
  step(state: State, character: number): State {
    let at = state;
    while (at !== 0) {
      const next = this.#edges.find(at, character);
      if (next !== 0) return next;
      at = this.#fallback[at] ?? 0;
    }
    return this.#first[character] ?? 0;
  }

  /** Returns how many of the last characters may be the start of a match. */
  depth(state: State): number {
    return this.#depth[state] ?? 0;
  }

  /** Returns the length of the longest match that ends here; 0 if none does. */
  match(state: State): number {
    return this.#match[state] ?? 0;
  }

  /** Returns the state when only wrappable texts are searched for. */
  wrapped(state: State): State {
    return this.#wrapped[state] ?? 0;
  }

  /** Returns the length of the longest match of a wrappable text that ends here; 0 if none does. */
  wrappedMatch(state: State): number {
    return this.#wrappedMatch[state] ?? 0;
  }

  #add({ text, isWrapped }: TextPattern, tree: ChildLists): void {
    let at: State = 0;
    for (let index = 0; index < text.length; index += 1) {
      const character = text.charCodeAt(index);
      let next = at === 0 ? (this.#first[character] ?? 0) : this.#edges.find(at, character);
      if (next === 0) {
        next = this.#states;
        this.#states += 1;
        if (at === 0) this.#first[character] = next;
        else this.#edges.add(at, character, next);
        this.#depth[next] = index + 1;
        tree.add(at, next, character);
      }
      if (isWrapped) this.#wrapped[next] = next;
      at = next;
    }
    this.#match[at] = text.length;
    if (isWrapped) this.#wrappedMatch[at] = text.length;
  }

  /** Links the states breadth first, so that the fallback of a state is set before its children need it. */
  #link(tree: ChildLists): void {
    const queue = new Int32Array(this.#states);
    for (let index = 0, end = 1; index < end; index += 1) {
      const state = queue[index] ?? 0;
      for (let child = tree.firstOf(state); child !== 0; child = tree.after(child)) {
        const parentFallback = this.#fallback[state] ?? 0;
        const fallback = state === 0 ? 0 : this.step(parentFallback, tree.characterOf(child));
        this.#fallback[child] = fallback;
        this.#match[child] = Math.max(this.match(child), this.match(fallback));
        this.#wrappedMatch[child] = Math.max(this.wrappedMatch(child), this.wrappedMatch(fallback));
        if (this.wrapped(child) === 0) this.#wrapped[child] = this.wrapped(fallback);
        queue[end] = child;
        end += 1;
      }
    }
  }
}

/** The children of each state as linked lists; only needed while the automaton is built. */
class ChildLists {
  readonly #first: Int32Array;
  readonly #after: Int32Array;
  readonly #character: Uint16Array;

  constructor(states: number) {
    this.#first = new Int32Array(states);
    this.#after = new Int32Array(states);
    this.#character = new Uint16Array(states);
  }

  add(parent: State, child: State, character: number): void {
    this.#after[child] = this.#first[parent] ?? 0;
    this.#first[parent] = child;
    this.#character[child] = character;
  }

  firstOf(state: State): State {
    return this.#first[state] ?? 0;
  }

  after(child: State): State {
    return this.#after[child] ?? 0;
  }

  characterOf(child: State): number {
    return this.#character[child] ?? 0;
  }
}

/** An open-addressing hash table from a state and a character to a state; 0 marks an empty slot. */
class EdgeTable {
  readonly #states: Int32Array;
  readonly #characters: Uint16Array;
  readonly #targets: Int32Array;
  readonly #mask: number;

  constructor(edges: number) {
    const size = 2 ** Math.ceil(Math.log2(2 * edges + 2));
    this.#states = new Int32Array(size);
    this.#characters = new Uint16Array(size);
    this.#targets = new Int32Array(size);
    this.#mask = size - 1;
  }

  find(state: State, character: number): State {
    for (let place = this.#place(state, character); ; place = (place + 1) & this.#mask) {
      const target = this.#targets[place] ?? 0;
      if (target === 0) return 0;
      if (this.#states[place] === state && this.#characters[place] === character) return target;
    }
  }

  add(state: State, character: number, target: State): void {
    let place = this.#place(state, character);
    while (this.#targets[place] !== 0) place = (place + 1) & this.#mask;
    this.#states[place] = state;
    this.#characters[place] = character;
    this.#targets[place] = target;
  }

  #place(state: State, character: number): number {
    const mixed = Math.imul(state, 0x9e3779b1) ^ Math.imul(character, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }
}
