/**
 * Loads manifests: objects with their positions in the source, and problems in the text of files.
 *
 * The rest of the command does not handle YAML. It resolves the position of a path through the manifest.
 */

import { canonicalFields, createProblem } from '@pipewright/tekton';
import { hasErrors, type Finding, type SourcePosition } from '../diagnostics/finding.js';
import type { SearchOptions } from './file-search.js';
import { isObject, textAt, type JsonObject } from '../json.js';
import { lostIndentation } from '../yaml/indentation.js';
import { locate, nodeAt, writtenAt, type Located, type Path } from '../yaml/locate.js';
import { parseYaml, type ParsedDocument } from '../yaml/parse.js';
import { readSources } from './sources.js';
import { lineAt, placeOf, type SourceText } from '../yaml/text.js';
import { readValue } from '../yaml/value.js';

/** A Kubernetes object of a file. */
export interface Manifest {
  readonly object: JsonObject;
  readonly file: string;
  /** Whether its text has errors, so that its content cannot be validated. */
  readonly isFaulty: boolean;
  readonly locate: (path: Path) => Located;
  readonly quote: (place: SourcePosition) => string;
  /** Returns the source text of the plain scalar at a path. */
  readonly written: (path: Path) => string | undefined;
  /** Returns the line to quote in a finding; undefined if it may contain a value of a Secret. */
  readonly quotable: (place: SourcePosition) => string | undefined;
}

/** The loaded manifests. Findings concern the text of the files; the content of objects is validated elsewhere. */
export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
}

/** Reads files, folders and `-`, and expands each `kind: List`. It is an error if no object is found. */
export function loadManifests(
  paths: readonly string[],
  stdin?: () => Uint8Array,
  options: SearchOptions = {},
): Manifests {
  const { texts, found, findings } = readSources(paths, stdin, options);
  const loaded = texts
    .map((text) => ({ text, ...loadText(text) }))
    .filter((each) => !found.has(each.text) || looksLikeManifests(each));
  const all = {
    manifests: loaded.flatMap(({ manifests }) => manifests),
    findings: [...findings, ...loaded.flatMap((each) => each.findings)],
  };
  return all.manifests.length > 0 || all.findings.length > 0 ? all : { ...all, findings: [nothingFound(paths)] };
}

/** Returns whether a file found in a folder is a Kubernetes manifest: other tools keep YAML and JSON there too. */
const looksLikeManifests = ({ manifests, findings }: Manifests): boolean =>
  manifests.some(({ object }) => 'apiVersion' in object || 'kind' in object) ||
  findings.some(({ severity, code }) => severity === 'error' && code !== 'NOT_AN_OBJECT');

/** Parses one text that is already in memory. */
export function loadText(source: SourceText): Manifests {
  const { documents, findings } = parseYaml(source);
  const hasSecret = SECRET_KIND.test(source.text);
  const loaded = documents.map((document) => readDocument(document, hasSecret));
  const all = [...findings, ...loaded.flatMap((each) => each.findings)];
  return {
    manifests: loaded.flatMap(({ manifests }) => manifests),
    findings: hasSecret ? all.map(withoutValues) : all,
  };
}

/**
 * Matches a text that contains or was meant to contain a Secret. Even if it is malformed, lines that may contain a
 * value are not quoted.
 */
