/**
 * Holds a value against its schema: unknown fields, missing fields, wrong types.
 *
 * What comes back has only what fits, so the checks that follow may trust the wire types; what does not fit is reported
 * here and left out. `null` counts as left out, as the API server has it.
 */

import { invalidQualifiedNameMessage } from '../model/qualified-name.js';
import type { Report } from '../problems/report.js';
import type { ObjectSchema, Schema, StringSchema } from './schema.js';
import { quantityHint, typeHint, describeValue, type TypeMismatch } from './type-hint.js';
import { RESOURCE_TYPES } from '../v1alpha1/types.js';
import type { FieldPath } from '../variables/task-fields.js';

/** Whether a value is an object with fields, and not null or a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A place that is walked through: one list for the whole walk, copied where something is said about it. */
type MutablePath = (string | number)[];

/** `value` with all that does not fit `schema` reported and left out; `undefined` when nothing is left. */
export const conform = (value: unknown, schema: Schema, path: FieldPath, report: Report): unknown =>
  conformValue(value, schema, [...path], report, undefined);

function conformValue(value: unknown, schema: Schema, path: MutablePath, report: Report, parent: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  switch (schema.kind) {
    case 'string':
      return typeof value === 'string'
        ? conformString(value, schema, path, report, parent)
        : reportWrongType('a string', value, path, report);
    case 'boolean':
      return typeof value === 'boolean' ? value : reportWrongType('true or false', value, path, report);
    case 'integer':
      return conformInteger(value, schema.minimum, path, report);
    case 'quantity':
      return typeof value === 'number' || isQuantity(value) ? value : reportInvalidQuantity(value, path, report);
    case 'intOrString':
      if (typeof value === 'string' || Number.isInteger(value)) return value;
      return reportWrongType('a whole number or a string', value, path, report);
    case 'value':
      return conformParamValue(value, path, report);
    case 'list':
      return Array.isArray(value)
        ? conformItems(value, schema.of, path, report)
        : reportWrongType('a list', value, path, report, { hasStringItems: schema.of.kind === 'string' });
    case 'map':
      if (!isRecord(value)) return reportWrongType('a mapping', value, path, report);
      return conformEntries(value, path, (item) => conformValue(item, schema.of, path, report, undefined));
    case 'open':
      if (schema.of) return conformValue(value, schema.of, path, report, parent);
      if (schema.list ? Array.isArray(value) : isRecord(value)) return value;
      return reportWrongType(schema.list ? 'a list' : 'a mapping', value, path, report);
    case 'object':
      return isRecord(value)
        ? conformFields(value, schema, path, report)
        : reportWrongType('a mapping', value, path, report, { hasNameField: schema.fields['name']?.kind === 'string' });
  }
}

/** A misfit keeps its place, so that the indexes of the others stay right. A list that fits is given back itself. */
function conformItems(list: readonly unknown[], of: Schema, path: MutablePath, report: Report): readonly unknown[] {
  const at = path.length;
  let kept: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    path[at] = index;
    const fitting = conformValue(list[index], of, path, report, undefined) ?? placeholder(of);
    if (fitting !== list[index]) kept ??= list.slice(0, index);
    if (kept) kept[index] = fitting;
  }
  path.length = at;
  return kept ?? list;
}

/** What stands for a value that must be there and is not, so that types hold; its place is reported already. */
function placeholder(schema: Schema): unknown {
  if (schema.kind === 'string' || schema.kind === 'value') return '';
  if (schema.kind !== 'object') return undefined;
  return Object.fromEntries(schema.required.map((name) => [name, placeholder(schema.fields[name] ?? schema)]));
}

/** The entries that fit. An object that fits is given back itself: most do, and copies of them all would be memory. */
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
  report: Report,
): object {
  const kept = conformEntries(value, path, (item, name) => {
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    if (field) return conformValue(item, field, path, report, value);
    reportUnknownField(name, value, schema, path.slice(0, -1), report);
    return undefined;
  });
  return withRequired(withRelocatedFields(kept, value, schema, path, report), value, schema, path, report);
}

