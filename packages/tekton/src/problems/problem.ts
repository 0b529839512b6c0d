/**
 * The types of problems and of the rows of the problem tables.
 *
 * `table.ts` joins the tables of all subjects. Messages contain truncated values, and never values of Secrets.
 */

import type { FieldPath } from '../model/field-path.js';
import type { FieldError } from './field-error.js';

/** `error`: it cannot work as written. `warning`: it works, but is probably a mistake. */
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

/** A problem of one object. */
export interface Problem {
  /** Stable identifier in UPPER_SNAKE_CASE; scripts match on it. */
  readonly code: string;
  readonly severity: Severity;
  readonly object?: ObjectId;
  /** Path to the invalid value, or to the missing field. */
  readonly path: FieldPath;
  readonly message: string;
  readonly hint: string;
  /** The value at the path, truncated to 80 characters. */
  readonly value?: string;
  /** Index of the other object of a conflict. */
  readonly otherObjectIndex?: number;
  /** Message of Tekton's webhook. Absent: the webhook accepts the object. */
  readonly tektonMessage?: string;
  /** Errors of a webhook that reports all of them, from which it composes one message. */
  readonly fieldErrors?: readonly FieldError[];
}

/** An unknown name, with a suggestion and the known names. */
export interface UnknownName {
  readonly name: string;
  readonly suggestion?: string | undefined;
  readonly known: readonly string[];
}

/** A row of a problem table. `Details` are the values in the message and hint. */
export interface ProblemDefinition<Details> {
  readonly severity: Severity;
  /** Reduces the severity to a warning where Tekton's webhook accepts the object. */
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

/** Formats a value for messages: JSON on one line, at most 80 characters, with control and bidi characters escaped. */
export function displayValue(value: unknown): string {
  const text = typeof value === 'string' ? value : ((JSON.stringify(value) as string | undefined) ?? 'nothing'); // undefined has no JSON
  const visible = text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (sign) =>
    sign === '\n' ? '\\n' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return visible.length > 80 ? `${visible.slice(0, 79)}…` : visible;
}

/** Formats a name for messages, in quotes. */
export const quote = (value: unknown): string => `'${displayValue(value)}'`;

/** Formats up to eight names, in quotes. */
export function quoteList(names: readonly string[]): string {
  const some = names.slice(0, 8).map(quote).join(', ');
  return names.length > 8 ? `${some} and ${String(names.length - 8)} more` : some;
}

/** Returns the suggestion, else a list of the known names, else `otherwise`. */
export function suggestionOr(suggestion: string | undefined, known: readonly string[], otherwise: string): string {
  if (suggestion !== undefined) return `did you mean ${quote(suggestion)}?`;
  return known.length > 0 ? `use one of: ${quoteList(known)}` : otherwise;
}
