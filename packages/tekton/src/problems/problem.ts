/**
 * What a problem consists of, and the columns of the problem tables.
 *
 * `table.ts` joins the tables of all subjects. Messages show values shortened, and never those of Secrets.
 */

import type { FieldPath } from '../model/field-path.js';

/** `error`: it cannot work as written. `warning`: it works, and is likely to hurt. */
export type Severity = 'error' | 'warning';

/** The object that has the problem. */
export interface ObjectId {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Index in the checked list. */
  readonly index: number;
}

/** One thing that is wrong with one object. */
export interface Problem {
  /** Stable; scripts match on it. UPPER_SNAKE. */
  readonly code: string;
  readonly severity: Severity;
  readonly object?: ObjectId;
  /** Path to the invalid value, or to the missing field. */
  readonly path: FieldPath;
  readonly message: string;
  readonly hint: string;
  /** The value at the path, shortened to 80 characters. */
  readonly value?: string;
  /** Index of the other object of a conflict. */
  readonly otherObjectIndex?: number;
  /** Message of Tekton v0.9.2's webhook. Absent: the webhook accepts the object. */
  readonly tektonMessage?: string;
}

/** An unknown name and the known name that was probably meant. */
export interface UnknownName {
  readonly name: string;
  readonly suggestion?: string | undefined;
  readonly known: readonly string[];
}

/** One kind of problem. `Details` are the values that its texts show. */
export interface ProblemDefinition<Details> {
  readonly severity: Severity;
  /** It is a warning where Tekton's webhook accepts the object. Absent: the severity is the same everywhere. */
  readonly isWarningIfAdmitted?: true;
  /** Heading in docs/problems.md. */
  readonly title: string;
  /** Consequence of the problem, for docs/problems.md. */
  readonly explanation: string;
  readonly message: (details: Details) => string;
  readonly hint: (details: Details) => string;
}

/** Defines an error. */
export const error = <Details>(
  title: string,
  explanation: string,
  message: ProblemDefinition<Details>['message'],
  hint: ProblemDefinition<Details>['hint'],
): ProblemDefinition<Details> => ({
  severity: 'error',
  title,
  explanation,
  message,
  hint,
});

/** Defines an error that is a warning where Tekton's webhook accepts the object. */
export const errorUnlessAdmitted = <Details>(
  title: string,
  explanation: string,
  message: ProblemDefinition<Details>['message'],
  hint: ProblemDefinition<Details>['hint'],
): ProblemDefinition<Details> => ({ ...error(title, explanation, message, hint), isWarningIfAdmitted: true });

/** Defines a warning. */
export const warning = <Details>(
  title: string,
  explanation: string,
  message: ProblemDefinition<Details>['message'],
  hint: ProblemDefinition<Details>['hint'],
): ProblemDefinition<Details> => ({
  severity: 'warning',
  title,
  explanation,
  message,
  hint,
});

/** A value as a message shows it: JSON on one line, at most 80 characters, what controls a terminal or turns a text visible. */
export function displayValue(value: unknown): string {
  const text = typeof value === 'string' ? value : ((JSON.stringify(value) as string | undefined) ?? 'nothing'); // undefined has no JSON
  const visible = text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (sign) =>
    sign === '\n' ? '\\n' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return visible.length > 80 ? `${visible.slice(0, 79)}…` : visible;
}

/** A name as a message shows it, in quotes. */
export const quote = (value: unknown): string => `'${displayValue(value)}'`;

/** Up to eight names, in quotes. */
export function quoteList(names: readonly string[]): string {
  const some = names.slice(0, 8).map(quote).join(', ');
  return names.length > 8 ? `${some} and ${String(names.length - 8)} more` : some;
}

/** Suggests a name, else lists the known ones, else returns `otherwise`. */
export function suggestionOr(suggestion: string | undefined, known: readonly string[], otherwise: string): string {
  if (suggestion !== undefined) return `did you mean ${quote(suggestion)}?`;
  return known.length > 0 ? `use one of: ${quoteList(known)}` : otherwise;
}
