/**
 * Finds look-alike characters in YAML, inserted by word processors or web pages.
 *
 * Examples are an en dash instead of the `-` of a list, a non-breaking space as indentation, and a full-width colon.
 * YAML treats them as text, which leads to misleading error messages. Text inside quotes, comments and `|` blocks is
 * not checked.
 */

import { Lexer } from 'yaml';
import type { Finding } from '../diagnostics/finding.js';
import { lineAt, placeOf, type SourceText } from './text.js';

const NAMES: Readonly<Record<string, string>> = {
  '\u2010': 'a hyphen (U+2010)',
  '\u2011': 'a non-breaking hyphen (U+2011)',
  '\u2012': 'a figure dash (U+2012)',
  '\u2013': 'an en dash (U+2013)',
  '\u2014': 'an em dash (U+2014)',
  '\u2022': 'a bullet (U+2022)',
  '\u2212': 'a minus sign (U+2212)',
  '\u00a0': 'a non-breaking space (U+00A0)',
  '\u200b': 'a zero-width space (U+200B)',
  '\u202f': 'a narrow non-breaking space (U+202F)',
  '\u3000': 'an ideographic space (U+3000)',
  '\ufeff': 'a byte order mark (U+FEFF)',
  '\uff1a': 'a full-width colon (U+FF1A)',
};

const nameOf = (character: string): string =>
  NAMES[character] ??
  `a special space (U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')})`;

interface LookalikePattern {
  /** Its first group is the text before the character, its second the character. */
  readonly pattern: RegExp;
  readonly message: (name: string) => string;
  readonly hint: string;
}

const SPACES = '\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff';

