/**
 * A small pretty-printer for TypeScript: keeps code on one line if it fits, and breaks it into several lines otherwise.
 *
 * Supports only what generated programs need: literals, calls whose last argument is a block, and functions. The layout
 * follows prettier.
 */

import { visible } from '../terminal/lines.js';

/** A fragment of a program. */
export type Code = string | readonly Code[] | Block;

/** A bracketed list of fields, elements or statements. */
export interface Block {
  readonly open: string;
  readonly close: string;
  readonly items: readonly Item[];
  /** Determines the separator. Statements end with their own semicolon and never share a line. */
  readonly kind: 'list' | 'fields' | 'statements';
}

/** An item of a block, with the comment printed above it. */
export interface Item {
  readonly code: Code;
  /** @default - none */
  readonly comment?: readonly string[];
}

const WIDTH = 110;

/** `[…]` */
export const arrayLiteral = (items: readonly (Code | Item)[]): Block => ({
  open: '[',
  close: ']',
  items: items.map(asItem),
  kind: 'list',
});

/** `{ … }` of `key: value`. Omits fields that are undefined. */
export function objectLiteral(record: Readonly<Record<string, Code | Item | undefined>>): Block {
  const items = Object.entries(record).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const { code, comment } = asItem(value);
    const short = code === key;
    return [{ code: short ? key : [`${propertyName(key)}: `, code], ...(comment && { comment }) }];
  });
  return { open: '{', close: '}', items, kind: 'fields' };
}

/** `{ … }` of statements, each of which includes its semicolon. */
export const statementBlock = (items: readonly Item[]): Block => ({ open: '{', close: '}', items, kind: 'statements' });

const isBlock = (code: Code): code is Block => typeof code === 'object' && 'items' in code;
const isItem = (it: Code | Item): it is Item => typeof it === 'object' && 'code' in it;
const asItem = (it: Code | Item): Item => (isItem(it) ? it : { code: it });

/** Returns whether a block has no items. */
export const isEmpty = (block: Block): boolean => block.items.length === 0;

/** Prints a fragment that starts at `column`, on lines indented by `indent`. */
export function print(code: Code, indent = 0, column = indent, after = 0): string {
  const line = onOneLine(code);
  if (line !== undefined && column + line.length + after <= WIDTH) return line;
  if (typeof code === 'string') return code;
  if (isBlock(code)) return multiLineBlock(code, indent);
  let printed = '';
  for (const [index, part] of code.entries()) {
    const rest = code.slice(index + 1).map((it) => onOneLine(it) ?? '');
    const lastLine = printed.slice(printed.lastIndexOf('\n') + 1);
    const at = printed.includes('\n') ? lastLine.length : column + printed.length;
    printed += print(part, indent, at, rest.join('').length + after);
  }
  return printed;
}

function multiLineBlock({ open, close, items, kind }: Block, indent: number): string {
  if (items.length === 0) return open + close;
  const margin = ' '.repeat(indent + 2);
  const lines = items.map(({ code, comment = [] }) => {
    const commentLines = comment.map((line) => `${margin}//${visible(line)}\n`).join(''); // a line break would end the comment
    return `${commentLines}${margin}${print(code, indent + 2, indent + 2, 1)}${kind === 'statements' ? '' : ','}`;
  });
  return `${open}\n${lines.join('\n')}\n${' '.repeat(indent)}${close}`;
}

/** Returns the fragment on one line; undefined if it needs several. */
function onOneLine(code: Code): string | undefined {
  if (typeof code === 'string') return code.includes('\n') ? undefined : code;
  if (!isBlock(code)) {
    const parts = code.map(onOneLine);
    return parts.some((part) => part === undefined) ? undefined : parts.join('');
  }
  const { open, close, items, kind } = code;
  if (items.length === 0) return open + close;
  if (kind === 'statements' || items.some(({ comment }) => comment && comment.length > 0)) return undefined;
  const parts = items.map((item) => onOneLine(item.code));
  if (parts.some((part) => part === undefined)) return undefined;
  return kind === 'fields' ? `${open} ${parts.join(', ')} ${close}` : open + parts.join(', ') + close;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/**
 * Returns a key of an object literal. `__proto__` is written as a computed key, because a plain one would set the
 * prototype.
 */
export const propertyName = (name: string): string =>
  name === '__proto__' ? `['__proto__']` : IDENTIFIER.test(name) ? name : quotedString(name);

/** Returns a member access: `params.path`, `params['dash-ed']`. */
export const memberAccess = (of: string, name: string): string =>
  IDENTIFIER.test(name) ? `${of}.${name}` : `${of}[${stringLiteral(name)}]`;

/** Returns a string literal; for multi-line text, a template literal, for readability. */
export function stringLiteral(value: string): string {
  return value.trimEnd().includes('\n') && !HIDDEN.test(value)
    ? `\`${escapeTemplateLiteral(value)}\``
    : quotedString(value);
}

/** Returns a quoted string literal, which is also valid as a property name. */
function quotedString(value: string): string {
  const escaped = JSON.stringify(value).replace(INVISIBLE, unicodeEscape);
  if (value.includes("'") && !value.includes('"')) return escaped;
  return `'${escaped.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** Returns a text escaped for use between the backticks of a template literal. */
export const escapeTemplateLiteral = (value: string): string =>
  value
    .replace(/\\|`|\$(?=\{)/g, '\\$&')
    .replaceAll('\r', '\\r')
    .replace(INVISIBLE, unicodeEscape);

/** Characters that a template literal would change or that are invisible in one. */
const HIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u00a0\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const INVISIBLE = /[\u007f-\u00a0\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const unicodeEscape = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