const SECRET_KIND = /\bkind["']?\s*:\s*["']?Secret\b/;

/** Matches a line with only a key, or with a field that is not confidential. */
const SAFE_LINE = /^\s*(?:- )?(?:[\w.-]+:|(?:apiVersion|kind):.*)\s*$/;

function withoutValues(finding: Finding): Finding {
  const { quote, ...others } = finding;
  return quote === undefined || SAFE_LINE.test(quote) ? finding : others;
}

function quotableLine(source: SourceText, line: number, hasSecret: boolean): string | undefined {
  const text = lineAt(source, line);
  return SAFE_LINE.test(text) || !hasSecret ? text : undefined;
}

/** Returns the Secrets among manifests. */
export const secretObjects = (manifests: readonly Manifest[]): readonly JsonObject[] =>
  manifests.flatMap(({ object }) => (textAt(object, 'kind') === 'Secret' ? [object] : []));

/** A document whose objects are loaded. */
interface Document {
  readonly parsed: ParsedDocument;
  /** Whether its text has errors. */
  readonly isFaulty: boolean;
  /** Whether the text of its file contains a Secret. */
  readonly hasSecret: boolean;
}

function readDocument(parsed: ParsedDocument, hasSecret: boolean): Manifests {
  const lost = lostIndentation(parsed);
  const { value, findings } = readValue(parsed, lost.explained);
  const all = [...lost.findings, ...findings];
  const isFaulty = parsed.isFaulty || hasErrors(all);
  if (isObject(value) && isStandIns(value)) return { manifests: [], findings: isFaulty ? all : [standIns(parsed)] };
  if (!isObject(value)) return { manifests: [], findings: isFaulty ? all : [notAnObject(parsed)] };
  const loaded = expand(value, [], { parsed, isFaulty, hasSecret });
  return {
    manifests: loaded.map(({ manifest }) => manifest),
    findings: [...all, ...loaded.flatMap((each) => each.findings)],
  };
}

/** A manifest, and findings about differences between its text and its object. */
interface LoadedManifest {
  readonly manifest: Manifest;
  readonly findings: readonly Finding[];
}

function expand(value: JsonObject, base: Path, document: Document): readonly LoadedManifest[] {
  const items = value['items'];
  if (textAt(value, 'kind') !== 'List' || !Array.isArray(items)) return [manifestAt(value, base, document)];
  return items.flatMap((item: unknown, index) =>
    isObject(item) ? expand(item, [...base, 'items', index], document) : [],
  );
}

/** Creates a manifest with canonical field names, so that other code need not handle alternative spellings. */
function manifestAt(written: JsonObject, base: Path, { parsed, isFaulty, hasSecret }: Document): LoadedManifest {
  const { object, renamed } = canonicalFields(written);
  const manifest: Manifest = {
    object: isObject(object) ? object : written,
    file: parsed.source.file,
    isFaulty,
    locate: (path) => locate(parsed, path, nodeAt(parsed, base)),
    written: (path) => writtenAt(parsed, path, nodeAt(parsed, base)),
    quote: ({ line }) => lineAt(parsed.source, line),
    quotable: ({ line }) => quotableLine(parsed.source, line, hasSecret),
  };
  const findings = (isFaulty ? [] : renamed).map(({ path, name, isDuplicate: twice }): Finding => {
    const { code, severity, message, hint } = createProblem('FIELD_CASE', path, {
      name,
      twice,
      written: String(path.at(-1)),
    });
    const place = manifest.locate(path).key;
    const quote = manifest.quotable(place);
    return { severity, code, place, message, hint, ...(quote !== undefined && { quote }) };
  });
  return { manifest, findings };
}

/** Returns whether a document is a pipewright.yaml file, regardless of its name. */
const isStandIns = (value: JsonObject): boolean =>
  Object.keys(value).length > 0 && Object.keys(value).every((key) => STAND_INS.has(key));

const STAND_INS: ReadonlySet<string> = new Set(['images', 'resources', 'node']);

const standIns = (parsed: ParsedDocument): Finding =>
  noManifest(
    parsed,
    'these are stand-ins of a machine, not a manifest',
    'pass the file to `run` or `up` with --config, and name the manifests here',
  );

const notAnObject = (parsed: ParsedDocument): Finding =>
  noManifest(
    parsed,
    'a manifest is an object with apiVersion and kind, but this is not an object',
    'start with `apiVersion:`; if this is not a manifest, exclude the file',
  );

function noManifest(parsed: ParsedDocument, message: string, hint: string): Finding {
  const place = placeOf(parsed.source, parsed.root.range[0]);
  const quote = lineAt(parsed.source, place.line);
  return { severity: 'error', code: 'NOT_AN_OBJECT', place, message, hint, quote };
}

const nothingFound = (paths: readonly string[]): Finding => ({
  severity: 'error',
  code: 'NO_OBJECTS',
  place: { file: paths[0] ?? '.', line: 1, column: 1 },
  message: `no objects found in ${paths.join(', ')}`,
  hint: 'name files or folders with *.yaml, *.yml or *.json; `npx cdk8s synth` writes them to dist/',
});
