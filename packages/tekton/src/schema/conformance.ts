/**
 * Checks a value against its schema: unknown fields, missing fields, wrong types.
 *
 * Returns only what conforms, so later checks can rely on the wire types; everything else is reported and left out. `null` counts as
 * absent, as in the API server.
 */

import type { ObjectId } from '../problems/problem.js';
import type { Report } from '../problems/report.js';
import type { ObjectSchema, Schema, StringSchema } from './schema.js';
import { quantityHint, typeHint, describeValue, type TypeMismatch } from './type-hint.js';
import type { FieldPath, MutablePath } from '../model/field-path.js';
import { isQuantity } from '@pipewright/apimachinery';

/** Whether a value is an object with fields, and not null or a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The webhook's messages of one API version about nonconforming values; `undefined` where it accepts them. */
export interface ConformanceMessages {
  readonly unknownField: (name: string) => string | undefined;
  readonly wrongType: (expected: string, value: unknown, path: FieldPath, object: ObjectId) => string | undefined;
  readonly invalidQuantity: (value: string) => string | undefined;
  readonly missingField: (
    name: string,
    siblings: Readonly<Record<string, unknown>>,
    path: FieldPath,
  ) => string | undefined;
  readonly unknownValue: (value: string, path: FieldPath, parent: unknown) => string | undefined;
}

/** Where conformance problems are reported, and the webhook's messages about them. */
export interface ConformanceOutput {
  readonly report: Report;
  readonly messages: ConformanceMessages;
}

/** Reports the parts of `value` that do not conform to `schema`. Returns the rest, or `undefined` if nothing conforms. */
export const conform = (value: unknown, schema: Schema, path: FieldPath, output: ConformanceOutput): unknown =>
  conformValue(value, schema, [...path], output, undefined);

function conformValue(
  value: unknown,
  schema: Schema,
  path: MutablePath,
  output: ConformanceOutput,
  parent: unknown,
): unknown {
  if (value === undefined || value === null) return undefined;
  switch (schema.kind) {
    case 'string':
      return typeof value === 'string'
        ? conformString(value, schema, path, output, parent)
        : reportWrongType('a string', value, path, output);
    case 'boolean':
      return typeof value === 'boolean' ? value : reportWrongType('true or false', value, path, output);
    case 'integer':
      return conformInteger(value, schema.minimum, path, output);
    case 'quantity':
      return typeof value === 'number' || isQuantityText(value) ? value : reportInvalidQuantity(value, path, output);
    case 'intOrString':
      if (typeof value === 'string' || Number.isInteger(value)) return value;
      return reportWrongType('a whole number or a string', value, path, output);
    case 'value':
      return conformParamValue(value, path, output);
    case 'anyValue':
      return conformAnyValue(value, path, output);
    case 'list':
      return Array.isArray(value)
        ? conformItems(value, schema.of, path, output)
        : reportWrongType('a list', value, path, output, { hasStringItems: schema.of.kind === 'string' });
    case 'map':
      if (!isRecord(value)) return reportWrongType('a mapping', value, path, output);
      return conformEntries(value, path, (item) => conformValue(item, schema.of, path, output, undefined));
    case 'open':
      if (schema.of) return conformValue(value, schema.of, path, output, parent);
      if (schema.list ? Array.isArray(value) : isRecord(value)) return value;
      return reportWrongType(schema.list ? 'a list' : 'a mapping', value, path, output);
    case 'object':
      return isRecord(value)
        ? conformFields(value, schema, path, output)
        : reportWrongType('a mapping', value, path, output, { hasNameField: schema.fields['name']?.kind === 'string' });
  }
}

/** Nonconforming elements are replaced, so that the indexes of the others are unchanged. A conforming list is returned itself. */
function conformItems(
  list: readonly unknown[],
  of: Schema,
  path: MutablePath,
  output: ConformanceOutput,
): readonly unknown[] {
  const at = path.length;
  let kept: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    path[at] = index;
    const fitting = conformValue(list[index], of, path, output, undefined) ?? placeholder(of);
    if (fitting !== list[index]) kept ??= list.slice(0, index);
    if (kept) kept[index] = fitting;
  }
  path.length = at;
  return kept ?? list;
}