const PATTERNS: readonly LookalikePattern[] = [
  {
    pattern: /^([ ]*(?:- +)*)([\u2010-\u2014\u2022\u2212])(?=\s|$)/u,
    message: (name) => `the list item starts with ${name}, which only looks like "-"`,
    hint: 'type "-"; if the line is text, put the text in quotes',
  },
  {
    pattern: new RegExp(`^([ ]*)([${SPACES}])`, 'u'),
    message: (name) => `the line is indented with ${name}, which only looks like a space`,
    hint: 'replace it with spaces',
  },
  {
    pattern: new RegExp(`^([ ]*(?:- +)*-)([${SPACES}])`, 'u'),
    message: (name) => `"-" is followed by ${name}, so it does not start a list item`,
    hint: 'replace it with a space',
  },
  {
    pattern: new RegExp(`^([ ]*(?:- +)*[A-Za-z][\\w./-]*:)([${SPACES}])`, 'u'),
    message: (name) => `the colon is followed by ${name}, so it does not end a key`,
    hint: 'replace it with a space',
  },
  {
    pattern: /^([ ]*(?:- +)*[A-Za-z][\w./-]*)(\uff1a)/u,
    message: (name) => `the key ends with ${name}, which only looks like ":"`,
    hint: 'type ":" and a space',
  },
  {
    pattern: /^( *)(\t)(?=[\t ]*[^\s#])/u,
    message: () => 'the line is indented with a tab, which YAML does not allow',
    hint: 'indent with spaces',
  },
];

/** The findings, and the text with the characters replaced one by one, so that positions are valid in both texts. */
export interface LookalikeReport {
  readonly findings: readonly Finding[];
  readonly repaired: string;
  /** The first line indented with a tab, whose intended width is unknown. */
  readonly firstTab: number;
}

interface Occurrence {
  readonly pattern: LookalikePattern;
  readonly character: string;
  readonly line: number;
  readonly offset: number;
}

/**
 * Finds lines with a look-alike character in place of a YAML indicator or space. Returns one finding per kind of
 * character.
 */
export function findLookalikes(source: SourceText): LookalikeReport {
  if (!SUSPICIOUS.test(source.text)) return { findings: [], repaired: source.text, firstTab: Infinity };
  const occurrences = occurrencesIn(source);
  const kinds = new Map<string, Occurrence[]>();
  for (const spot of occurrences) {
    const kind = `${spot.character}${String(PATTERNS.indexOf(spot.pattern))}`;
    const known = kinds.get(kind);
    if (known) known.push(spot);
    else kinds.set(kind, [spot]);
  }
  return {
    findings: [...kinds.values()].map((same) => describe(source, same)),
    repaired: repair(source, occurrences),
    firstTab: occurrences.find(({ character }) => character === '\t')?.line ?? Infinity,
  };
}

const SUSPICIOUS = new RegExp(`[\\t${SPACES}\u2010-\u2014\u2022\u2212\uff1a]`, 'u');

function occurrencesIn(source: SourceText): readonly Occurrence[] {
  const isProtected = protectedRanges(source.text);
  const occurrences: Occurrence[] = [];
  for (const [index, start] of source.lineStarts.entries()) {
    const text = lineAt(source, index + 1);
    for (const sign of PATTERNS) {
      const [, before, character] = sign.pattern.exec(text) ?? [];
      if (before === undefined || character === undefined || isProtected(start + before.length)) continue;
      occurrences.push({ pattern: sign, character, line: index + 1, offset: start + before.length });
      break;
    }
  }
  return occurrences;
}

function describe(source: SourceText, [first, ...others]: readonly Occurrence[]): Finding {
  if (!first) throw new Error('a kind of damage has a first spot');
  const named = others.slice(0, 5).map(({ line }) => String(line));
  const rest = others.length - named.length;
  const also =
    named.length === 0 ? '' : `; also in line ${named.join(', ')}${rest > 0 ? ` and ${String(rest)} more` : ''}`;
  return {
    severity: 'error',
    code: first.character === '\t' ? 'YAML_TAB' : 'YAML_CHARACTER',
    place: placeOf(source, first.offset),
    message: first.pattern.message(nameOf(first.character)) + also,
    hint: first.pattern.hint,
    quote: lineAt(source, first.line),
  };
}

/** Replaces look-alike characters with those of YAML, and all special spaces on an affected line with ordinary ones. */
function repair(source: SourceText, occurrences: readonly Occurrence[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { line, offset, character } of occurrences) {
    const start = source.lineStarts[line - 1] ?? 0;
    const text = lineAt(source, line);
    const own = SPACE.test(character) || character === '\t' ? ' ' : character === '\uff1a' ? ':' : '-';
    const repairedLine = text.slice(0, offset - start) + own + text.slice(offset - start + 1);
    parts.push(
      source.text.slice(at, start),
      repairedLine.replace(EVERY_SPACE, ' ').replace(/^[ \t]+/, (indent) => ' '.repeat(indent.length)),
    );
    at = start + text.length;
  }
  return parts.join('') + source.text.slice(at);
}

const SPACE = new RegExp(`[${SPACES}]`, 'u');
const EVERY_SPACE = new RegExp(`[${SPACES}]`, 'gu');

/**
 * Control tokens of the lexer, which do not occur in the text; SCALAR precedes a plain scalar or the text of a block.
 */
const CONTROL_TOKENS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);
const SCALAR = '\u001f';

/** Returns a predicate for offsets in quotes, comments, and `|` or `>` blocks. Call it with increasing offsets. */
function protectedRanges(text: string): (offset: number) => boolean {
  const ranges: (readonly [number, number])[] = [];
  let at = 0;
  let block: 'none' | 'announced' | 'next' = 'none';
  for (const lexeme of new Lexer().lex(text)) {
    if (CONTROL_TOKENS.has(lexeme)) {
      if (lexeme === SCALAR && block === 'announced') block = 'next';
      continue;
    }
    const end = at + lexeme.length;
    if (block === 'next' || /^["'#]/.test(lexeme)) ranges.push([at, end]);
    if (block === 'next') block = 'none';
    else if (/^[|>][-+0-9]*$/.test(lexeme)) block = 'announced';
    at = end;
  }
  let next = 0;
  return (offset) => {
    while ((ranges[next]?.[1] ?? Infinity) <= offset) next += 1;
    return (ranges[next]?.[0] ?? Infinity) <= offset;
  };
}
