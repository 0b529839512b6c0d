/**
 * Judges a value by its structural schema; every mistake at once, in upstream's words and with upstream's causes.
 *
 * Pure. Unknown fields are not judged here: they are dropped or refused before (`schema.ts`).
 */

import { isObject, same, textOf } from './json.js';
import { duplicate, invalidValue, notSupported, required, type Cause } from './refusal.js';
import { below, type Schema } from './schema.js';

/** Everything about a value that its schema does not allow. */
export function checkSchema(value: unknown, schema: Schema, path = ''): Cause[] {
  if (value === undefined || (value === null && schema.nullable === true)) return [];
  const mistyped = checkType(value, schema, path);
  if (mistyped) return [mistyped];
  return [
    ...checkEnum(value, schema, path),
    ...(typeof value === 'number' ? checkNumber(value, schema, path) : []),
    ...(typeof value === 'string' ? checkString(value, schema, path) : []),
    ...(Array.isArray(value) ? checkList(value, schema, path) : []),
    ...(isObject(value) ? checkFields(value, schema, path) : []),
    ...checkJunctors(value, schema, path),
  ];
}

/** The JSON type of a value, as schemas name it. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkType(value: unknown, schema: Schema, path: string): Cause | undefined {
  const type = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] === true) {
    return type === 'integer' || type === 'string' ? undefined : mistyped(path, 'integer,string', type);
  }
  if (schema.type === undefined || schema.type === '') return undefined;
  if (schema.type === type || (schema.type === 'number' && type === 'integer')) return undefined;
  return mistyped(path, schema.type, type);
}

const mistyped = (path: string, wanted: string, type: string): Cause => ({
  reason: 'FieldValueTypeInvalid',
  field: path,
  message: `Invalid value: "${type}": ${path} in body must be of type ${wanted}: "${type}"`,
});

const checkEnum = (value: unknown, { enum: allowed }: Schema, path: string): Cause[] =>
  allowed && !allowed.some((each) => same(each, value)) ? [notSupported(path, value, allowed.map(String))] : [];

function checkNumber(value: number, schema: Schema, path: string): Cause[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const wrong: Cause[] = [];
  const says = (why: string) => wrong.push(invalidValue(path, value, `${path} in body should be ${why}`));
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    says(`greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
  }
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    says(`less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) says(`a multiple of ${multipleOf}`);
  return wrong;
}

function checkString(value: string, schema: Schema, path: string): Cause[] {
  const { minLength, maxLength, pattern, format } = schema;
  const wrong: Cause[] = [];
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) {
    wrong.push({
      reason: 'FieldValueTooLong',
      field: path,
      message: `Too long: may not be more than ${maxLength} bytes`,
    });
  }
  if (minLength !== undefined && length < minLength) {
    wrong.push(invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`));
  }
  if (pattern !== undefined && !compiled(pattern).test(value)) {
    wrong.push(invalidValue(path, value, `${path} in body should match '${pattern}'`));
  }
  if (format !== undefined && FORMATS[format]?.(value) === false) {
    wrong.push(invalidValue(path, value, `${path} in body must be of type ${format}: ${textOf([value]).slice(1, -1)}`));
  }
  return wrong;
}

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
  uuid: (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
  uri: (text) => URL.canParse(text) || text.startsWith('/'),
};

const patterns = new Map<string, RegExp>();

/** A schema's pattern, compiled once. Go's and JavaScript's dialects agree on what definitions use in practice. */
function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known) return known;
  const made = new RegExp(pattern, 'u');
  patterns.set(pattern, made);
  return made;
}

function checkList(value: readonly unknown[], schema: Schema, path: string): Cause[] {
  const { items, minItems, maxItems } = schema;
  const wrong: Cause[] = [];
  if (maxItems !== undefined && value.length > maxItems) {
    wrong.push({
      reason: 'FieldValueTooMany',
      field: path,
      message: `Too many: ${value.length}: must have at most ${maxItems} items`,
    });
  }
  if (minItems !== undefined && value.length < minItems) {
    wrong.push(invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`));
  }
  wrong.push(...checkUnique(value, schema, path));
  if (items) for (const [index, item] of value.entries()) wrong.push(...checkSchema(item, items, `${path}[${index}]`));
  return wrong;
}

/** Items of a set, and items of a map by their keys, appear once. */
function checkUnique(value: readonly unknown[], schema: Schema, path: string): Cause[] {
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  return value.flatMap((item, index) => {
    const id = kind === 'set' ? item : Object.fromEntries(keys.map((key) => [key, isObject(item) ? item[key] : null]));
    const text = JSON.stringify(id);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [duplicate(`${path}[${index}]`, id)];
  });
}

function checkFields(value: Readonly<Record<string, unknown>>, schema: Schema, path: string): Cause[] {
  const { properties = {}, additionalProperties, required: needed = [], minProperties, maxProperties } = schema;
  const wrong: Cause[] = needed
    .filter((field) => !Object.hasOwn(value, field) || value[field] === undefined)
    .map((field) => required(below(path, field)));
  const count = Object.keys(value).length;
  if (minProperties !== undefined && count < minProperties) {
    wrong.push(invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && count > maxProperties) {
    wrong.push(invalidValue(path, count, `${path} in body should have at most ${maxProperties} properties`));
  }
  for (const [field, item] of Object.entries(value)) {
    const known = Object.hasOwn(properties, field) ? properties[field] : additionalProperties;
    if (typeof known === 'object') wrong.push(...checkSchema(item, known, below(path, field)));
  }
  return wrong;
}

function checkJunctors(value: unknown, schema: Schema, path: string): Cause[] {
  const { allOf, anyOf, oneOf, not } = schema;
  const holds = (each: Schema): boolean => checkSchema(value, each, path).length === 0;
  const wrong = (allOf ?? []).flatMap((each) => checkSchema(value, each, path));
  const says = (why: string) => wrong.push(invalidValue(path, value, `${path} in body ${why}`));
  if (anyOf && !anyOf.some(holds)) says('must validate at least one schema (anyOf)');
  if (oneOf && oneOf.filter(holds).length !== 1) {
    says(
      `must validate one and only one schema (oneOf)${oneOf.some(holds) ? '. Found 2 valid alternatives' : '. Found none valid'}`,
    );
  }
  if (not && holds(not)) says('must not validate the schema (not)');
  return wrong;
}
