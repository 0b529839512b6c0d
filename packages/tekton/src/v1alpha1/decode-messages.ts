/**
 * Messages of the Tekton v0.9.2 webhook for objects that it cannot decode or that lack required fields.
 *
 * Separate from the conformance check, which all API versions share.
 */

import type { FieldPath } from '../model/field-path.js';
import { invalidQualifiedNameMessage } from '../model/qualified-name.js';
import { isRecord, type ConformanceMessages } from '../schema/conformance.js';

/** Messages about values that do not conform to their schema. */
export const DECODE_MESSAGES: ConformanceMessages = {
  unknownField: (name) => `cannot decode incoming new object: json: unknown field "${name}"`,
  wrongType: (expected, value) =>
    `cannot decode incoming new object: json: cannot unmarshal ${jsonType(value)} into Go value of type ${goType(expected)}`,
  invalidQuantity: (value) =>
    `cannot decode incoming new object: ${
      new RegExp(QUANTITY_FORM).test(value)
        ? "unable to parse quantity's suffix"
        : `quantities must match the regular expression '${QUANTITY_FORM}'`
    }`,
  missingField: missingFieldMessage,
  unknownValue: unknownTypeMessage,
};

const QUANTITY_FORM = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';

/** Tekton reports only empty specs, missing types and missing task names. It treats empty fields as missing. */
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

/** Whether Go decodes the value like an absent field. */
const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);

/** Tekton reports only unknown values of `type` fields. */
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
