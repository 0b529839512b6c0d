/**
 * YAML text to documents: a syntax tree each, and everything that is wrong with the text.
 *
 * The tree is kept because findings made much later, on objects, are shown at its positions. Values are read from it by
 * `value.ts`, with kubectl's rules.
 */

import { Composer, Parser, type CST, type Document, type Node, type ParsedNode } from 'yaml';
import type { Finding } from '../diagnostics/finding.js';
import { MAX_DEPTH, tryFindTooDeep } from './depth-limit.js';
import { findLookalikes } from './lookalike-characters.js';
import { syntaxFindings } from './syntax.js';
import { placeOf, type SourceText } from './text.js';

/** One YAML document that is not empty. */
export interface ParsedDocument {
  readonly source: SourceText;
  readonly root: ParsedNode;
  /** What each alias stands for; filled when the document's value is read. */
  readonly targets: Map<Node, Node>;
  /** Lines whose text is faulty: what is found there by reading on repeats that. */
  readonly damaged: ReadonlySet<number>;
  /** Whether its text has errors; checking its meaning would only repeat them. */
  readonly faulty: boolean;
}

/** The documents of one file. */
export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  readonly findings: readonly Finding[];
}

/** A hostile file has a million empty ones, of which each takes a kilobyte. */
const MAX_DOCUMENTS = 50_000;

/** Limit of findings for one file; a hostile file can have a million. */
const MAX_FINDINGS = 50;

/**
 * Reads one file's YAML or JSON.
 *
 * Damaged characters are reported and then read as what they were meant to be, so that the rest is found in the same pass.
 */
export function parseYaml(source: SourceText): ParsedFile {
  const { findings: damage, repaired, firstTab } = findLookalikes(source);
  const tokens = [...new Parser().parse(repaired)];
  const deep = tokens
    .map((token) => (token.type === 'document' ? tryFindTooDeep(token) : undefined))
    .find((at) => at !== undefined);
  if (deep !== undefined) return { documents: [], findings: [tooComplex(source, deep)] };
  const many = tokens.filter(({ type }) => type === 'document')[MAX_DOCUMENTS];
  if (many !== undefined) return { documents: [], findings: [tooMany(source, many.offset)] };

  const documents: ParsedDocument[] = [];
  const findings: Finding[] = [...damage];
  for (const document of compose(tokens, repaired.length)) {
    const { findings: errors, lines } = syntaxFindings(source, document);
    const end = placeOf(source, document.range[2]).line;
    findings.push(...errors.filter(({ place }) => place.line < firstTab));
    if (document.contents === null || isEmpty(document)) continue;
    documents.push({
      source,
      root: document.contents,
      targets: new Map(),
      damaged: lines,
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
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0; // each problem is an Error whose stack is never read, and a hostile file can have a million
  try {
    return [...composer.compose(tokens, true, length)] as Document.Parsed[]; // what the composer yields is always parsed
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** A document with comments alone, or nothing between two separators. */
const isEmpty = ({ contents, errors }: Document.Parsed): boolean =>
  errors.length === 0 &&
  contents !== null &&
  'source' in contents &&
  contents.source === '' &&
  contents.tag === undefined;

const tooMany = (source: SourceText, offset: number): Finding => ({
  severity: 'error',
  code: 'YAML_TOO_COMPLEX',
  place: placeOf(source, offset),
  message: `the file has more than ${String(MAX_DOCUMENTS)} documents`,
  hint: 'split it',
});

const tooComplex = (source: SourceText, offset: number): Finding => ({
  severity: 'error',
  code: 'YAML_TOO_COMPLEX',
  place: placeOf(source, offset),
  message: `the document is nested deeper than ${String(MAX_DEPTH)} levels`,
  hint: 'no Kubernetes object is; check the brackets and the indentation',
});