/** Returns a placeholder for a missing required value, so that types hold; it has already been reported. */
function placeholder(schema: Schema): unknown {
  if (schema.kind === 'string' || schema.kind === 'value' || schema.kind === 'anyValue') return '';
  if (schema.kind !== 'object') return undefined;
  return Object.fromEntries(schema.required.map((name) => [name, placeholder(schema.fields[name] ?? schema)]));
}

/** Returns the conforming entries. A conforming object is returned itself, to avoid copies. */
function conformEntries(
  value: Readonly<Record<string, unknown>>,
  path: MutablePath,
  each: (item: unknown, name: string) => unknown,
): Readonly<Record<string, unknown>> {
  const at = path.length;
  const names = Object.keys(value);
  let kept: [string, unknown][] | undefined;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? '';
    path[at] = name;
    const fitting = each(value[name], name);
    if (fitting !== value[name]) kept ??= names.slice(0, index).map((before) => [before, value[before]]);
    if (fitting !== undefined) kept?.push([name, fitting]);
  }
  path.length = at;
  return kept ? Object.fromEntries(kept) : value;
}

function conformFields(
  value: Record<string, unknown>,
  schema: ObjectSchema,
  path: MutablePath,
  output: ConformanceOutput,
): object {
  const kept = conformEntries(value, path, (item, name) => {
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    if (field) return conformValue(item, field, path, output, value);
    reportUnknownField(name, value, schema, path.slice(0, -1), output);
    return undefined;
  });
  return withRequired(withRelocatedFields(kept, value, schema, path, output), value, schema, path, output);
}

/** What stands where another version of Tekton has it counts as if it stood where it belongs: what refers to it has no other mistake. */
function withRelocatedFields(
  kept: Readonly<Record<string, unknown>>,
  value: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  path: FieldPath,
  output: ConformanceOutput,
): Readonly<Record<string, unknown>> {
  let all = kept;
  for (const [name, move] of Object.entries(schema.relocations)) {
    if (!Object.hasOwn(value, name)) continue;
    const parts = Object.entries(move(value[name])).filter(([to]) => all[to] === undefined);
    for (const [to, part] of parts) {
      const field = schema.fields[to];
      if (field) all = { ...all, [to]: conformValue(part, field, [...path, name], output, undefined) };
    }
  }
  return all;
}

function withRequired(
  kept: Readonly<Record<string, unknown>>,
  value: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  path: FieldPath,
  output: ConformanceOutput,
): object {
  const missing = schema.required.filter((name) => kept[name] === undefined || kept[name] === null);
  if (missing.length === 0) return kept;
  for (const name of missing) {
    if (value[name] === undefined || value[name] === null) reportMissingField(name, value, path, output);
  }
  return { ...kept, ...Object.fromEntries(missing.map((name) => [name, placeholder(schema.fields[name] ?? schema)])) };
}

function reportMissingField(
  name: string,
  siblings: Readonly<Record<string, unknown>>,
  path: FieldPath,
  output: ConformanceOutput,
): void {
  const tektonMessage = output.messages.missingField(name, siblings, path);
  output.report.markInvalid('FIELD_MISSING', [...path, name], { name }, { tektonMessage });
}

function reportUnknownField(
  name: string,
  siblings: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  path: FieldPath,
  output: ConformanceOutput,
): void {
  const known = Object.keys(schema.fields);
  const hint = Object.hasOwn(schema.misplacedHints, name) ? schema.misplacedHints[name] : undefined;
  if (path[0] === 'metadata') return reportUnknownMetadata(name, known, path, output);
  const tektonMessage = output.messages.unknownField(name);
  const suggestion = hint === undefined ? output.report.suggest(name, known) : undefined;
  output.report.markInvalid(
    'FIELD_UNKNOWN',
    [...path, name],
    { name, known, suggestion, elsewhere: hint },
    { tektonMessage },
  );
  if (suggestion === undefined || (siblings[suggestion] !== undefined && siblings[suggestion] !== null)) return;
  output.report.suppress([...path, suggestion]); // it is missing for the same cause
}

