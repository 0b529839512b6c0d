/**
 * Collects the problems of one object.
 *
 * Reports one problem per cause: problems at or below a path that is already invalid are dropped. Relies on the schema
 * check running first.
 */

import { closestMatch } from './did-you-mean.js';
import { formatFieldErrors, type FieldError } from './field-error.js';
import type { ObjectId, Problem, ProblemDefinition } from './problem.js';
import { createProblem, PROBLEMS, type ProblemDetails, type ProblemOptions, type ProblemCode } from './table.js';
import type { FieldPath } from '../model/field-path.js';

/** Number of suggestions that a check may still compute. Limited because each compares a word with a list. */
export interface SuggestionBudget {
  remaining: number;
}

/** Returns the source text of the scalar at a path; undefined if unknown. */
export type SourceText = (path: FieldPath) => string | undefined;

/** Creates the budget of one check. */
export const suggestionBudget = (): SuggestionBudget => ({ remaining: 200 });

/** The problems of one object. */
export class Report {
  readonly object: ObjectId;
  readonly #budget: SuggestionBudget;
  readonly #sourceText: SourceText;
  readonly #problems: Problem[] = [];
  readonly #withoutTektonMessage = new Set<string>();
  #invalid: Set<string> | undefined; // most objects have none

  constructor(object: ObjectId, budget: SuggestionBudget, sourceText: SourceText = () => undefined) {
    this.object = object;
    this.#budget = budget;
    this.#sourceText = sourceText;
  }

  /** Returns the source text of a scalar, if known. */
  sourceText(path: FieldPath): string | undefined {
    return this.#sourceText(path);
  }

  /** Reports a problem, unless its path is marked as invalid. */
  add<C extends ProblemCode>(code: C, path: FieldPath, details: ProblemDetails<C>, more: ProblemOptions = {}): void {
    if (this.#isInvalid(path)) {
      this.#addToCause(path, more.fieldErrors ?? []);
      return;
    }
    const { tektonMessage, ...rest } = more;
    const isVisibleToTekton = this.#withoutTektonMessage.size === 0 || !isBelow(path, this.#withoutTektonMessage);
    const refused = isVisibleToTekton && (tektonMessage !== undefined || more.fieldErrors !== undefined);
    this.#problems.push(
      createProblem(code, path, details, {
        object: this.object,
        ...(!refused && isWarningIfAdmitted(code) && { severity: 'warning' }),
        ...rest,
        ...(refused && { tektonMessage, fieldErrors: more.fieldErrors }),
      }),
    );
  }

  /** Reports a problem and drops later problems at or below its path. */
  markInvalid<C extends ProblemCode>(
    code: C,
    path: FieldPath,
    details: ProblemDetails<C>,
    more: ProblemOptions = {},
  ): void {
    this.add(code, path, details, more);
    this.#invalid = (this.#invalid ?? new Set()).add(key(path));
  }

  /** Drops later problems at or below a path, because their cause is already reported. */
  suppress(path: FieldPath): void {
    this.#invalid = (this.#invalid ?? new Set()).add(key(path));
  }

  /** Omits Tekton's messages at or below a path that the webhook does not check. */
  suppressTektonMessages(path: FieldPath): void {
    this.#withoutTektonMessage.add(key(path));
  }

  /** Returns the closest known name; undefined if none is close enough or the budget is exhausted. */
  suggest(name: string, known: readonly string[]): string | undefined {
    return this.suggestWith(() => closestMatch(name, known));
  }

  /** Computes a suggestion with `find`, within the same budget. */
  suggestWith(find: () => string | undefined): string | undefined {
    if (this.#budget.remaining <= 0) return undefined;
    this.#budget.remaining--;
    return find();
  }

  /** Returns the details of an unknown name. */
  unknownName(name: string, known: readonly string[]): { name: string; suggestion?: string; known: readonly string[] } {
    const suggestion = this.suggest(name, known);
    return { name, known, ...(suggestion !== undefined && { suggestion }) };
  }

  /** Returns all problems, ordered by path. */
  problems(): Problem[] {
    return this.#problems.length < 2 ? this.#problems : this.#problems.toSorted((a, b) => comparePaths(a.path, b.path));
  }

  /** Adds errors of the webhook to the problem that hides theirs. */
  #addToCause(path: FieldPath, errors: readonly FieldError[]): void {
    if (errors.length === 0) return;
    const index = this.#problems.findIndex((problem) => isBelow(path, new Set([key(problem.path)])));
    const cause = this.#problems[index];
    if (!cause) return;
    const fieldErrors = [...(cause.fieldErrors ?? []), ...errors];
    const tektonMessage = cause.tektonMessage ?? formatFieldErrors(fieldErrors) ?? '';
    this.#problems[index] = { ...cause, fieldErrors, tektonMessage };
  }

  #isInvalid(path: FieldPath): boolean {
    const invalid = this.#invalid;
    return invalid !== undefined && isBelow(path, invalid);
  }
}

/** Whether the problem is a warning where the webhook accepts the object. */
const isWarningIfAdmitted = (code: ProblemCode): boolean =>
  (PROBLEMS[code] as ProblemDefinition<never>).isWarningIfAdmitted === true; // the details do not matter here

const key = (path: FieldPath): string => path.join('\u0000');

/** Whether a path is equal to or below one of `places`. */
const isBelow = (path: FieldPath, places: ReadonlySet<string>): boolean =>
  path.some((_, index) => places.has(key(path.slice(0, index + 1))));

/** Compares paths: indexes by number, fields by name, parents before children. */
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
