/**
 * Gathers the problems of one object while it is checked.
 *
 * Keeps to one problem for one cause: what lies at or below a place whose shape is already wrong is not reported again.
 * Relies on shapes being checked first.
 */

import { nearest } from './did-you-mean.js';
import type { ObjectId, Problem, Row } from './problem.js';
import { problem, PROBLEMS, type FactsOf, type More, type ProblemCode } from './table.js';
import type { Path } from '../variables/task-fields.js';

/** How many more guesses at what was meant one check may make: each compares a word with a list, and lists can be long. */
export interface Guesses {
  left: number;
}

/** The text of the scalar at a path, as its file has it; undefined where there is none. */
export type Written = (path: Path) => string | undefined;

/** Guesses for one check. */
export const someGuesses = (): Guesses => ({ left: 200 });

/** The problems of one object. */
export class Report {
  readonly object: ObjectId;
  readonly #guesses: Guesses;
  readonly #written: Written;
  readonly #problems: Problem[] = [];
  readonly #unheard = new Set<string>();
  #spoilt: Set<string> | undefined; // most objects have none

  constructor(object: ObjectId, guesses: Guesses, written: Written = () => undefined) {
    this.object = object;
    this.#guesses = guesses;
    this.#written = written;
  }

  /** The text of a scalar as its file has it, where that is known. */
  written(path: Path): string | undefined {
    return this.#written(path);
  }

  /** Reports a problem, unless the place is known to be misshapen. */
  add<C extends ProblemCode>(code: C, path: Path, facts: FactsOf<C>, more: More = {}): void {
    if (this.#isSpoilt(path)) return;
    const { tektonMessage, ...rest } = more;
    const heard = this.#unheard.size === 0 || !isBelow(path, this.#unheard);
    const refused = heard && tektonMessage !== undefined;
    this.#problems.push(
      problem(code, path, facts, {
        object: this.object,
        ...(!refused && goesOn(code) && { severity: 'warning' }),
        ...rest,
        ...(refused && { tektonMessage }),
      }),
    );
  }

  /** Reports a wrong shape: nothing more is said about that place. */
  spoil<C extends ProblemCode>(code: C, path: Path, facts: FactsOf<C>, more: More = {}): void {
    this.add(code, path, facts, more);
    this.#spoilt = (this.#spoilt ?? new Set()).add(key(path));
  }

  /** Says nothing more about a place, because what is wrong there has been reported elsewhere. */
  expect(path: Path): void {
    this.#spoilt = (this.#spoilt ?? new Set()).add(key(path));
  }

  /** What is reported at or below a place from now on, Tekton's admission lets pass: its words are left out. */
  unheard(path: Path): void {
    this.#unheard.add(key(path));
  }

  /** What was probably meant by `name`; `undefined` also when there were many guesses already. */
  guess(name: string, known: readonly string[]): string | undefined {
    return this.guessBy(() => nearest(name, known));
  }

  /** A guess found in another way, under the same limit. */
  guessBy(find: () => string | undefined): string | undefined {
    if (this.#guesses.left <= 0) return undefined;
    this.#guesses.left--;
    return find();
  }

  /** The facts of a name that is not known. */
  missed(name: string, known: readonly string[]): { name: string; guess?: string; known: readonly string[] } {
    const guess = this.guess(name, known);
    return { name, known, ...(guess !== undefined && { guess }) };
  }

  /** All problems, in order of their paths. */
  problems(): Problem[] {
    return this.#problems.length < 2 ? this.#problems : this.#problems.toSorted((a, b) => comparePaths(a.path, b.path));
  }

  #isSpoilt(path: Path): boolean {
    const spoilt = this.#spoilt;
    return spoilt !== undefined && isBelow(path, spoilt);
  }
}

/** Whether a run goes on with it unless admission refuses it. */
const goesOn = (code: ProblemCode): boolean => (PROBLEMS[code] as Row<never>).whereRefused === true; // whatever its facts

const key = (path: Path): string => path.join('\u0000');

/** Whether a path is one of these places or below one. */
const isBelow = (path: Path, places: ReadonlySet<string>): boolean =>
  path.some((_, index) => places.has(key(path.slice(0, index + 1))));

/** Orders paths: indexes by number, fields by name, a place before what lies below it. */
export function comparePaths(a: Path, b: Path): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const one = a[index] ?? '';
    const other = b[index] ?? '';
    if (one === other) continue;
    if (typeof one === 'number' && typeof other === 'number') return one - other;
    return String(one) < String(other) ? -1 : 1;
  }
  return a.length - b.length;
}
