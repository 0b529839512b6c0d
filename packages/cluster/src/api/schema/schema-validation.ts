/**
 * Validates a value by its structural schema; reports all mistakes, with Kubernetes' messages and causes.
 *
 * Pure, and bounded: a schema with many alternatives and an object with many items could take too long. Unknown fields are pruned or
 * rejected before (`schema.ts`).
 */

import { canonicalJson, isObject, deepEqual } from '../../model/json.js';
import { PatternCache, type CompiledPattern } from './patterns.js';
import {
  collectCauses,
  duplicate,
  invalidValue,
  notSupported,
  required,
  requestEntityTooLarge,
  type Cause,
  type Report,
} from '../status-error.js';
import { below, type Schema } from './schema.js';

/** The most steps of one check, about 0.1 µs each. */
const MAX_STEPS = 5_000_000;

/** The state of a check. */
interface Check {
  readonly report: Report;
  /** The remaining steps, shared with nested checks. */
  readonly budget: { steps: number };
  readonly patterns: PatternCache;
}

/** The remaining steps of several checks together. */
export type CheckBudget = Check['budget'];

/** Returns the budget of one request. */
export const checkBudget = (): CheckBudget => ({ steps: MAX_STEPS });

/** What checks of one request share. */
export interface CheckOptions {
  /** @default - this check has one of its own */
  readonly budget?: CheckBudget;
  /** @default - patterns are compiled for this check alone */
  readonly patterns?: PatternCache;
}

/** Returns everything about a value that its schema does not allow. Throws a 413 if the check exceeds its budget. */
export function checkSchema(value: unknown, schema: Schema, path = '', options: CheckOptions = {}): readonly Cause[] {
  const { budget = checkBudget(), patterns = new PatternCache() } = options;
  return collectCauses((report) => checkValue(value, schema, path, { report, budget, patterns }));
}

function chargeSteps({ budget }: Check, steps: number): void {
  budget.steps -= steps;
  if (budget.steps < 0)
    throw requestEntityTooLarge(
      'Request entity too large: the object cannot be validated by its schema in reasonable time',
    );
}

function checkValue(value: unknown, schema: Schema, path: string, check: Check): void {
  chargeSteps(check, 1);
  if (value === undefined || (value === null && schema.nullable === true)) return;
  const mistyped = checkType(value, schema, path);
  if (mistyped) {
    check.report(mistyped);
    return;
  }
  if (schema.enum) checkEnum(value, schema.enum, path, check);
  if (typeof value === 'number') checkNumber(value, schema, path, check);
  if (typeof value === 'string') checkString(value, schema, path, check);
  if (Array.isArray(value)) checkList(value, schema, path, check);
  if (isObject(value)) checkFields(value, schema, path, check);
  checkJunctors(value, schema, path, check);
}

/** Returns the JSON type of a value, as schemas name it. */
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

const mistyped = (path: string, expectedType: string, type: string): Cause => ({
  reason: 'FieldValueTypeInvalid',
  field: path,
  message: `Invalid value: "${type}": ${path} in body must be of type ${expectedType}: "${type}"`,
});

function checkEnum(value: unknown, allowed: readonly unknown[], path: string, check: Check): void {
  chargeSteps(check, allowed.length);
  if (!allowed.some((each) => deepEqual(each, value))) check.report(notSupported(path, value, allowed.map(String)));
}

function checkNumber(value: number, schema: Schema, path: string, { report }: Check): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const reportShouldBe = (reason: string) => report(invalidValue(path, value, `${path} in body should be ${reason}`));
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    reportShouldBe(`greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
  }
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    reportShouldBe(`less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) reportShouldBe(`a multiple of ${multipleOf}`);
}