/** The API server reads metadata first and drops unknown fields. */
function reportUnknownMetadata(
  name: string,
  known: readonly string[],
  path: FieldPath,
  output: ConformanceOutput,
): void {
  const suggestion = output.report.suggest(name, known);
  const hint =
    suggestion === undefined
      ? 'remove it, or write it as an annotation: the API server drops it, and refuses it when it validates strictly'
      : undefined;
  output.report.markInvalid(
    'FIELD_UNKNOWN',
    [...path, name],
    { name, known, suggestion, elsewhere: hint },
    { severity: 'warning' },
  );
}

function conformString(
  value: string,
  schema: StringSchema,
  at: MutablePath,
  output: ConformanceOutput,
  parent: unknown,
): string | undefined {
  if (!schema.allowed || schema.allowed.includes(value)) return value;
  const path = [...at];
  const known = schema.allowed.filter((one) => one !== '');
  output.report.markInvalid(schema.unknownCode ?? 'VALUE_UNKNOWN', path, output.report.unknownName(value, known), {
    value,
    tektonMessage: output.messages.unknownValue(value, path, parent),
  });
  return undefined;
}

function conformInteger(
  value: unknown,
  minimum: number,
  path: FieldPath,
  output: ConformanceOutput,
): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value))
    return reportWrongType('a whole number', value, path, output);
  if (value >= minimum) return value;
  output.report.markInvalid('NUMBER_TOO_SMALL', [...path], { value, minimum }, { value });
  return undefined;
}

function conformParamValue(value: unknown, path: FieldPath, output: ConformanceOutput): unknown {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return reportWrongType('a string or a list of strings', value, path, output);
  const misfit = value.findIndex((item) => typeof item !== 'string');
  return misfit === -1 ? value : reportWrongType('a string', value[misfit], [...path, misfit], output);
}

/** Tekton accepts every value; one that is no string, list of strings or object of strings becomes its JSON text. */
function conformAnyValue(value: unknown, path: FieldPath, output: ConformanceOutput): unknown {
  if (typeof value === 'string') return value;
  const items = typeof value === 'object' && value !== null ? Object.values(value) : undefined;
  if (items?.every((item) => typeof item === 'string')) return value;
  const sourceText = output.report.sourceText(path);
  const expected = Array.isArray(value) ? 'a list of strings' : isRecord(value) ? 'an object of strings' : 'a string';
  const got = items ? `${describeValue(value)} with other values` : describeValue(value, sourceText);
  const fix = items ? 'put every value in quotes' : typeHint({ expected, value, sourceText, field: path.at(-1) });
  output.report.add('TYPE_WRONG', [...path], { wants: expected, got, fix }, { value, severity: 'warning' });
  return JSON.stringify(value);
}

/** Reports a wrong type; always `undefined`. */
function reportWrongType(
  expected: string,
  value: unknown,
  path: FieldPath,
  output: ConformanceOutput,
  more: Pick<TypeMismatch, 'hasStringItems' | 'hasNameField'> = {},
): undefined {
  const sourceText = output.report.sourceText(path);
  const got = describeValue(value, sourceText);
  const fix = typeHint({ expected, value, sourceText, field: path.at(-1), ...more });
  const tektonMessage = output.messages.wrongType(expected, value, path, output.report.object);
  output.report.markInvalid('TYPE_WRONG', [...path], { wants: expected, got, fix }, { value, tektonMessage });
  return undefined;
}

/** Reports whether a value is a quantity, or contains a variable: the API server reports those, which are not substituted in quantities. */
const isQuantityText = (value: unknown): value is string =>
  typeof value === 'string' && (isQuantity(value) || value.includes('$('));

/** Reports that this is not a quantity, in Kubernetes' words, which Tekton returns. Always returns `undefined`. */
function reportInvalidQuantity(value: unknown, path: FieldPath, output: ConformanceOutput): undefined {
  if (typeof value !== 'string') return reportWrongType('a quantity', value, path, output);
  const details = {
    wants: 'a quantity',
    got: describeValue(value),
    fix: quantityHint(value),
  };
  output.report.markInvalid('TYPE_WRONG', [...path], details, {
    value,
    tektonMessage: output.messages.invalidQuantity(value),
  });
  return undefined;
}
