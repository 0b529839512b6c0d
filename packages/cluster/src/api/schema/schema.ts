/**
 * Structural schemas: the fields of a kind's objects, pruning of unknown fields, and defaults.
 *
 * Definitions contain the schemas of custom resources; `builtin-schemas.ts` has those of built-in kinds. `schema-validation.ts` validates
 * values. The rules are those of Kubernetes' apiextensions.
 */

import { deepCopy, isObject, type JsonObject } from '../../model/json.js';

/** The subset of OpenAPI v3 that structural schemas may use. */
export interface Schema {
  /** The name of a built-in type. */
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
  /** The other type that a built-in field accepts in place of a schema. */
  readonly 'x-or'?: 'boolean' | 'schemas' | 'strings';
}

/** Fields of every object; the server handles metadata itself. */
const OBJECT_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);

/** Returns the path of a nested field, as messages spell it. */
export const below = (path: string, field: string): string => (path === '' ? field : `${path}.${field}`);

/** The most unknown fields in a message, as in kube-apiserver. */
const MAX_UNKNOWN = 100;

/**
 * Removes unknown fields from a draft and returns their paths (at most a hundred).
 *
 * @param whole whether this is a whole object, whose apiVersion, kind and metadata are kept
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

/** Returns the schema of a field; true if any value is allowed, undefined if the field is unknown. */
function fieldSchema(schema: Schema, field: string): Schema | true | undefined {
  const { properties, additionalProperties } = schema;
  if (properties && Object.hasOwn(properties, field)) return properties[field];
  if (typeof additionalProperties === 'object') return additionalProperties;
  if (additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true) return true;
  return undefined;
}

/** Fills in defaults in place. A null that is not allowed is replaced by the default, or removed. */
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