/** What stands where another version of Tekton has it counts as if it stood where it belongs: what refers to it has no other mistake. */
function withRelocatedFields(
  kept: Readonly<Record<string, unknown>>,
  value: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  path: FieldPath,
  report: Report,
): Readonly<Record<string, unknown>> {
  let all = kept;
  for (const [name, move] of Object.entries(schema.relocations)) {
    if (!Object.hasOwn(value, name)) continue;
    const parts = Object.entries(move(value[name])).filter(([to]) => all[to] === undefined);
    for (const [to, part] of parts) {
      const field = schema.fields[to];
      if (field) all = { ...all, [to]: conformValue(part, field, [...path, name], report, undefined) };
    }
  }
  return all;
}

function withRequired(
  kept: Readonly<Record<string, unknown>>,
  value: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  path: FieldPath,
  report: Report,
): object {
  const missing = schema.required.filter((name) => kept[name] === undefined || kept[name] === null);
  if (missing.length === 0) return kept;
  for (const name of missing) {
    if (value[name] === undefined || value[name] === null) reportMissingField(name, value, path, report);
  }
  return { ...kept, ...Object.fromEntries(missing.map((name) => [name, placeholder(schema.fields[name] ?? schema)])) };
}

function reportMissingField(
  name: string,
  siblings: Readonly<Record<string, unknown>>,
  path: FieldPath,
  report: Report,
): void {
  const tektonMessage = missingFieldMessage(name, siblings, path);
  report.markInvalid('FIELD_MISSING', [...path, name], { name }, { tektonMessage });
}

/** What Tekton says about a missing field: nothing, but of an empty spec, of types, and of the names of tasks. Missing is empty to it. */
function missingFieldMessage(
  name: string,
  siblings: Readonly<Record<string, unknown>>,
  path: FieldPath,
): string | undefined {
  const isSpec = path.length === 1 || path.at(-1) === 'resourceSpec';
  const type = name === 'type' ? unknownTypeMessage('', [...path, name], siblings) : undefined;
  if (isSpec && Object.values(siblings).every(isEmpty))
    return path.length === 1 || type ? 'missing field(s): ' : undefined;
  if (type !== undefined) return type;
  if (name !== 'name' || path.at(-2) !== 'tasks') return undefined;
  return `invalid value: ${invalidQualifiedNameMessage('') ?? ''}: spec.tasks[${String(path.at(-1))}].name`;
}

/** What Go does not tell from a field that was left out. */
const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);

function reportUnknownField(
  name: string,
  siblings: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  path: FieldPath,
  report: Report,
): void {
  const known = Object.keys(schema.fields);
  const externals = Object.hasOwn(schema.misplacedHints, name) ? schema.misplacedHints[name] : undefined;
  if (path[0] === 'metadata') return reportUnknownMetadata(name, known, path, report);
  const tektonMessage = `cannot decode incoming new object: json: unknown field "${name}"`;
  const suggestion = externals === undefined ? report.suggest(name, known) : undefined;
  report.markInvalid(
    'FIELD_UNKNOWN',
    [...path, name],
    { name, known, suggestion, elsewhere: externals },
    { tektonMessage },
  );
  if (suggestion === undefined || (siblings[suggestion] !== undefined && siblings[suggestion] !== null)) return;
  report.suppress([...path, suggestion]); // it is missing for the same cause
}

/** The API server reads metadata before anybody else, and drops what it does not know there. */
function reportUnknownMetadata(name: string, known: readonly string[], path: FieldPath, report: Report): void {
  const suggestion = report.suggest(name, known);
  const externals =
    suggestion === undefined
      ? 'remove it, or write it as an annotation: the API server drops it, and refuses it when it validates strictly'
      : undefined;
  report.markInvalid(
    'FIELD_UNKNOWN',
    [...path, name],
    { name, known, suggestion, elsewhere: externals },
    { severity: 'warning' },
  );
}

function conformString(
  value: string,
  schema: StringSchema,
  at: MutablePath,
  report: Report,
  parent: unknown,
): string | undefined {
  if (!schema.allowed || schema.allowed.includes(value)) return value;
  const path = [...at];
  const known = schema.allowed.filter((one) => one !== '');
  const code = schema.allowed === RESOURCE_TYPES ? 'RESOURCE_TYPE_UNKNOWN' : 'VALUE_UNKNOWN';
  report.markInvalid(code, path, report.unknownName(value, known), {
    value,
    tektonMessage: unknownTypeMessage(value, path, parent),
  });
  return undefined;
}

