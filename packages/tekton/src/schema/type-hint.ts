/**
 * Hints for values of a wrong type.
 *
 * Separate from the check because a hint must give exactly what the author meant. Uses the source text of a scalar where available,
 * since `0755` and `1.10` change when they are parsed.
 */

import { displayValue } from '../problems/problem.js';

/** A value as a sentence names it: `the number 5`, `a list`; with the text it was written as where that differs. */
export function describeValue(value: unknown, sourceText?: string): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'number' || typeof value === 'boolean') {
    const text = String(value);
    return `the ${typeof value} ${text}${sourceText === undefined || sourceText === text ? '' : ` (written ${displayValue(sourceText)})`}`;
  }
  return typeof value === 'string' ? `the string '${displayValue(value)}'` : 'a mapping';
}

/** What is known about a value of the wrong type. */
export interface TypeMismatch {
  /** As the message says it: `a string`, `a list`. */
  readonly expected: string;
  readonly value: unknown;
  /** The text of a scalar, as its file has it. */
  readonly sourceText?: string | undefined;
  /** Name of the field. */
  readonly field: string | number | undefined;
  /** Whether the elements of the wanted list are texts. */
  readonly hasStringItems?: boolean;
  /** Whether the wanted mapping has a field `name`. */
  readonly hasNameField?: boolean;
}

/** The remedy, as an imperative. */
export function typeHint({
  expected,
  value,
  sourceText,
  field,
  hasStringItems = false,
  hasNameField = false,
}: TypeMismatch): string {
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  if (expected.startsWith('a string') && isPlain) {
    const text = sourceText ?? String(value);
    const isBareDuration = field === 'timeout' && /^\d*[1-9]\d*$/.test(text);
    return isBareDuration ? `write it with its unit: ${text}s, ${text}m or ${text}h` : `put it in quotes: "${text}"`;
  }
  if (expected === 'a string' && Array.isArray(value) && value.length === 1 && typeof value[0] === 'string')
    return `write it without the list${inQuotes(value[0])}`;
  if (expected === 'a list' && hasStringItems && (typeof value === 'string' || isPlain)) {
    const text = JSON.stringify(sourceText ?? String(value));
    return isShort(text) ? `write it as a list: [${text}]` : "write it as a list, with '- ' before it";
  }
  if (expected === 'a list') return "begin each element with '- '";
  if (expected === 'a mapping' && hasNameField && typeof value === 'string' && /^[\w.-]+$/.test(value))
    return `write it as a mapping: { name: ${JSON.stringify(value)} }`;
  if (expected === 'a whole number' && typeof value === 'string' && /^\d+$/.test(value))
    return `remove the quotes: ${value}`;
  if (expected === 'true or false' && typeof value === 'string' && /^(?:true|false)$/.test(value))
    return `remove the quotes: ${value}`;
  if (expected === 'true or false') return 'write true or false';
  return `write ${expected}`;
}

/** What JSON and a message show alike. */
const isShort = (json: string): boolean => displayValue(json) === json;

function inQuotes(text: string): string {
  const json = JSON.stringify(text);
  return isShort(json) ? `: ${json}` : '';
}

/** Suffixes that people write, and the powers of 1000 and 1024 that they mean. */
const MULTIPLES: Readonly<Record<string, readonly [string, string]>> = {
  k: ['k', 'Ki'],
  m: ['M', 'Mi'],
  g: ['G', 'Gi'],
  t: ['T', 'Ti'],
  p: ['P', 'Pi'],
};

/** The remedy for a text that is not a quantity. */
export function quantityHint(text: string): string {
  const [, number = '', word = ''] = /^\+?(\d+(?:[.,]\d+)?|\.\d+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const value = number.replace(',', '.');
  const unit = word.toLowerCase();
  const [, letter = '', isBinary] = /^([kmgtp])(i)?b?$/.exec(unit) ?? [];
  const multiples = MULTIPLES[letter];
  if (value === '') return GENERAL;
  if (multiples) {
    const [decimal, binary] = multiples;
    return isBinary === undefined ? `write ${value}${decimal} or ${value}${binary}` : `write ${value}${binary}`;
  }
  if (/^(?:|b|bytes?|cpus?|cores?|vcpus?)$/.test(unit)) return `write ${value}`;
  return unit === 'millis' || unit === 'millicores' ? `write ${value}m` : GENERAL;
}

const GENERAL = 'write a number with a suffix, for example 500m for half a CPU, 512Mi for memory';
