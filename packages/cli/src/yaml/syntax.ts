/**
 * Reports the syntax errors of a YAML document: one finding for each cause.
 *
 * The parser continues after an error and reports several for one missing bracket. Only the first error of a line is
 * reported, and an unclosed bracket or quote is reported where it opens. Errors in single words (an unknown escape, a
 * value that starts with `@`) are each reported.
 */

import { isMap, isScalar, isSeq, visit, type Document, type Node, type YAMLParseError } from 'yaml';
import type { Finding } from '../diagnostics/finding.js';
import { lineAt, placeOf, type SourceText } from './text.js';

/** Errors in a single word, which are reported regardless of other errors on the line. */
const WORD_ERRORS: ReadonlySet<string> = new Set([
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'BAD_ALIAS',
  'ALIAS_PROPS',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'TAG_RESOLVE_FAILED',
]);

const ADVICE: Readonly<Record<string, string>> = {
  BAD_INDENT: 'align it with its neighbours: the keys of an object start at the same column',
  MISSING_CHAR: 'a quote, bracket, colon or comma is missing, here or on the lines above',
  UNEXPECTED_TOKEN: 'put text that starts with a special character in quotes',
  BAD_ALIAS: 'text that starts with * is an alias; put it in quotes if it is text',
  BAD_SCALAR_START: 'put the text in quotes',
  BAD_DQ_ESCAPE: 'in double quotes a backslash starts an escape; write \\\\ or use single quotes',
  TAB_AS_INDENT: 'indent with spaces',
};

/** Messages and hints for messages of the parser. `$1` is replaced by the first group. */
const MESSAGES: readonly { readonly pattern: RegExp; readonly message: string; readonly hint: string }[] = [
  {
    pattern: /^Missing closing (["'])quote$/,
    message: 'the $1 that opens here is not closed',
    hint: `close it; a quote in the text itself is written \\" in double quotes, and '' in single ones`,
  },
  {
    pattern: /^Flow (?:map|sequence) .*end with a ([\]}])$/,
    message: 'the bracket that opens here is not closed',
    hint: 'add the $1 that belongs to it',
  },
  {
    pattern: /^All (mapping|sequence) items must start at the same column$/,
    message: 'the line starts at a different column than its neighbours',
    hint: 'align it with them: the keys of an object, or the items of a list, start at the same column',
  },
  {
    pattern: /^Nested mappings are not allowed in compact mappings$/,
    message: 'the value of a key contains another key',
    hint: 'put a value that contains `: ` in quotes; if the next line is the other key, align it with this one',
  },
  {
    pattern: /^Unexpected block-seq-ind on same line with key$/,
    message: 'a list item where a key is expected',
    hint: 'write it on a separate line below its key',
  },
  {
    pattern: /^Unexpected \S*scalar (?:token|at node end)$/,
    message: 'there is more text after the end of the value',
    hint: 'put the whole value in quotes; between values a comma, a colon or a line break is missing',
  },
  {
    pattern: /^Unexpected , in /,
    message: 'a comma with nothing before it',
    hint: 'remove the comma, or add the missing item before it',
  },
  {
    pattern: /^Implicit keys need to be on a single line$/,
    message: 'a key and a colon are expected here',
    hint: 'a colon is missing after a key, or a text of several lines needs quotes or `|`',
  },
  {
    pattern: /^(?:Not a YAML token: |Block scalar header includes )/,
    message: 'text follows the indicator of a block scalar',
    hint: 'start the text on the next line, indented; if it is not a block, put it in quotes',
  },
];

/** Maximum number of errors to examine: a malicious file could have a million. */
const MAX_ERRORS = 200;

interface ReportedError {
  readonly error: YAMLParseError;
  /** The line on which the parser reported it. */
  readonly line: number;
  /** The offset at which it is reported to the user. */
  readonly offset: number;
}

/** The findings, and all lines with parser errors: further findings on them are redundant. */
export interface SyntaxFindings {
  readonly findings: readonly Finding[];
  readonly lines: ReadonlySet<number>;
}

/** Returns the syntax errors of one document. */
export function syntaxFindings(source: SourceText, document: Document.Parsed): SyntaxFindings {
  const lineOf = (offset: number): number => placeOf(source, Math.min(offset, source.text.length)).line;
  const errors = document.errors.slice(0, MAX_ERRORS);
  const opened = openings(document, errors);
  const mistakes = errors.map((error): ReportedError => ({
    error,
    line: lineOf(error.pos[0]),
    offset: opened.get(error) ?? error.pos[0],
  }));
  const misread = new Set(mistakes.filter(({ error }) => !isIndependent(error)).map(({ line }) => line));
  const [words, shapes] = split(
    mistakes,
    ({ error, line }) => isIndependent(error) && !(isComma(error) && misread.has(line)),
  );
  const byLine = firstOfEach(afterBlocks(source, shapes), ({ line }) => line);
  const roots = firstOfEach(byLine, ({ offset }) => lineOf(offset));
  return {
    findings: [...roots, ...words].map((mistake) => describe(source, mistake)),
    lines: new Set([...mistakes.map(({ line }) => line), ...roots.map(({ offset }) => lineOf(offset))]),
  };
}

