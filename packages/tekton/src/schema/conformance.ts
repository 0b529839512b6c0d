/**
 * Holds a value against its schema: unknown fields, missing fields, wrong types.
 *
 * What comes back has only what fits, so the checks that follow may trust the wire types; what does not fit is reported
 * here and left out. `null` counts as left out, as the API server has it.
 */

import { qualifiedNameFault } from '../model/qualified-name.js';
import type { Report } from '../problems/report.js';
import type { ObjectSchema, Schema, StringSchema } from './schema.js';
import { quantityHint, typeHint, typeName, type Misfit } from './type-hint.js';
import { RESOURCE_TYPES } from '../v1alpha1/types.js';
import type { Path } from '../variables/task-fields.js';

/** Whether a value is an object with fields, and not null or a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A place that is walked through: one list for the whole walk, copied where something is said about it. */
type Walk = (string | number)[];

/** `value` with all that does not fit `schema` reported and left out; `undefined` when nothing is left. */
export const conform = (value: unknown, schema: Schema, path: Path, report: Report): unknown =>
  fit(value, schema, [...path], report, undefined);

function fit(value: unknown, schema: Schema, path: Walk, report: Report, parent: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  switch (schema.is) {
    case 'string':
      return typeof value === 'string'
        ? word(value, schema, path, report, parent)
        : wrong('a string', value, path, report);
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong('true or false', value, path, report);
    case 'integer':
      return whole(value, schema.minimum, path, report);
    case 'quantity':
      return typeof value === 'number' || isQuantity(value) ? value : noQuantity(value, path, report);
    case 'intOrString':
      if (typeof value === 'string' || Number.isInteger(value)) return value;
      return wrong('a whole number or a string', value, path, report);
    case 'value':
      return paramValue(value, path, report);
    case 'list':
      return Array.isArray(value)
        ? elements(value, schema.of, path, report)
        : wrong('a list', value, path, report, { ofTexts: schema.of.is === 'string' });
    case 'map':
      if (!isRecord(value)) return wrong('a mapping', value, path, report);
      return entries(value, path, (item) => fit(item, schema.of, path, report, undefined));
    case 'open':
      if (schema.of) return fit(value, schema.of, path, report, parent);
      if (schema.list ? Array.isArray(value) : isRecord(value)) return value;
      return wrong(schema.list ? 'a list' : 'a mapping', value, path, report);
    case 'object':
      return isRecord(value)
        ? fields(value, schema, path, report)
        : wrong('a mapping', value, path, report, { hasName: schema.fields['name']?.is === 'string' });
  }
}

/** A misfit keeps its place, so that the indexes of the others stay right. A list that fits is given back itself. */
function elements(list: readonly unknown[], of: Schema, path: Walk, report: Report): readonly unknown[] {
  const at = path.length;
  let kept: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    path[at] = index;
    const fitting = fit(list[index], of, path, report, undefined) ?? blank(of);
    if (fitting !== list[index]) kept ??= list.slice(0, index);
    if (kept) kept[index] = fitting;
  }
  path.length = at;
  return kept ?? list;
}

/** What stands for a value that must be there and is not, so that types hold; its place is reported already. */
function blank(schema: Schema): unknown {
  if (schema.is === 'string' || schema.is === 'value') return '';
  if (schema.is !== 'object') return undefined;
  return Object.fromEntries(schema.required.map((name) => [name, blank(schema.fields[name] ?? schema)]));
}

/** The entries that fit. An object that fits is given back itself: most do, and copies of them all would be memory. */
function entries(
  value: Readonly<Record<string, unknown>>,
  path: Walk,
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

function fields(value: Record<string, unknown>, schema: ObjectSchema, path: Walk, report: Report): object {
  const kept = entries(value, path, (item, name) => {
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    if (field) return fit(item, field, path, report, value);
    unknownField(name, value, schema, path.slice(0, -1), report);
    return undefined;
  });
  return withRequired(moved(kept, value, schema, path, report), value, schema, path, report);
}

/** What stands where another version of Tekton has it counts as if it stood where it belongs: what refers to it has no other mistake. */
function moved(
  kept: Readonly<Record<string, unknown>>,
  value: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  path: Path,
  report: Report,
): Readonly<Record<string, unknown>> {
  let all = kept;
  for (const [name, move] of Object.entries(schema.moves)) {
    if (!Object.hasOwn(value, name)) continue;
    const parts = Object.entries(move(value[name])).filter(([to]) => all[to] === undefined);
    for (const [to, part] of parts) {
      const field = schema.fields[to];
      if (field) all = { ...all, [to]: fit(part, field, [...path, name], report, undefined) };
    }
  }
  return all;
}

function withRequired(
  kept: Readonly<Record<string, unknown>>,
  value: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  path: Path,
  report: Report,
): object {
  const missing = schema.required.filter((name) => kept[name] === undefined || kept[name] === null);
  if (missing.length === 0) return kept;
  for (const name of missing) {
    if (value[name] === undefined || value[name] === null) missingField(name, value, path, report);
  }
  return { ...kept, ...Object.fromEntries(missing.map((name) => [name, blank(schema.fields[name] ?? schema)])) };
}

function missingField(name: string, siblings: Readonly<Record<string, unknown>>, path: Path, report: Report): void {
  const tektonMessage = missingRefusal(name, siblings, path);
  report.spoil('FIELD_MISSING', [...path, name], { name }, { tektonMessage });
}

/** What Tekton says about a missing field: nothing, but of an empty spec, of types, and of the names of tasks. Missing is empty to it. */
function missingRefusal(name: string, siblings: Readonly<Record<string, unknown>>, path: Path): string | undefined {
  const isSpec = path.length === 1 || path.at(-1) === 'resourceSpec';
  const type = name === 'type' ? typeRefusal('', [...path, name], siblings) : undefined;
  if (isSpec && Object.values(siblings).every(isEmpty))
    return path.length === 1 || type ? 'missing field(s): ' : undefined;
  if (type !== undefined) return type;
  if (name !== 'name' || path.at(-2) !== 'tasks') return undefined;
  return `invalid value: ${qualifiedNameFault('') ?? ''}: spec.tasks[${String(path.at(-1))}].name`;
}

/** What Go does not tell from a field that was left out. */
const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);

