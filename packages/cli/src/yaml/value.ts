/**
 * Converts a syntax tree to the JSON that kubectl would send.
 *
 * Scalars are parsed with kubectl's rules, `<<` is merged, and aliases are copied up to a limit. A duplicate key is an
 * error although kubectl uses the last one: it is always a mistake.
 */

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Scalar,
  type Alias,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Finding } from '../diagnostics/finding.js';
import type { Json } from '../json.js';
import { isYaml11Boolean, NotJson, readPlain } from './scalar.js';
import { lineAt, placeOf, type SourceText } from './text.js';
import type { ParsedDocument } from './parse.js';
import { isTemplate, TEMPLATE } from './syntax.js';

/** Maximum number of values that aliases and merges may add to one document, as a protection against alias bombs. */
export const MAX_COPIES = 50_000;

/** The value, and problems found while reading it. */
export interface YamlValue {
  readonly value: Json;
  readonly findings: readonly Finding[];
}

/** Reads one document. `spared` contains duplicate keys that another finding explains. */
export function readValue(parsed: ParsedDocument, explainedKeys: ReadonlySet<Node> = new Set()): YamlValue {
  const reader = new Reader(parsed, explainedKeys);
  const value = reader.read(parsed.root);
  const errors = reader.findings.filter(
    ({ severity, place }) => severity === 'error' && !parsed.errorLines.has(place.line),
  );
  // In a faulty document, warnings about single words would be misleading.
  return { value, findings: parsed.isFaulty || errors.length > 0 ? errors : reader.findings };
}

/**
 * Returns a key as kubectl would convert it, for messages and lookups; undefined if it is not a scalar, is null or is
 * invalid.
 */
export function keyText(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined;
  if (node.type !== Scalar.PLAIN) return String(node.value);
  try {
    const value = readPlain(String(node.value));
    return value === null ? undefined : String(value);
  } catch {
    return undefined;
  }
}

/** Maximum nesting of aliases, as a protection against alias bombs. */
const MAX_ALIAS_DEPTH = 50;

class Reader {
  readonly findings: Finding[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  readonly #parsed: ParsedDocument;
  readonly #explainedKeys: ReadonlySet<Node>;
  #copies = 0;
  #copying = 0;

  constructor(parsed: ParsedDocument, spared: ReadonlySet<Node>) {
    this.#parsed = parsed;
    this.#explainedKeys = spared;
  }

  read(node: unknown): Json {
    if (this.#copies > MAX_COPIES || (this.#copying > 0 && ++this.#copies > MAX_COPIES)) return null;
    if (isAlias(node)) return this.#alias(node);
    if (isScalar(node)) {
      this.#anchor(node);
      return this.#scalar(node);
    }
    if (!isMap(node) && !isSeq(node)) return null;
    this.#anchor(node);
    this.#open.add(node);
    // The library declares the keys of a Pair as unknown.
    const value = isMap(node) ? this.#object(node.items as readonly Pair[]) : node.items.map((item) => this.read(item));
    this.#open.delete(node);
    return value;
  }

  #anchor(node: Scalar | YAMLMap | YAMLSeq): void {
    if (node.anchor !== undefined && this.#copying === 0) this.#anchors.set(node.anchor, node);
  }

  #alias(node: Alias): Json {
    if (this.#copies > MAX_COPIES) return null;
    const target = this.#copying === 0 ? this.#anchors.get(node.source) : this.#parsed.targets.get(node);
    if (target === undefined) {
      this.#report(
        node,
        'YAML_ALIAS',
        `no anchor &${node.source} before this alias`,
        'put the text in quotes if it is not an alias',
      );
      return null;
    }
    this.#parsed.targets.set(node, target);
    if (this.#open.has(target)) {
      this.#report(
        node,
        'YAML_ALIAS',
        `the alias *${node.source} refers to a value that contains it`,
        'write the value in full',
      );
      return null;
    }
    return this.#copy(node, target);
  }

