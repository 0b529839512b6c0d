/**
 * YAML text to documents: a syntax tree each, and everything that is wrong with the text.
 *
 * The tree is kept because findings made much later, on objects, are shown at its positions. Values are read from it by
 * `value.ts`, with kubectl's rules.
 */

import { Composer, Parser, type CST, type Document, type Node, type ParsedNode, type YAMLParseError } from 'yaml';
import type { Finding } from '../finding.js';
import { MAX_DEPTH, tooDeep } from './bounds.js';
import { damagedCharacters } from './damage.js';
import { lineAt, placeOf, type SourceText } from './text.js';

/** One YAML document that is not empty. */
export interface ParsedDocument {
  readonly source: SourceText;
  readonly root: ParsedNode;
  /** What each alias stands for; filled when the document's value is read. */
  readonly targets: Map<Node, Node>;
  /** Whether its own text is faulty, so that checking what it says would only repeat that. */
  readonly faulty: boolean;
}

/** The documents of one file. */
export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  readonly findings: readonly Finding[];
}

/** More findings about one text help nobody, and a hostile file may have a million. */
const MAX_FINDINGS = 50;

/**
 * Reads one file's YAML or JSON.
 *
 * Damaged characters are reported and then read as what they were meant to be, so that the rest is found in the same pass.
 */
export function parseYaml(source: SourceText): ParsedFile {
  const { findings: damage, repaired, firstTab } = damagedCharacters(source);
  const tokens = [...new Parser().parse(repaired)];
  const deep = tokens
    .map((token) => (token.type === 'document' ? tooDeep(token) : undefined))
    .find((at) => at !== undefined);
  if (deep !== undefined) return { documents: [], findings: [tooComplex(source, deep)] };

  const documents: ParsedDocument[] = [];
  const findings: Finding[] = [...damage];
  for (const document of compose(tokens, repaired.length)) {
    const errors = document.errors.map((error) => syntaxError(source, error));
    const end = placeOf(source, document.range[2]).line;
    findings.push(...errors.filter(({ place }) => place.line < firstTab));
    if (document.contents === null || isEmpty(document)) continue;
    documents.push({
      source,
      root: document.contents,
      targets: new Map(),
      faulty: errors.length > 0 || end >= firstTab,
    });
  }
  return { documents, findings: findings.slice(0, MAX_FINDINGS) };
}

/** `failsafe` leaves every scalar as text: kubectl's own rules decide what it is. */
function compose(tokens: readonly CST.Token[], length: number): Document.Parsed[] {
  const composer = new Composer({
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    merge: false,
    logLevel: 'silent',
  });
  return [...composer.compose(tokens, true, length)] as Document.Parsed[]; // what the composer yields is always parsed
}

/** A document with comments alone, or nothing between two separators. */
const isEmpty = ({ contents, errors }: Document.Parsed): boolean =>
  errors.length === 0 &&
  contents !== null &&
  'source' in contents &&
  contents.source === '' &&
  contents.tag === undefined;

const tooComplex = (source: SourceText, offset: number): Finding => ({
  severity: 'error',
  code: 'YAML_TOO_COMPLEX',
  place: placeOf(source, offset),
  message: `the document is nested deeper than ${String(MAX_DEPTH)} levels`,
  hint: 'no Kubernetes object is; check the brackets and the indentation',
});

const ADVICE: Readonly<Record<string, string>> = {
  BAD_INDENT: 'line it up with its neighbours: keys of one object start at one column',
  BLOCK_AS_IMPLICIT_KEY: 'put a value with `: ` in it in quotes, or start a new line for a nested key',
  MULTILINE_IMPLICIT_KEY: 'a colon is missing after a key, or a text of several lines needs quotes or `|`',
  MISSING_CHAR: 'a quote, bracket, colon or comma is missing, here or on the lines above',
  UNEXPECTED_TOKEN: 'put text that starts with a special character in quotes',
  BAD_ALIAS: 'text that starts with * is an alias; put it in quotes if it is text',
  BAD_DQ_ESCAPE: 'in double quotes a backslash starts an escape; write \\\\ or use single quotes',
  TAB_AS_INDENT: 'indent with spaces',
};

function syntaxError(source: SourceText, error: YAMLParseError): Finding {
  const place = placeOf(source, Math.min(error.pos[0], source.text.length));
  return {
    severity: 'error',
    code: 'YAML_SYNTAX',
    place,
    message: `not YAML: ${brief(lowerFirst(error.message))}`,
    hint: ADVICE[error.code] ?? 'compare the line with its neighbours; the mistake is often one line above',
    quote: lineAt(source, place.line),
  };
}

/** The parser quotes the text it stumbles over, which may be the rest of the file, or a secret: its beginning says enough. */
const brief = (message: string): string =>
  message.replace(/(in YAML stream: )("(?:[^"\\]|\\.)*")/s, (_, before: string, text: string) =>
    text.length <= 42 ? before + text : `${before}${text.slice(0, 41)}…"`,
  );

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