/**
 * Returns whether an error is a missing or extra comma, which is meaningless on a line that is misparsed for another
 * reason.
 */
const isComma = ({ message }: YAMLParseError): boolean => /^(?:Missing , |Unexpected , )/.test(message);

const isIndependent = (error: YAMLParseError): boolean => WORD_ERRORS.has(error.code) || isComma(error);

/** Returns the mistakes that match a predicate, and the others. */
const split = (
  mistakes: readonly ReportedError[],
  fits: (mistake: ReportedError) => boolean,
): readonly [readonly ReportedError[], readonly ReportedError[]] => [
  mistakes.filter(fits),
  mistakes.filter((mistake) => !fits(mistake)),
];

/** Returns the most specific error for each key: one in `MESSAGES`, else the first. */
function firstOfEach(
  mistakes: readonly ReportedError[],
  keyOf: (mistake: ReportedError) => number,
): readonly ReportedError[] {
  const first = new Map<number, ReportedError>();
  for (const mistake of mistakes) {
    const known = first.get(keyOf(mistake));
    if (known === undefined || rank(mistake) < rank(known)) first.set(keyOf(mistake), mistake);
  }
  return [...first.values()];
}

function rank({ error }: ReportedError): number {
  const index = MESSAGES.findIndex(({ pattern }) => pattern.test(error.message));
  return index === -1 ? MESSAGES.length : index;
}

/** Drops errors within a text block whose header is invalid: its lines are text, but were parsed as YAML. */
function afterBlocks(source: SourceText, mistakes: readonly ReportedError[]): readonly ReportedError[] {
  const indent = (line: number): number => lineAt(source, line).search(/[^ ]|$/);
  let block: ReportedError | undefined;
  return mistakes.filter((mistake) => {
    if (block !== undefined && mistake.line > block.line && indent(mistake.line) > indent(block.line)) return false;
    block = mistake.error.message.startsWith('Block scalar header') ? mistake : undefined;
    return true;
  });
}

const OPEN = /^(?:(Missing closing)|(Flow map) .*end with|(Flow sequence) .*end with)/;

/** Returns the start of each unclosed bracket or quote, by error. Visits the tree once for all of them. */
function openings(document: Document.Parsed, errors: readonly YAMLParseError[]): ReadonlyMap<YAMLParseError, number> {
  const open = errors.filter(({ message }) => OPEN.test(message));
  if (open.length === 0) return new Map();
  const starts = new Map<string, number>();
  visit(document, (_, node) => {
    const kind = isMap(node)
      ? 'Flow map'
      : isSeq(node)
        ? 'Flow sequence'
        : isScalar(node)
          ? 'Missing closing'
          : undefined;
    const range = kind === undefined ? undefined : (node as Node).range; // these kinds occur only on nodes
    if (range) starts.set(`${kind ?? ''} ${String(range[1])}`, range[0]);
  });
  const found = new Map<YAMLParseError, number>();
  for (const error of open) {
    const kind = OPEN.exec(error.message)?.slice(1).find(Boolean);
    const start = starts.get(`${kind ?? ''} ${String(error.pos[0])}`);
    if (start !== undefined) found.set(error, start);
  }
  return found;
}

function describe(source: SourceText, { error, offset }: ReportedError): Finding {
  const place = placeOf(source, Math.min(offset, source.text.length));
  const { message, hint } = explain(error, lineAt(source, place.line));
  const quote = lineAt(source, place.line);
  return { severity: 'error', code: 'YAML_SYNTAX', place, message: `not YAML: ${message}`, hint, quote };
}

/** Returns whether a line contains a template expression, as in Helm charts. */
export const isTemplate = (line: string): boolean => /\{\{.*\}\}/.test(line);

/** The message and hint for such a line. */
export const TEMPLATE = {
  message: 'a template that is not rendered',
  hint: 'render it first, and check the result',
};

function explain(error: YAMLParseError, line: string): { readonly message: string; readonly hint: string } {
  if (/^(?:<{7}|={7}|>{7})(?: |$)/.test(line))
    return { message: 'a merge conflict marker', hint: 'keep one of the two sides, and remove the markers' };
  if (isTemplate(line)) return TEMPLATE;
  const own = MESSAGES.find(({ pattern }) => pattern.test(error.message));
  if (own) {
    const sign = own.pattern.exec(error.message)?.[1] ?? '';
    return { message: own.message.replace('$1', sign), hint: own.hint.replace('$1', sign) };
  }
  const hint = ADVICE[error.code] ?? 'compare the line with its neighbours; the mistake is often one line above';
  return { message: brief(lowerFirst(error.message)), hint };
}

/** Shortens text quoted by the parser, which may be the rest of the file or a secret. */
const brief = (message: string): string =>
  message.replace(/(in YAML stream: )("(?:[^"\\]|\\.)*")/s, (_, before: string, text: string) =>
    text.length <= 42 ? before + text : `${before}${text.slice(0, 41)}…"`,
  );

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