/** What Tekton says about an unknown `type`; of other words it says nothing. */
function unknownTypeMessage(value: string, path: FieldPath, parent: unknown): string | undefined {
  if (path.at(-1) !== 'type') return undefined;
  if (path.length === 2) return `invalid value: spec.type: ${value}`;
  if (path.at(-2) === 'resourceSpec')
    return path[1] === 'inputs' || path[1] === 'outputs' ? `invalid value: spec.type: ${value}` : undefined;
  const name = isRecord(parent) && typeof parent['name'] === 'string' ? parent['name'] : '';
  if (path.includes('tasks')) return undefined;
  if (path.includes('params')) {
    return path.includes('inputs')
      ? `invalid value: ${value}: taskspec.inputs.params.${name}.type`
      : `invalid value: ${value}: spec.params.${name}.type`;
  }
  const side = path.includes('inputs') ? 'Inputs' : 'Outputs';
  return path.includes('inputs') || path.includes('outputs')
    ? `invalid value: ${value}: taskspec.${side}.Resources.${name}.Type`
    : undefined;
}

function conformInteger(value: unknown, minimum: number, path: FieldPath, report: Report): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value))
    return reportWrongType('a whole number', value, path, report);
  if (value >= minimum) return value;
  report.markInvalid('NUMBER_TOO_SMALL', [...path], { value, minimum }, { value });
  return undefined;
}

function conformParamValue(value: unknown, path: FieldPath, report: Report): unknown {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return reportWrongType('a string or a list of strings', value, path, report);
  const misfit = value.findIndex((item) => typeof item !== 'string');
  return misfit === -1 ? value : reportWrongType('a string', value[misfit], [...path, misfit], report);
}

/** Reports a wrong type; always `undefined`. */
function reportWrongType(
  expected: string,
  value: unknown,
  path: FieldPath,
  report: Report,
  more: Pick<TypeMismatch, 'hasStringItems' | 'hasNameField'> = {},
): undefined {
  const sourceText = report.written(path);
  const got = describeValue(value, sourceText);
  const fix = typeHint({ expected, value, sourceText, field: path.at(-1), ...more });
  const tektonMessage = `cannot decode incoming new object: json: cannot unmarshal ${jsonType(value)} into Go value of type ${goType(expected)}`;
  report.markInvalid('TYPE_WRONG', [...path], { wants: expected, got, fix }, { value, tektonMessage });
  return undefined;
}

/** Kubernetes' form of a quantity. */
const isQuantity = (value: unknown): value is string =>
  typeof value === 'string' &&
  (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(value) || containsVariable(value));

/** Variables in a quantity are nobody's, but to say so is the API server's business. */
const containsVariable = (value: string): boolean => value.includes('$(');

/** Reports that this is no quantity; always `undefined`. Kubernetes' own words, which Tekton hands on. */
function reportInvalidQuantity(value: unknown, path: FieldPath, report: Report): undefined {
  if (typeof value !== 'string') return reportWrongType('a quantity', value, path, report);
  const form = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';
  const reason = !new RegExp(form).test(value)
    ? `quantities must match the regular expression '${form}'`
    : "unable to parse quantity's suffix";
  const details = {
    wants: 'a quantity',
    got: describeValue(value),
    fix: quantityHint(value),
  };
  report.markInvalid('TYPE_WRONG', [...path], details, {
    value,
    tektonMessage: `cannot decode incoming new object: ${reason}`,
  });
  return undefined;
}

const jsonType = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

const GO_TYPES: Readonly<Record<string, string>> = { 'true or false': 'bool', 'a whole number': 'int' };

const goType = (expected: string): string =>
  GO_TYPES[expected] ??
  (expected.startsWith('a list')
    ? '[]interface {}'
    : expected.startsWith('a mapping')
      ? 'map[string]interface {}'
      : 'string');
