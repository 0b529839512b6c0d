/**
 * Decodes built-in kinds: checks that JSON has the types of their fields, as Kubernetes' decoder does.
 *
 * A null is dropped, a quantity may be a number, and a value of another type is rejected with the decoder's message.
 */

import { isObject, type JsonObject } from '../../model/json.js';
import { canonicalQuantity, isMicroTime, isTime } from '@pipewright/apimachinery';
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

interface DecodePosition {
  /** The kind that is decoded. */
  readonly kind: string;
  readonly version: string;
  /** The innermost named type, with which the decoder's messages begin. */
  readonly struct: string;
  /** Field names, without indices. */
  readonly path: string;
}

function decode(value: unknown, schema: Schema, position: DecodePosition): unknown {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return value;
  if (schema['x-kubernetes-int-or-string'] === true) return decodeEither(value, schema, position);
  if (schema['x-or']) return decodeSchema(value, schema, position);
  switch (schema.type) {
    case 'object':
      return isObject(value)
        ? decodeFields(value, schema, position)
        : mistyped(value, schema.title ?? 'map[string]string', position);
    case 'array':
      if (!Array.isArray(value)) return mistyped(value, `[]${schema.items?.title ?? 'string'}`, position);
      for (const [index, item] of value.entries()) value[index] = decode(item, schema.items ?? {}, position);
      return value;
    case 'string':
      return typeof value === 'string' ? checkFormat(value, schema, position) : mistyped(value, 'string', position);
    case undefined:
      return value;
    default:
      if (schema.type === 'boolean' ? typeof value === 'boolean' : typeof value === 'number')
        return schema.type === 'integer' ? checkInteger(value, position) : value;
      return mistyped(value, GO_TYPES[schema.type] ?? schema.type, position);
  }
}

function decodeFields(value: JsonObject, schema: Schema, position: DecodePosition): JsonObject {
  const struct = schema.title ?? position.struct;
  for (const [field, item] of Object.entries(value)) {
    const named = schema.properties && Object.hasOwn(schema.properties, field) ? schema.properties[field] : undefined;
    const known = named ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
    if (item === null) delete value[field];
    else if (known) {
      const path = named ? `${position.path}.${field}` : position.path;
      value[field] = decode(item, known, { ...position, struct, path });
    }
  }
  return value;
}

/** Decodes a schema of a definition, or the value that may replace it. */
function decodeSchema(value: unknown, schema: Schema, position: DecodePosition): unknown {
  if (isObject(value)) return decodeFields(value, schema, position);
  if (schema['x-or'] === 'boolean') {
    if (typeof value === 'boolean') return value;
    throw decodeError(position, 'boolean or JSON schema expected');
  }
  if (!Array.isArray(value)) return mistyped(value, 'JSONSchemaProps', position);
  for (const [index, item] of value.entries()) value[index] = decode(item, schema.items ?? {}, position);
  return value;
}

function decodeEither(value: unknown, schema: Schema, position: DecodePosition): unknown {
  const quantity = schema.format === 'quantity';
  if (typeof value !== 'string' && typeof value !== 'number')
    return mistyped(value, quantity ? 'Quantity' : 'int32', position);
  if (!quantity) return value;
  const canonical = canonicalQuantity(String(value));
  if (canonical !== undefined) return canonical;
  throw decodeError(
    position,
    `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
  );
}

function checkFormat(value: string, { format }: Schema, position: DecodePosition): string {
  if (format === 'byte') {
    const clean = value.replaceAll(/[\r\n]/g, '');
    const invalidAt = clean.search(/[^A-Za-z0-9+/=]/);
    if (invalidAt < 0 && /^[^=]*={0,2}$/.test(clean) && clean.length % 4 === 0) return value;
    throw decodeError(position, `illegal base64 data at input byte ${invalidAt < 0 ? clean.length : invalidAt}`);
  }
  const isValid = format === 'micro-time' ? isMicroTime(value) : format !== 'date-time' || isTime(value);
  if (isValid) return value;
  const layout = format === 'micro-time' ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  throw decodeError(position, `parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse it`);
}

/** Rejects numbers that are not 64-bit integers. */
function checkInteger(value: unknown, position: DecodePosition): unknown {
  if (Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 63) return value;
  return mistyped(value, 'int64', position, ` ${String(value)}`);
}

const typeName = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

function mistyped(value: unknown, goType: string, position: DecodePosition, detail = ''): never {
  const { struct, path } = position;
  const target = path === '' ? `Go value of type ${goType}` : `Go struct field ${struct}${path} of type ${goType}`;
  throw decodeError(position, `json: cannot unmarshal ${typeName(value)}${detail} into ${target}`);
}

const decodeError = ({ kind, version }: DecodePosition, reason: string): Error =>
  badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${reason}`);
