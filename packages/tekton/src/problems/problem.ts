/**
 * What a refusal is made of: where, what, and what to do about it.
 *
 * The rows themselves stand in `problems-*.ts`, one for each way a manifest can be wrong; `problems.ts` puts them together.
 * Messages show values shortened and never those of Secrets.
 */

import type { FieldPath } from '../model/field-path.js';

/** `error`: it cannot work as written. `warning`: it works, and is likely to hurt. */
export type Severity = 'error' | 'warning';

/** Which object of the input is meant. */
export interface ObjectId {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Place in the list that was checked, from 0. */
  readonly index: number;
}

/** One thing that is wrong with one object. */
export interface Problem {
  /** Stable; scripts match on it. UPPER_SNAKE. */
  readonly code: string;
  readonly severity: Severity;
  readonly object?: ObjectId;
  /** Fields and indexes from the object to what is wrong. Where something is missing: to the field that is not there. */
  readonly path: FieldPath;
  readonly message: string;
  readonly hint: string;
  /** What was found there, shortened to 80 characters. */
  readonly value?: string;
  /** Place in the list, from 0, of the object that this one does not go with. Whoever knows where it stands says so. */
  readonly otherObjectIndex?: number;
  /** What Tekton v0.9.2's admission says about it, when it refuses the object too. Absent: Tekton lets it pass. */
  readonly tektonMessage?: string;
}

/** A name that is not among those known, and the one that was probably meant. */
export interface UnknownName {
  readonly name: string;
  readonly suggestion?: string | undefined;
  readonly known: readonly string[];
}

/** One way a manifest can be wrong. `Facts` are the values its sentences show. */
export interface ProblemDefinition<Facts> {
  readonly severity: Severity;
  /** Where Tekton's admission lets it pass and the run goes on, it is a warning. Absent: the severity is the same everywhere. */
  readonly isWarningIfAdmitted?: true;
  /** Heading in docs/problems.md. */
  readonly title: string;
  /** What goes wrong when it is not mended, for docs/problems.md. */
  readonly explanation: string;
  readonly message: (details: Facts) => string;
  readonly hint: (details: Facts) => string;
}

/** A row that stops a manifest. */
export const error = <Facts>(
  title: string,
  why: string,
  says: ProblemDefinition<Facts>['message'],
  hint: ProblemDefinition<Facts>['hint'],
): ProblemDefinition<Facts> => ({
  severity: 'error',
  title,
  explanation: why,
  message: says,
  hint,
});

/** A row that stops a manifest where Tekton's admission refuses it; elsewhere the run goes on, and the row warns. */
export const errorUnlessAdmitted = <Facts>(
  title: string,
  why: string,
  says: ProblemDefinition<Facts>['message'],
  hint: ProblemDefinition<Facts>['hint'],
): ProblemDefinition<Facts> => ({ ...error(title, why, says, hint), isWarningIfAdmitted: true });

/** A row that does not. */
export const warning = <Facts>(
  title: string,
  why: string,
  says: ProblemDefinition<Facts>['message'],
  hint: ProblemDefinition<Facts>['hint'],
): ProblemDefinition<Facts> => ({
  severity: 'warning',
  title,
  explanation: why,
  message: says,
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

/** What was probably meant, else what there is, else what to do. */
export function suggestionOr(suggestion: string | undefined, known: readonly string[], otherwise: string): string {
  if (suggestion !== undefined) return `did you mean ${quote(suggestion)}?`;
  return known.length > 0 ? `use one of: ${quoteList(known)}` : otherwise;
}
