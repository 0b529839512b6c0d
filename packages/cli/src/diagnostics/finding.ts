/**
 * Findings: problems in a file with position, severity, message and hint.
 *
 * All readers of user input (manifests, pipewright.yaml, checks of packages/tekton) report findings, so that they can
 * be collected, sorted and printed together.
 */

import { wrap } from '../terminal/columns.js';
import { visible } from '../terminal/lines.js';
import { sourceExcerpt } from '../terminal/source-excerpt.js';

/** A position in a file. `line` and `column` count from 1. With `line` 0, `file` is a command line option. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One problem in a file. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly place: SourcePosition;
  readonly message: string;
  readonly hint: string;
  /** The text of the line. Undefined if the place has no line, or if the line may contain a secret. */
  readonly quote?: string;
  /**
   * Column of the caret in the quote, from 1, if masking moved it; 0 if the text is masked. Absent: the column of
   * `place`.
   */
  readonly caret?: number;
}

/** Sorts by file, then by position; errors come before warnings at the same position. */
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

/** Returns whether any finding is an error. */
export const hasErrors = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === 'error');

/** Returns a finding with secrets masked in its texts. */
export const maskedFinding = (finding: Finding, hide: (text: string) => string): Finding => ({
  ...finding,
  message: hide(finding.message),
  hint: hide(finding.hint),
  ...(finding.quote !== undefined && maskedQuote(finding.quote, finding.place.column, hide)),
});

function maskedQuote(line: string, column: number, hide: (text: string) => string): Pick<Finding, 'quote' | 'caret'> {
  const quote = hide(line);
  if (quote === line) return { quote };
  const before = hide(line.slice(0, column - 1));
  return { quote, caret: quote.startsWith(before) ? before.length + 1 : 0 };
}

/** Returns `1 error` or `2 errors, 1 warning`; empty if there are no findings. */
export function countOf(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return [plural(errors, 'error'), plural(findings.length - errors, 'warning')].filter(Boolean).join(', ');
}

const plural = (count: number, noun: string): string =>
  count === 0 ? '' : `${String(count)} ${noun}${count === 1 ? '' : 's'}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Colours of a finding's parts; identity functions for plain output. */
export interface Paint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly dim: (text: string) => string;
}

const plain: Paint = { error: (text) => text, warning: (text) => text, dim: (text) => text };

/** Returns a position in the form that editors accept: `file:line:column`. */
export const positionText = ({ file, line, column }: SourcePosition): string =>
  line === 0 ? file : `${file}:${String(line)}:${String(column)}`;

/**
 * Formats one finding: `file:line:column error CODE message`, the quoted line with a caret if there is one, and the
 * hint.
 *
 * @param columns of the terminal; undefined for other outputs, in which text is not wrapped
 */
export function describeFinding(finding: Finding, paint: Paint = plain, columns?: number): string {
  const { place, severity, code, message, hint } = finding;
  const wrapped = (line: string): readonly string[] => (columns === undefined ? [line] : wrap(line, columns));
  return [
    ...wrapped(`${visible(positionText(place))}  ${paint[severity](severity)}  ${code}  ${visible(message)}`),
    ...quoteLines(finding, paint, columns),
    ...hint.split('\n').flatMap((text) => wrapped(`  hint: ${visible(text)}`)),
  ].join('\n');
}

/** Maximum columns of a quoted line. */
const MAX_COLUMNS = 120;

/** Minimum columns of a quoted line, even on a narrow terminal. */
const MIN_COLUMNS = 12;

function quoteLines(
  { place, severity, quote, caret = place.column }: Finding,
  paint: Paint,
  columns = Infinity,
): readonly string[] {
  if (quote === undefined) return [];
  const line = String(place.line);
  const available = columns - `    ${line} | `.length;
  const excerpt = sourceExcerpt(quote, caret, Math.max(MIN_COLUMNS, Math.min(MAX_COLUMNS, available)));
  const shown = paint.dim(`    ${line} | ${excerpt.text}`);
  if (caret === 0) return [shown];
  const margin = paint.dim(`    ${' '.repeat(line.length)} |`);
  return [shown, `${margin} ${excerpt.caret.slice(0, -1)}${paint[severity]('^')}`];
}