function checkString(value: string, schema: Schema, path: string, check: Check): void {
  const { minLength, maxLength, format } = schema;
  const { report } = check;
  const length = minLength === undefined && maxLength === undefined ? 0 : characters(value);
  if (maxLength !== undefined && length > maxLength) {
    const message = `Too long: may not be more than ${maxLength} bytes`;
    report({ reason: 'FieldValueTooLong', field: path, message });
  }
  if (minLength !== undefined && length < minLength) {
    report(invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`));
  }
  if (schema.pattern !== undefined) checkPattern(value, schema, path, check);
  if (format !== undefined && FORMATS.get(format)?.(value) === false) {
    report(invalidValue(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`));
  }
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['date-time', (text) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)],
  ['date', (text) => /^\d{4}-\d\d-\d\d$/.test(text)],
  ['byte', (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0],
  ['uuid', (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text)],
  ['uri', (text) => URL.canParse(text) || text.startsWith('/')],
]);

/** The number of characters that one instruction of a pattern matches in the time of a step. */
const MATCHED_IN_A_STEP = 4;

function checkPattern(value: string, schema: Schema, path: string, check: Check): void {
  const found = check.patterns.compile(schema);
  const isMatch = found.kind === 'pattern' && matches(value, found.pattern, check);
  if (!isMatch) check.report(invalidValue(path, value, `${path} in body should match '${schema.pattern ?? ''}'`));
}

function matches(
  value: string,
  pattern: Extract<CompiledPattern, { kind: 'pattern' }>['pattern'],
  check: Check,
): boolean {
  chargeSteps(check, (value.length * pattern.cost) / MATCHED_IN_A_STEP);
  return pattern.matches(value);
}

function checkList(value: readonly unknown[], schema: Schema, path: string, check: Check): void {
  const { items, minItems, maxItems } = schema;
  if (maxItems !== undefined && value.length > maxItems) {
    const message = `Too many: ${value.length}: must have at most ${maxItems} items`;
    check.report({ reason: 'FieldValueTooMany', field: path, message });
  }
  if (minItems !== undefined && value.length < minItems) {
    check.report(invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`));
  }
  checkUnique(value, schema, path, check);
  if (items) for (const [index, item] of value.entries()) checkValue(item, items, `${path}[${index}]`, check);
}

/** Checks that items of a set, and keys of map items, are unique. */
function checkUnique(value: readonly unknown[], schema: Schema, path: string, check: Check): void {
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') return;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const texts = new Set<string>();
  for (const [index, item] of value.entries()) {
    chargeSteps(check, 1 + keys.length);
    const id = kind === 'set' ? item : Object.fromEntries(keys.map((key) => [key, isObject(item) ? item[key] : null]));
    const text = canonicalJson(id);
    if (texts.has(text)) check.report(duplicate(`${path}[${index}]`, id));
    texts.add(text);
  }
}

function checkFields(value: Readonly<Record<string, unknown>>, schema: Schema, path: string, check: Check): void {
  const { properties = {}, additionalProperties, required: requiredNames = [], minProperties, maxProperties } = schema;
  chargeSteps(check, requiredNames.length);
  for (const field of requiredNames)
    if (!Object.hasOwn(value, field) || value[field] === undefined) check.report(required(below(path, field)));
  const count = Object.keys(value).length;
  if (minProperties !== undefined && count < minProperties) {
    check.report(invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && count > maxProperties) {
    check.report(invalidValue(path, count, `${path} in body should have at most ${maxProperties} properties`));
  }
  for (const [field, item] of Object.entries(value)) {
    const known = Object.hasOwn(properties, field) ? properties[field] : additionalProperties;
    if (typeof known === 'object') checkValue(item, known, below(path, field), check);
  }
}

function checkJunctors(value: unknown, schema: Schema, path: string, check: Check): void {
  const { allOf = [], anyOf, oneOf, not } = schema;
  const isValid = (each: Schema): boolean => {
    let isValidSoFar = true;
    checkValue(value, each, path, { ...check, report: () => (isValidSoFar = false) });
    return isValidSoFar;
  };
  const reportInBody = (reason: string): void => check.report(invalidValue(path, value, `${path} in body ${reason}`));
  for (const each of allOf) checkValue(value, each, path, check);
  if (anyOf && !anyOf.some(isValid)) reportInBody('must validate at least one schema (anyOf)');
  const valid = oneOf?.filter(isValid).length ?? 1;
  if (valid !== 1) {
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    reportInBody(`must validate one and only one schema (oneOf). ${found}`);
  }
  if (not && isValid(not)) reportInBody('must not validate the schema (not)');
}
