/** The value of a param on the command line, by the type that is declared. Pure. */

import type { ParamType, ParamValue } from '@pipewright/tekton';

/** How a value of a type is written, for hints. */
export const PARAM_VALUE_FORMS: Readonly<Record<ParamType, string>> = {
  string: 'VALUE',
  array: 'ITEM,ITEM',
  object: 'KEY:VALUE,KEY:VALUE',
};

/** Parses `ITEM,ITEM` for an array, and `KEY:VALUE,KEY:VALUE` or JSON for an object. */
export function parseParamValue(type: ParamType, text: string): ParamValue {
  switch (type) {
    case 'string':
      return text;
    case 'array':
      return text.split(',');
    case 'object':
      return text.startsWith('{') ? (tryParseObject(text) ?? text) : fromPairs(text);
  }
}

/** Returns a JSON object with values as text; undefined for any other text. The checks report such a text. */
function tryParseObject(text: string): Readonly<Record<string, string>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => [
        key,
        typeof item === 'string' ? item : JSON.stringify(item),
      ]),
    );
  } catch {
    return undefined;
  }
}

/** Returns the pairs of a text; the text itself if it has another form, which the checks report. */
function fromPairs(text: string): ParamValue {
  const pairs = text
    .split(',')
    .map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)] as const);
  return pairs.some(([key]) => key === '') || text.split(',').some((pair) => !pair.includes(':'))
    ? text
    : Object.fromEntries(pairs);
}
