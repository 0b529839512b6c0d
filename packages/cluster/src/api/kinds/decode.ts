/**
 * Decodes built-in kinds: checks that JSON has the types of their fields, as Kubernetes' decoder does.
 *
 * A null is dropped, a quantity may be a number, and a value of another type is rejected with the decoder's message.
 */

import { isObject, type JsonObject } from '../../model/json.js';
import { canonicalQuantity } from '../../model/quantity.js';
import { isMicroTime, isTime } from '../../model/timestamp.js';
import { badRequest } from '../status-error.js';
import { schemaOfKind } from './builtin-schemas.js';
import { groupVersionOf, type ResourceType } from './resource-type.js';
import type { Schema } from '../schema/schema.js';

/** Go's names of JSON types. */
const GO_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'int32',
  number: 'float64',
  boolean: 'bool',
};

/** Decodes a draft in place. Throws a 400 if a value does not have the type of its field. */
export function decodeBuiltIn(type: ResourceType, draft: JsonObject): void {
  const version = groupVersionOf(type).split('/').at(-1) ?? '';
  if (type.schema) decode(draft, type.schema, { kind: type.kind, version, struct: type.kind, path: '' });
}

/** Decodes a kind that is not a resource, such as the options of a request. */
export function decodeKind(kind: string, version: string, draft: JsonObject): void {
  const schema = schemaOfKind(kind);
  if (schema) decode(draft, schema, { kind, version, struct: kind, path: '' });
}

interface Where {
  /** The kind that is decoded. */
  readonly kind: string;
  readonly version: string;
  /** The innermost named type, with which the decoder's messages begin. */
  readonly struct: string;
  /** Field names, without indices. */
  readonly path: string;
}

function decode(value: unknown, schema: Schema, where: Where): unknown {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return value;
  if (schema['x-kubernetes-int-or-string'] === true) return decodeEither(value, schema, where);
  if (schema['x-or']) return decodeSchema(value, schema, where);
  switch (schema.type) {
    case 'object':
      return isObject(value)
        ? decodeFields(value, schema, where)
        : mistyped(value, schema.title ?? 'map[string]string', where);
    case 'array':
      if (!Array.isArray(value)) return mistyped(value, `[]${schema.items?.title ?? 'string'}`, where);
      for (const [index, item] of value.entries()) value[index] = decode(item, schema.items ?? {}, where);
      return value;
    case 'string':
      return typeof value === 'string' ? checkFormat(value, schema, where) : mistyped(value, 'string', where);
    case undefined:
      return value;
    default:
      if (schema.type === 'boolean' ? typeof value === 'boolean' : typeof value === 'number')
        return schema.type === 'integer' ? checkInteger(value, where) : value;
      return mistyped(value, GO_TYPES[schema.type] ?? schema.type, where);
  }
}

function decodeFields(value: JsonObject, schema: Schema, where: Where): JsonObject {
  const struct = schema.title ?? where.struct;
  for (const [field, item] of Object.entries(value)) {
    const named = schema.properties && Object.hasOwn(schema.properties, field) ? schema.properties[field] : undefined;
    const known = named ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
    if (item === null) delete value[field];
    else if (known) {
      const path = named ? `${where.path}.${field}` : where.path;
      value[field] = decode(item, known, { ...where, struct, path });
    }
  }
  return value;
}

/** Decodes a schema of a definition, or the value that may replace it. */
function decodeSchema(value: unknown, schema: Schema, where: Where): unknown {
  if (isObject(value)) return decodeFields(value, schema, where);
  if (schema['x-or'] === 'boolean') {
    if (typeof value === 'boolean') return value;
    throw refused(where, 'boolean or JSON schema expected');
  }
  if (!Array.isArray(value)) return mistyped(value, 'JSONSchemaProps', where);
  for (const [index, item] of value.entries()) value[index] = decode(item, schema.items ?? {}, where);
  return value;
}

function decodeEither(value: unknown, schema: Schema, where: Where): unknown {
  const quantity = schema.format === 'quantity';
  if (typeof value !== 'string' && typeof value !== 'number')
    return mistyped(value, quantity ? 'Quantity' : 'int32', where);
  if (!quantity) return value;
  const canonical = canonicalQuantity(String(value));
  if (canonical !== undefined) return canonical;
  throw refused(where, `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`);
}

function checkFormat(value: string, { format }: Schema, where: Where): string {
  if (format === 'byte') {
    const clean = value.replaceAll(/[\r\n]/g, '');
    const wrong = clean.search(/[^A-Za-z0-9+/=]/);
    if (wrong < 0 && /^[^=]*={0,2}$/.test(clean) && clean.length % 4 === 0) return value;
    throw refused(where, `illegal base64 data at input byte ${wrong < 0 ? clean.length : wrong}`);
  }
  const fits = format === 'micro-time' ? isMicroTime(value) : format !== 'date-time' || isTime(value);
  if (fits) return value;
  const layout = format === 'micro-time' ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  throw refused(where, `parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse it`);
}

/** Rejects numbers that are not 64-bit integers. */
function checkInteger(value: unknown, where: Where): unknown {
  if (Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 63) return value;
  return mistyped(value, 'int64', where, ` ${String(value)}`);
}

const typeName = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

function mistyped(value: unknown, wanted: string, where: Where, which = ''): never {
  const { struct, path } = where;
  const target = path === '' ? `Go value of type ${wanted}` : `Go struct field ${struct}${path} of type ${wanted}`;
  throw refused(where, `json: cannot unmarshal ${typeName(value)}${which} into ${target}`);
}

const refused = ({ kind, version }: Where, why: string): Error =>
  badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