function unknownField(
  name: string,
  siblings: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  path: Path,
  report: Report,
): void {
  const known = Object.keys(schema.fields);
  const elsewhere = Object.hasOwn(schema.elsewhere, name) ? schema.elsewhere[name] : undefined;
  if (path[0] === 'metadata') return unknownMetadata(name, known, path, report);
  const tektonMessage = `cannot decode incoming new object: json: unknown field "${name}"`;
  const guess = elsewhere === undefined ? report.guess(name, known) : undefined;
  report.spoil('FIELD_UNKNOWN', [...path, name], { name, known, guess, elsewhere }, { tektonMessage });
  if (guess === undefined || (siblings[guess] !== undefined && siblings[guess] !== null)) return;
  report.expect([...path, guess]); // it is missing for the same cause
}

/** The API server reads metadata before anybody else, and drops what it does not know there. */
function unknownMetadata(name: string, known: readonly string[], path: Path, report: Report): void {
  const guess = report.guess(name, known);
  const elsewhere =
    guess === undefined
      ? 'remove it, or write it as an annotation: the API server drops it, and refuses it when it validates strictly'
      : undefined;
  report.spoil('FIELD_UNKNOWN', [...path, name], { name, known, guess, elsewhere }, { severity: 'warning' });
}

function word(value: string, schema: StringSchema, at: Walk, report: Report, parent: unknown): string | undefined {
  if (!schema.oneOf || schema.oneOf.includes(value)) return value;
  const path = [...at];
  const known = schema.oneOf.filter((one) => one !== '');
  const code = schema.oneOf === RESOURCE_TYPES ? 'RESOURCE_TYPE_UNKNOWN' : 'VALUE_UNKNOWN';
  report.spoil(code, path, report.missed(value, known), { value, tektonMessage: typeRefusal(value, path, parent) });
  return undefined;
}

/** What Tekton says about an unknown `type`; of other words it says nothing. */
function typeRefusal(value: string, path: Path, parent: unknown): string | undefined {
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

function whole(value: unknown, minimum: number, path: Path, report: Report): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrong('a whole number', value, path, report);
  if (value >= minimum) return value;
  report.spoil('NUMBER_TOO_SMALL', [...path], { value, minimum }, { value });
  return undefined;
}

function paramValue(value: unknown, path: Path, report: Report): unknown {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return wrong('a string or a list of strings', value, path, report);
  const misfit = value.findIndex((item) => typeof item !== 'string');
  return misfit === -1 ? value : wrong('a string', value[misfit], [...path, misfit], report);
}

/** Reports a wrong type; always `undefined`. */
function wrong(
  wants: string,
  value: unknown,
  path: Path,
  report: Report,
  more: Pick<Misfit, 'ofTexts' | 'hasName'> = {},
): undefined {
  const written = report.written(path);
  const got = typeName(value, written);
  const fix = typeHint({ wants, value, written, field: path.at(-1), ...more });
  const tektonMessage = `cannot decode incoming new object: json: cannot unmarshal ${jsonType(value)} into Go value of type ${goType(wants)}`;
  report.spoil('TYPE_WRONG', [...path], { wants, got, fix }, { value, tektonMessage });
  return undefined;
}

/** Kubernetes' form of a quantity. */
const isQuantity = (value: unknown): value is string =>
  typeof value === 'string' &&
  (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(value) || isVariable(value));

/** Variables in a quantity are nobody's, but to say so is the API server's business. */
const isVariable = (value: string): boolean => value.includes('$(');

/** Reports that this is no quantity; always `undefined`. Kubernetes' own words, which Tekton hands on. */
function noQuantity(value: unknown, path: Path, report: Report): undefined {
  if (typeof value !== 'string') return wrong('a quantity', value, path, report);
  const form = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';
  const fault = !new RegExp(form).test(value)
    ? `quantities must match the regular expression '${form}'`
    : "unable to parse quantity's suffix";
  const facts = {
    wants: 'a quantity',
    got: typeName(value),
    fix: quantityHint(value),
  };
  report.spoil('TYPE_WRONG', [...path], facts, { value, tektonMessage: `cannot decode incoming new object: ${fault}` });
  return undefined;
}

const jsonType = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

const GO_TYPES: Readonly<Record<string, string>> = { 'true or false': 'bool', 'a whole number': 'int' };

const goType = (wants: string): string =>
  GO_TYPES[wants] ??
  (wants.startsWith('a list')
    ? '[]interface {}'
    : wants.startsWith('a mapping')
      ? 'map[string]interface {}'
      : 'string');
