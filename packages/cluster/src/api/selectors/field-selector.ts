/**
 * Field selectors of lists, watches and deletecollection.
 *
 * Pure. Separate because authorization (which uses the selected name) and the list must parse a selector alike. The grammar is that of
 * Kubernetes' `fields.ParseSelector`.
 */

import type { KubeObject } from '../../model/json.js';
import { badRequest } from '../status-error.js';
import type { ResourceType } from '../kinds/resource-type.js';

/** Whether an object is selected. */
export type Matches = (object: KubeObject) => boolean;

/** One requirement of a field selector. */
export interface FieldTerm {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** The result of parsing a field selector. */
export type ParsedFieldSelector =
  | { readonly kind: 'terms'; readonly terms: readonly FieldTerm[] }
  | { readonly kind: 'invalid'; readonly message: string };

/** Parses a field selector. */
export function parseFieldSelector(text: string): ParsedFieldSelector {
  const terms: FieldTerm[] = [];
  for (const part of splitTerms(text)) {
    if (part === '') continue;
    const [, field, operator, escaped = ''] = /^([^=!]*(?:!(?!=)[^=!]*)*)(!=|==|=)([\s\S]*)$/.exec(part) ?? [];
    if (field === undefined)
      return { kind: 'invalid', message: `invalid selector: '${text}'; can't understand '${part}'` };
    const fault = escapeFault(escaped);
    if (fault !== undefined) return { kind: 'invalid', message: fault };
    const value = escaped.replaceAll(/\\([\\,=])/g, '$1');
    terms.push({ field, operator: operator === '!=' ? '!=' : '=', value });
  }
  return { kind: 'terms', terms };
}

/** Splits at commas that are not escaped. */
function splitTerms(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let position = 0; position < text.length; position += 1) {
    if (text[position] === '\\') position += 1;
    else if (text[position] === ',') {
      parts.push(text.slice(start, position));
      start = position + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** Returns why the escapes of a value are not valid. */
function escapeFault(value: string): string | undefined {
  for (let position = 0; position < value.length; position += 1) {
    if (value[position] === '\\') {
      const escape = value.slice(position, position + 2);
      if (!['\\\\', '\\,', '\\='].includes(escape)) return `invalid field selector: invalid escape sequence: ${escape}`;
      position += 1;
    } else if (value[position] === '=')
      return `invalid field selector: unescaped character in value: ${value[position]}`;
  }
  return undefined;
}

/** Returns the name that a selector selects, or `''`. */
export function selectedName(selector: ParsedFieldSelector): string {
  if (selector.kind === 'invalid') return '';
  const found = selector.terms.find(({ field, operator }) => field === 'metadata.name' && operator === '=');
  return found?.value ?? '';
}

const METADATA: Readonly<Record<string, (object: KubeObject) => string>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
};

/** The error for an unknown field. Kinds with selectable fields of their own have another message. */
const unknownField = (field: string, { rules, custom }: ResourceType): Error =>
  custom || rules.selectable
    ? badRequest(`field label not supported: ${field}`)
    : badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);

/** Returns the predicate of a field selector; undefined if it selects everything. Throws a 400 if the kind does not support it. */
export function fieldSelector(text: string | null, type: ResourceType): Matches | undefined {
  const selector = parseFieldSelector(text ?? '');
  if (selector.kind === 'invalid') throw badRequest(selector.message);
  if (selector.terms.length === 0) return undefined;
  const all = selector.terms.map(({ field, operator, value }): Matches => {
    const read = readerOf(field, type);
    if (!read) throw unknownField(field, type);
    return operator === '!=' ? (object) => read(object) !== value : (object) => read(object) === value;
  });
  return (object) => all.every((predicate) => predicate(object));
}

function readerOf(field: string, { rules }: ResourceType): ((object: KubeObject) => string) | undefined {
  if (Object.hasOwn(METADATA, field)) return METADATA[field];
  return rules.selectable && Object.hasOwn(rules.selectable, field) ? rules.selectable[field] : undefined;
}
