/**
 * What the command tells an author about a file: where, how bad, what, and what to do.
 *
 * Every reader of user text (manifests, pipewright.yaml, checks of packages/tekton) reports findings, so that they can be
 * gathered, sorted and printed in one pass whatever found them.
 */

import { UNSEEN, visible } from './terminal/lines.js';

/** A position in a file. `line` and `column` count from 1. With `line` 0, `file` is an option of the command line. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing an author can fix. `line` is the text of the line, given where seeing it helps. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly place: Place;
  readonly message: string;
  readonly hint: string;
  readonly quote?: string;
}

/** Sorts by file, then position; errors come before warnings of the same place. */
export function inReadingOrder(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (a, b) =>
      compare(a.place.file, b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column ||
      compare(a.severity, b.severity) ||
      compare(a.code, b.code),
  );
}

/** Whether anything here stops a run. */
export const hasErrors = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === 'error');

/** Returns a finding whose texts have passed through a function that masks secrets. */
export const maskedFinding = (finding: Finding, hide: (text: string) => string): Finding => ({
  ...finding,
  message: hide(finding.message),
  hint: hide(finding.hint),
  ...(finding.quote !== undefined && { quote: hide(finding.quote) }),
});

/** `1 error`, `2 errors, 1 warning`; empty when there is nothing. */
export function countOf(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return [plural(errors, 'error'), plural(findings.length - errors, 'warning')].filter(Boolean).join(', ');
}

const plural = (count: number, noun: string): string =>
  count === 0 ? '' : `${String(count)} ${noun}${count === 1 ? '' : 's'}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Colours of a finding's parts; the identity functions when output is plain. */
export interface Paint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly dim: (text: string) => string;
}

const plain: Paint = { error: (text) => text, warning: (text) => text, dim: (text) => text };

/** A place as an author reads it, and as editors open it: `file:line:column`. */
export const placed = ({ file, line, column }: Place): string =>
  line === 0 ? file : `${file}:${String(line)}:${String(column)}`;

/** The text of one finding: `file:line:column  error  CODE  message`, the quoted line if there is one, and the hint. */
export function describeFinding(finding: Finding, paint: Paint = plain): string {
  const { place, severity, code, message, hint, quote } = finding;
  const lines = [`${visible(placed(place))}  ${paint[severity](severity)}  ${code}  ${visible(message)}`];
  if (quote !== undefined) lines.push(paint.dim(`    ${String(place.line)} | ${shorten(quote)}`));
  lines.push(...hint.split('\n').map((text) => `  hint: ${visible(text)}`));
  return lines.join('\n');
}

/** Keeps a quoted line on one screen line, and its control characters off the terminal. */
export function shorten(text: string, limit = 120): string {
  const shown = text.replace(UNSEEN, '\u00b7').replace(/\t/g, '\u2192');
  return shown.length <= limit ? shown : `${shown.slice(0, limit - 1)}\u2026`;
}
