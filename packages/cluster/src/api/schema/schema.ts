/**
 * Structural schemas: what a kind's objects may hold, and the two things that follow from it without judging values,
 * dropping unknown fields and filling in defaults.
 *
 * Custom resources bring such a schema in their definition; built-in kinds have theirs from `builtin-schemas.ts`. Judging values is
 * `schema-validation.ts`. Rules are those of Kubernetes' apiextensions.
 */

import { deepCopy, isObject, type JsonObject } from '../../model/json.js';

/** The part of OpenAPI v3 that structural schemas may use. */
export interface Schema {
  /** Of built-in types: their name. */
  readonly title?: string;
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-map-type'?: string;
  /** Of a built-in field that holds a schema: what may stand in its place. */
  readonly 'x-or'?: 'boolean' | 'schemas' | 'strings';
}

/** Fields every object has; the server looks after metadata itself. */
const OBJECT_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);

/** The path of a field below another, as messages spell it. */
export const below = (path: string, field: string): string => (path === '' ? field : `${path}.${field}`);

/** The most unknown fields that are told, as many as kube-apiserver tells. */
const MAX_UNKNOWN = 100;

/**
 * Drops the fields a schema does not know from a draft, and says which those were (the first hundred), by path.
 *
 * @param whole whether this is a whole object, whose apiVersion, kind and metadata are nobody's to drop
 */
export function prune(draft: unknown, schema: Schema, whole = false, path = ''): string[] {
  const unknown: string[] = [];
  pruneInto(unknown, draft, schema, path, whole);
  return unknown;
}

function pruneInto(unknown: string[], draft: unknown, schema: Schema, path: string, whole: boolean): void {
  if (Array.isArray(draft)) {
    const { items } = schema;
    if (items) for (const [index, item] of draft.entries()) pruneInto(unknown, item, items, `${path}[${index}]`, false);
    return;
  }
  if (!isObject(draft)) return;
  const embedded = whole || schema['x-kubernetes-embedded-resource'] === true;
  for (const field of Object.keys(draft)) {
    if (embedded && OBJECT_FIELDS.has(field)) continue;
    const known = fieldSchema(schema, field);
    if (known === true) continue;
    if (known) pruneInto(unknown, draft[field], known, below(path, field), false);
    else {
      if (unknown.length < MAX_UNKNOWN) unknown.push(below(path, field));
      delete draft[field];
    }
  }
}

/** The schema of a field; true when anything may be there, undefined when the field is unknown. */
function fieldSchema(schema: Schema, field: string): Schema | true | undefined {
  const { properties, additionalProperties } = schema;
  if (properties && Object.hasOwn(properties, field)) return properties[field];
  if (typeof additionalProperties === 'object') return additionalProperties;
  if (additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true) return true;
  return undefined;
}

/** Fills in the schema's defaults, in place. A field that is null where null is not allowed gives way to the default, or goes. */
export function fillDefaults(draft: unknown, schema: Schema): void {
  if (Array.isArray(draft)) {
    if (schema.items) for (const item of draft) fillDefaults(item, schema.items);
    return;
  }
  if (!isObject(draft)) return;
  for (const [field, known] of Object.entries(schema.properties ?? {})) fillField(draft, field, known);
  if (typeof schema.additionalProperties !== 'object') return;
  for (const field of Object.keys(draft)) {
    if (!Object.hasOwn(schema.properties ?? {}, field)) fillField(draft, field, schema.additionalProperties);
  }
}

function fillField(draft: JsonObject, field: string, schema: Schema): void {
  const value = Object.hasOwn(draft, field) ? draft[field] : undefined;
  const missing = value === undefined || (value === null && schema.nullable !== true);
  if (missing && schema.default !== undefined) draft[field] = deepCopy(schema.default);
  else if (missing) {
    delete draft[field];
    return;
  }
  fillDefaults(draft[field], schema);
}
