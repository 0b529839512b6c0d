/**
 * Parses YAML to documents: a syntax tree for each, and all problems of the text.
 *
 * The tree is kept because later findings about objects are shown at its positions. `value.ts` reads values from it
 * with kubectl's rules.
 */

import { Composer, Parser, type CST, type Document, type Node, type Pair, type ParsedNode } from 'yaml';
import type { Finding } from '../diagnostics/finding.js';
import { MAX_DEPTH, tryFindTooDeep } from './depth-limit.js';
import { findLookalikes } from './lookalike-characters.js';
import { syntaxFindings } from './syntax.js';
import { placeOf, type SourceText } from './text.js';

/** A YAML document that is not empty. */
export interface ParsedDocument {
  readonly source: SourceText;
  readonly root: ParsedNode;
  /** The target of each alias; filled in when the value of the document is read. */
  readonly targets: Map<Node, Node>;
  /** The pairs of an object by key; filled in by lookups of positions. */
  readonly pairs: Map<Node, ReadonlyMap<string | undefined, Pair>>;
  /** Lines with syntax errors: further findings on them are redundant. */
  readonly errorLines: ReadonlySet<number>;
  /** Whether its text has errors; validating its content would only repeat them. */
  readonly isFaulty: boolean;
}

/** The documents of one file. */
export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  readonly findings: readonly Finding[];
}

/** Maximum number of documents: a malicious file could have a million empty ones, each of which takes a kilobyte. */
const MAX_DOCUMENTS = 50_000;

/** Maximum number of findings for one file: a malicious file could have a million. */
const MAX_FINDINGS = 50;

/**
 * Parses the YAML or JSON of one file.
 *
 * Reports look-alike characters and then replaces them with the intended ones, so that other problems are found in the
 * same pass.
 */
export function parseYaml(source: SourceText): ParsedFile {
  const { findings: lookalikes, repaired, firstTab } = findLookalikes(source);
  const tokens = [...new Parser().parse(repaired)];
  const deep = tokens
    .map((token) => (token.type === 'document' ? tryFindTooDeep(token) : undefined))
    .find((at) => at !== undefined);
  if (deep !== undefined) return { documents: [], findings: [tooComplex(source, deep)] };
  const many = tokens.filter(({ type }) => type === 'document')[MAX_DOCUMENTS];
  if (many !== undefined) return { documents: [], findings: [tooMany(source, many.offset)] };

  const documents: ParsedDocument[] = [];
  const findings: Finding[] = [...lookalikes];
  for (const document of compose(tokens, repaired.length)) {
    const { findings: errors, lines } = syntaxFindings(source, document);
    const end = placeOf(source, document.range[2]).line;
    findings.push(...errors.filter(({ place }) => place.line < firstTab));
    if (document.contents === null || isEmpty(document)) continue;
    documents.push({
      source,
      root: document.contents,
      targets: new Map(),
      pairs: new Map(),
      errorLines: lines,
      isFaulty: errors.length > 0 || end >= firstTab,
    });
  }
  return { documents, findings: findings.slice(0, MAX_FINDINGS) };
}

/** Composes documents. The `failsafe` schema leaves every scalar as text: `value.ts` applies kubectl's rules. */
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
  // Each problem is an Error whose stack is not used, and a malicious file can have a million.
  Error.stackTraceLimit = 0;
  try {
    return [...composer.compose(tokens, true, length)] as Document.Parsed[]; // it yields only parsed documents
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Returns whether a document has only comments, or is empty. */
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
