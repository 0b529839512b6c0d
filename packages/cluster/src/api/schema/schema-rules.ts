/**
 * Rules for all schemas of definitions, structural or not.
 *
 * Pure. Rules and messages are those of apiextensions-apiserver.
 */

import { valueAt } from '../../model/json.js';
import { forbiddenField, invalidValue, notSupported, required, type Report } from '../status-error.js';
import type { Schema } from './schema.js';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const LIST_TYPES = ['atomic', 'set', 'map'];
const MAP_TYPES = ['atomic', 'granular'];
const METADATA = new Set(['apiVersion', 'kind', 'metadata']);

/** Keywords of JSON schemas that definitions do not support. */
const NOT_SUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

/** Reports every violation in the schema of whole objects. */
export function checkSchemaRules(schema: Schema, path: string, report: Report): void {
  if (schema.nullable === true) report(forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root'));
  for (const [field, each] of Object.entries(schema.properties ?? {}))
    if (METADATA.has(field) && each.default !== undefined)
      report(forbiddenField(`${path}.properties[${field}].default`, `must not be set in top-level ${field}`));
  checkRules(schema, path, report);
}

function checkRules(schema: Schema, path: string, report: Report): void {
  checkFields(schema, path, report);
  checkExtensions(schema, path, report);
  checkList(schema, path, report);
  const { additionalProperties: more, items, not } = schema;
  if (typeof more === 'object') checkRules(more, `${path}.additionalProperties`, report);
  for (const [field, each] of Object.entries(schema.properties ?? {}))
    checkRules(each, `${path}.properties[${field}]`, report);
  if (not) checkRules(not, `${path}.not`, report);
  for (const list of ['allOf', 'oneOf', 'anyOf'] as const)
    for (const [index, each] of (schema[list] ?? []).entries()) checkRules(each, `${path}.${list}[${index}]`, report);
  if (items && !Array.isArray(items)) checkRules(items, `${path}.items`, report);
}

function checkFields(schema: Schema, path: string, report: Report): void {
  const { type = '', properties = {}, additionalProperties: more } = schema;
  if (type !== '' && !TYPES.includes(type)) report(notSupported(`${path}.type`, type, TYPES));
  if (type === 'null') {
    const reason = 'type cannot be set to null, use nullable as an alternative';
    report(forbiddenField(`${path}.type`, reason));
  }
  for (const field of NOT_SUPPORTED)
    if (isSet(valueAt(schema, field))) report(forbiddenField(`${path}.${field}`, `${field} is not supported`));
  if (valueAt(schema, 'uniqueItems') === true) {
    const reason = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    report(forbiddenField(`${path}.uniqueItems`, reason));
  }
  if (more !== undefined && more !== true && Object.keys(properties).length > 0) {
    const reason = 'additionalProperties and properties are mutual exclusive';
    report(forbiddenField(`${path}.additionalProperties`, reason));
  }
  if (Array.isArray(schema.items))
    report(forbiddenField(`${path}.items`, 'items must be a schema object and not an array'));
}

const isSet = (value: unknown): boolean =>
  value !== undefined &&
  value !== '' &&
  !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);

function checkExtensions(schema: Schema, path: string, report: Report): void {
  const { type = '', 'x-kubernetes-list-type': list, 'x-kubernetes-map-type': map } = schema;
  const typed = (expectedType: string, extension: string): void => {
    const reason = `must be ${expectedType} if ${extension} is specified`;
    if (type !== expectedType)
      report(type === '' ? required(`${path}.type`, reason) : invalidValue(`${path}.type`, type, reason));
  };
  const known = (extension: string, value: string, values: readonly string[]): void => {
    if (!values.includes(value)) report(notSupported(`${path}.${extension}`, value, values));
  };
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    report(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  if (map !== undefined) {
    typed('object', 'x-kubernetes-map-type');
    known('x-kubernetes-map-type', map, MAP_TYPES);
  }
  if (list !== undefined) {
    typed('array', 'x-kubernetes-list-type');
    known('x-kubernetes-list-type', list, LIST_TYPES);
  }
}

function checkList(schema: Schema, path: string, report: Report): void {
  const { 'x-kubernetes-list-type': list, 'x-kubernetes-list-map-keys': keys = [], items } = schema;
  if (keys.length > 0 && list !== 'map') {
    const [field, reason] = [
      `${path}.x-kubernetes-list-type`,
      'must be map if x-kubernetes-list-map-keys is non-empty',
    ];
    report(list === undefined ? required(field, reason) : invalidValue(field, list, reason));
  }
  if (list !== 'map' && list !== 'set') return;
  if (items?.nullable === true) {
    const reason = `cannot be nullable when x-kubernetes-list-type is ${list}`;
    report(forbiddenField(`${path}.items.nullable`, reason));
  }
  if (list === 'set') checkSetItems(items, path, report);
  else checkMapItems(keys, items, path, report);
}

function checkMapItems(keys: readonly string[], items: Schema | undefined, path: string, report: Report): void {
  const field = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) report(required(field, 'must not be empty if x-kubernetes-list-type is map'));
  if (!items) {
    report(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
    return;
  }
  if (items.type !== 'object') {
    const reason = "must be object if parent array's x-kubernetes-list-type is map";
    report(invalidValue(`${path}.items.type`, items.type ?? '', reason));
    return;
  }
  const distinct = new Set(keys);
  if (distinct.size < keys.length) report(invalidValue(field, keys, 'must not contain duplicate entries'));
  const needed = new Set(items.required);
  for (const key of distinct) {
    const known = items.properties && Object.hasOwn(items.properties, key) ? items.properties[key] : undefined;
    if (known) checkKey(known, needed.has(key), `${path}.items.properties[${key}]`, report);
    else report(invalidValue(field, key, 'entries must all be names of item properties'));
  }
}

function checkKey(key: Schema, isRequired: boolean, path: string, report: Report): void {
  if (key.type === 'array' || key.type === 'object') {
    const reason = "must be a scalar type if parent array's x-kubernetes-list-type is map";
    report(invalidValue(`${path}.type`, key.type, reason));
  }
  const isKey = 'this property is in x-kubernetes-list-map-keys, so it';
  if (key.default === undefined && !isRequired)
    report(required(`${path}.default`, `${isKey} must have a default or be a required property`));
  if (key.nullable === true) report(forbiddenField(`${path}.nullable`, `${isKey} cannot be nullable`));
}

/** Checks the items of a set, which are compared as a whole. */
function checkSetItems(items: Schema | undefined, path: string, report: Report): void {
  const reason = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const [list, map] = [items?.['x-kubernetes-list-type'], items?.['x-kubernetes-map-type']];
  if (items?.type === 'array' && list !== undefined && list !== 'atomic')
    report(invalidValue(`${path}.items.x-kubernetes-list-type`, list, reason));
  if (items?.type === 'object' && map !== 'atomic')
    report(invalidValue(`${path}.items.x-kubernetes-map-type`, map ?? null, reason));
}
