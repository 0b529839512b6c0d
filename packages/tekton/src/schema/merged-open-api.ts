/**
 * Extends a structural schema with the fields of others, so that an object of one version keeps its fields in all of them.
 *
 * An API server without conversion prunes a stored object with the schema of the version that it is read in.
 */

import { isRecord } from './conformance.js';

type OpenApi = Readonly<Record<string, unknown>>;

/** Any value, which no API server prunes. */
const ANY_VALUE = 'x-kubernetes-preserve-unknown-fields';

/**
 * Returns a schema with the fields of another one added. Where both have a field with different types, any value is accepted. Objects
 * of either version satisfy the result: a field is required, or has one of a list of values, only as far as both say so.
 */
export function extendOpenApi(schema: OpenApi, other: OpenApi): OpenApi {
  const { description, type } = schema;
  if (type !== other['type'] || type === undefined) return { description, [ANY_VALUE]: true };
  const values = commonValues(schema['enum'], other['enum']);
  const { enum: _enum, required: _required, properties: _properties, items, additionalProperties, ...rest } = schema;
  const required = listOf(schema['required']).filter((field) => listOf(other['required']).includes(field));
  const common = { ...rest, ...(values && { enum: values }), ...(required.length > 0 && { required }) };
  if (isRecord(items) && isRecord(other['items'])) return { ...common, items: extendOpenApi(items, other['items']) };
  if (type !== 'object') return common;
  if (isRecord(additionalProperties) && isRecord(other['additionalProperties']))
    return { ...common, additionalProperties: extendOpenApi(additionalProperties, other['additionalProperties']) };
  const [own, added] = [schema['properties'], other['properties']];
  if (!isRecord(own) || !isRecord(added)) return { description, type, [ANY_VALUE]: true };
  const preserves = schema[ANY_VALUE] === true || other[ANY_VALUE] === true;
  return { ...common, ...(preserves && { [ANY_VALUE]: true }), properties: extendFields(own, added) };
}

function extendFields(own: OpenApi, added: OpenApi): OpenApi {
  const names = [...new Set([...Object.keys(own), ...Object.keys(added)])];
  return Object.fromEntries(names.map((name) => [name, fieldOf(own[name], added[name])]));
}

/** A field of the other version only passes through: its own version checks it. */
function fieldOf(own: unknown, added: unknown): unknown {
  if (!isRecord(own)) return { [ANY_VALUE]: true };
  return isRecord(added) ? extendOpenApi(own, added) : own;
}

/** Returns the values that either list allows; undefined if one of them allows any. */
const commonValues = (one: unknown, other: unknown): readonly unknown[] | undefined =>
  Array.isArray(one) && Array.isArray(other) ? [...new Set([...listOf(one), ...listOf(other)])] : undefined;

const listOf = (list: unknown): readonly unknown[] => (Array.isArray(list) ? (list as readonly unknown[]) : []);
