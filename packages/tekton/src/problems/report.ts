/**
 * Gathers the problems of one object while it is checked.
 *
 * Keeps to one problem for one cause: what lies at or below a place whose shape is already wrong is not reported again.
 * Relies on shapes being checked first.
 */

import { closestMatch } from './did-you-mean.js';
import type { ObjectId, Problem, ProblemDefinition } from './problem.js';
import { createProblem, PROBLEMS, type ProblemDetails, type ProblemOptions, type ProblemCode } from './table.js';
import type { FieldPath } from '../model/field-path.js';

/** How many more guesses at what was meant one check may make: each compares a word with a list, and lists can be long. */
export interface SuggestionBudget {
  remaining: number;
}

/** The text of the scalar at a path, as its file has it; undefined where there is none. */
export type SourceText = (path: FieldPath) => string | undefined;

/** Guesses for one check. */
export const suggestionBudget = (): SuggestionBudget => ({ remaining: 200 });

/** The problems of one object. */
export class Report {
  readonly object: ObjectId;
  readonly #guesses: SuggestionBudget;
  readonly #written: SourceText;
  readonly #problems: Problem[] = [];
  readonly #unheard = new Set<string>();
  #spoilt: Set<string> | undefined; // most objects have none

  constructor(object: ObjectId, budget: SuggestionBudget, sourceText: SourceText = () => undefined) {
    this.object = object;
    this.#guesses = budget;
    this.#written = sourceText;
  }

  /** The text of a scalar as its file has it, where that is known. */
  written(path: FieldPath): string | undefined {
    return this.#written(path);
  }

  /** Reports a problem, unless the place is known to be misshapen. */
  add<C extends ProblemCode>(code: C, path: FieldPath, details: ProblemDetails<C>, more: ProblemOptions = {}): void {
    if (this.#isSpoilt(path)) return;
    const { tektonMessage, ...rest } = more;
    const heard = this.#unheard.size === 0 || !isBelow(path, this.#unheard);
    const refused = heard && tektonMessage !== undefined;
    this.#problems.push(
      createProblem(code, path, details, {
        object: this.object,
        ...(!refused && isWarningIfAdmitted(code) && { severity: 'warning' }),
        ...rest,
        ...(refused && { tektonMessage }),
      }),
    );
  }

  /** Reports a wrong shape: nothing more is said about that place. */
  markInvalid<C extends ProblemCode>(
    code: C,
    path: FieldPath,
    details: ProblemDetails<C>,
    more: ProblemOptions = {},
  ): void {
    this.add(code, path, details, more);
    this.#spoilt = (this.#spoilt ?? new Set()).add(key(path));
  }

  /** Says nothing more about a place, because what is wrong there has been reported elsewhere. */
  suppress(path: FieldPath): void {
    this.#spoilt = (this.#spoilt ?? new Set()).add(key(path));
  }

  /** What is reported at or below a place from now on, Tekton's admission lets pass: its words are left out. */
  suppressTektonMessages(path: FieldPath): void {
    this.#unheard.add(key(path));
  }

  /** What was probably meant by `name`; `undefined` also when there were many guesses already. */
  suggest(name: string, known: readonly string[]): string | undefined {
    return this.suggestWith(() => closestMatch(name, known));
  }

  /** A guess found in another way, under the same limit. */
  suggestWith(find: () => string | undefined): string | undefined {
    if (this.#guesses.remaining <= 0) return undefined;
    this.#guesses.remaining--;
    return find();
  }

  /** The facts of a name that is not known. */
  unknownName(name: string, known: readonly string[]): { name: string; suggestion?: string; known: readonly string[] } {
    const suggestion = this.suggest(name, known);
    return { name, known, ...(suggestion !== undefined && { suggestion }) };
  }

  /** All problems, in order of their paths. */
  problems(): Problem[] {
    return this.#problems.length < 2 ? this.#problems : this.#problems.toSorted((a, b) => comparePaths(a.path, b.path));
  }

  #isSpoilt(path: FieldPath): boolean {
    const spoilt = this.#spoilt;
    return spoilt !== undefined && isBelow(path, spoilt);
  }
}

/** Whether a run goes on with it unless admission refuses it. */
const isWarningIfAdmitted = (code: ProblemCode): boolean =>
  (PROBLEMS[code] as ProblemDefinition<never>).isWarningIfAdmitted === true; // whatever its facts

const key = (path: FieldPath): string => path.join('\u0000');

/** Whether a path is one of these places or below one. */
const isBelow = (path: FieldPath, places: ReadonlySet<string>): boolean =>
  path.some((_, index) => places.has(key(path.slice(0, index + 1))));

/** Orders paths: indexes by number, fields by name, a place before what lies below it. */
export function comparePaths(a: FieldPath, b: FieldPath): number {
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
