/**
 * Renames fields that differ from their schema in case only.
 *
 * Tekton's webhook decoded objects without regard to case, as Go does, and stored canonical names. Keys of maps belong to the user and stay.
 */

import { isRecord } from './conformance.js';
import type { ObjectSchema, Schema } from './schema.js';
import type { FieldPath } from '../model/field-path.js';

/** A field whose name is written in another case. */
export interface RenamedField {
  /** To the field, with the names as they are written. */
  readonly path: FieldPath;
  /** Its name in the schema. */
  readonly name: string;
  /** Whether the same field also occurs in another case: the last one counts. */
  readonly isDuplicate: boolean;
}

/** Renames the fields of a value to the names in its schema. */
export function canonicalFieldsOf<T>(
  value: T,
  schema: Schema,
): { readonly value: T; readonly renamed: readonly RenamedField[] } {
  const walk: Walk = { path: [], renamed: [], fields: new Map() };
  return { value: canonicalValue(value, schema, walk) as T, renamed: walk.renamed }; // only names of fields change
}

/** The state of one walk through a value. */
interface Walk {
  /** The current path. */
  readonly path: (string | number)[];
  readonly renamed: RenamedField[];
  /** The fields of each schema by their names in lower case, computed when a name is not found. */
  readonly fields: Map<ObjectSchema, ReadonlyMap<string, string>>;
}

/** Returns the field whose name differs from `name` in case only; undefined if the schema has none. */
function fieldWithCase(name: string, schema: ObjectSchema, { fields }: Walk): string | undefined {
  const byLowerCase =
    fields.get(schema) ?? new Map(Object.keys(schema.fields).map((field) => [field.toLowerCase(), field]));
  fields.set(schema, byLowerCase);
  return byLowerCase.get(name.toLowerCase());
}

function canonicalValue(value: unknown, schema: Schema, walk: Walk): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (schema.kind === 'open') return schema.of ? canonicalValue(value, schema.of, walk) : value;
  if (schema.kind === 'list') return Array.isArray(value) ? canonicalItems(value, schema.of, walk) : value;
  if (!isRecord(value)) return value;
  if (schema.kind === 'map') return canonicalEntries(value, () => schema.of, undefined, walk);
  if (schema.kind === 'object') return canonicalEntries(value, (name) => schema.fields[name], schema, walk);
  return value;
}

function canonicalItems(list: readonly unknown[], of: Schema, walk: Walk): unknown {
  let changed: unknown[] | undefined;
  for (const [index, item] of list.entries()) {
    walk.path.push(index);
    const next = canonicalValue(item, of, walk);
    walk.path.pop();
    if (next !== item) changed ??= list.slice(0, index);
    changed?.push(next);
  }
  return changed ?? list;
}

/** @param names the schema of the fields; undefined if the names belong to the user */
function canonicalEntries(
  object: Readonly<Record<string, unknown>>,
  schemaOf: (name: string) => Schema | undefined,
  names: ObjectSchema | undefined,
  walk: Walk,
): unknown {
  const keys = Object.keys(object);
  let changed: [string, unknown][] | undefined;
  for (const [index, key] of keys.entries()) {
    const known = names === undefined || Object.hasOwn(names.fields, key);
    const meant = known ? key : fieldWithCase(key, names, walk);
    const schema = meant === undefined ? undefined : schemaOf(meant);
    walk.path.push(key);
    if (meant !== undefined && meant !== key)
      walk.renamed.push({ path: [...walk.path], name: meant, isDuplicate: isDuplicated(key, keys) });
    const next = schema ? canonicalValue(object[key], schema, walk) : object[key];
    walk.path.pop();
    const name = meant ?? key;
    if (name !== key || next !== object[key])
      changed ??= keys.slice(0, index).map((before) => [before, object[before]]);
    changed?.push([name, next]);
  }
  return changed ? Object.fromEntries(changed) : object;
}

const isDuplicated = (name: string, siblings: readonly string[]): boolean =>
  siblings.filter((sibling) => sibling.toLowerCase() === name.toLowerCase()).length > 1;