  #copy(node: Alias, target: Node): Json {
    this.#copying += 1;
    const value = this.#copying > MAX_ALIAS_DEPTH ? null : this.read(target);
    this.#copying -= 1;
    const large = this.#copies > MAX_COPIES;
    if ((large || this.#copying >= MAX_ALIAS_DEPTH) && !this.findings.some(({ code }) => code === 'YAML_TOO_COMPLEX')) {
      this.#copies = MAX_COPIES + 1;
      this.#report(
        node,
        'YAML_TOO_COMPLEX',
        large
          ? `aliases make the document larger by more than ${String(MAX_COPIES)} values`
          : `aliases of aliases go deeper than ${String(MAX_ALIAS_DEPTH)}`,
        'write the values in full, or use fewer aliases of aliases',
      );
    }
    return value;
  }

  /**
   * Reads an object. Its own keys take precedence over merged ones, except that in kubectl a later `<<` overrides
   * earlier keys.
   */
  #object(pairs: readonly Pair[]): Json {
    const entries = new Map<string, Json>();
    const seen = new Map<string, Node>();
    for (const { key, value } of pairs) {
      if (isScalar(key) && key.type === Scalar.PLAIN && key.value === '<<') {
        for (const [name, merged] of this.#merged(value)) entries.set(name, merged);
        continue;
      }
      const name = keyText(key);
      if (name === undefined) {
        this.#reportKey(key);
        continue;
      }
      const first = seen.get(name);
      if (isScalar(key)) this.#warnOddBoolean(key, String(key.value));
      if (first !== undefined && isScalar(key) && !this.#explainedKeys.has(key)) this.#repeated(name, key, first);
      else if (isScalar(key)) seen.set(name, key);
      entries.set(name, this.read(value));
    }
    return fromEntries(entries);
  }

  #reportKey(key: unknown): void {
    const { line } = placeOf(this.#source, offsetOf(key));
    const own = { message: 'a key must be text', hint: 'put it in quotes' };
    const { message, hint } = isTemplate(lineAt(this.#source, line)) ? TEMPLATE : own;
    this.#report(key, 'YAML_KEY', message, hint);
  }

  #merged(node: unknown): readonly (readonly [string, Json])[] {
    const sources = isSeq(node) ? [...node.items].reverse() : [node];
    return sources.flatMap((source) => {
      const value = this.read(source);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
      if (this.#copies > MAX_COPIES) return [];
      this.#report(
        source,
        'YAML_MERGE',
        'the value of `<<` is not an object',
        'merge an alias of an object, as in `<<: *defaults`',
      );
      return [];
    });
  }

  #scalar(node: Scalar): Json {
    const text = String(node.value);
    if (node.tag !== undefined && node.tag.startsWith('tag:yaml.org,2002:')) return this.#tagged(node, node.tag, text);
    if (node.type !== Scalar.PLAIN) return text;
    this.#checkCurlyQuote(node, text);
    this.#warnOddBoolean(node, text);
    return this.#plain(node, text);
  }

  #plain(node: Scalar, text: string): Json {
    try {
      return readPlain(text);
    } catch (cause) {
      if (!(cause instanceof NotJson)) throw cause;
      this.#report(
        node,
        'YAML_NUMBER',
        `${text} is not a number in JSON, and kubectl rejects it`,
        'put it in quotes if it is text',
      );
      return null;
    }
  }

  #tagged(node: Scalar, tag: string, text: string): Json {
    switch (tag.slice('tag:yaml.org,2002:'.length)) {
      case 'str':
        return text;
      case 'binary':
        return Buffer.from(text, 'base64').toString('utf8');
      case 'int':
      case 'float':
      case 'bool':
      case 'null':
        return this.#plain(node, text);
      default:
        this.#report(node, 'YAML_TAG', `the tag !!${tag.slice(18)} has no meaning in Kubernetes`, 'remove the tag');
        return null;
    }
  }

  /** Reports plain text that starts with a curly quote, which was meant to be quoted. */
  #checkCurlyQuote(node: Scalar, text: string): void {
    const quote = /^[\u2018\u2019\u201a-\u201e]/.exec(text)?.[0];
    if (quote === undefined || this.findings.length > 50) return;
    const code = `U+${(quote.codePointAt(0) ?? 0).toString(16).toUpperCase()}`;
    this.#report(
      node,
      'YAML_CHARACTER',
      `the text starts with a curly quote (${code}), which YAML reads as part of it`,
      `type ${/[\u201c-\u201e]/.test(quote) ? '"' : "'"}; if the curly quote belongs to the text, put the whole text in straight quotes`,
    );
  }

  /**
   * Warns about words that YAML 1.1, and therefore kubectl, parses as booleans: in manifests, most are meant as text.
   */
  #warnOddBoolean(node: Scalar, text: string): void {
    if (node.type !== Scalar.PLAIN || this.#copying > 0 || !isYaml11Boolean(text)) return;
    const value = String(readPlain(text));
    this.#report(
      node,
      'YAML_BOOLEAN',
      `\`${text}\` without quotes is ${value} for kubectl`,
      `put it in quotes if it is text, else write ${value}`,
      'warning',
    );
  }

  #repeated(name: string, key: Node, first: Node): void {
    const line = placeOf(this.#source, first.range?.[0] ?? 0).line;
    this.#report(
      key,
      'YAML_DUPLICATE_KEY',
      `\`${name}\` is repeated in one object; first in line ${String(line)}`,
      'remove one of them, or correct the indentation if it belongs elsewhere',
    );
  }

  get #source(): SourceText {
    return this.#parsed.source;
  }

  #report(node: unknown, code: string, message: string, hint: string, severity: Finding['severity'] = 'error'): void {
    if (this.findings.length >= 50) return;
    const place = placeOf(this.#source, offsetOf(node));
    this.findings.push({ severity, code, place, message, hint, quote: lineAt(this.#source, place.line) });
  }
}

const offsetOf = (node: unknown): number =>
  isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;

/** Converts entries to an object. As with JSON.parse, a key `__proto__` becomes an ordinary property. */
function fromEntries(entries: ReadonlyMap<string, Json>): Json {
  return Object.fromEntries(entries);
}
