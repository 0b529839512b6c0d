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
  const renamed: RenamedField[] = [];
  return { value: canonicalValue(value, schema, [], renamed) as T, renamed }; // only names of fields change
}

const lowerCase = new WeakMap<ObjectSchema, ReadonlyMap<string, string>>();

/** The field whose name differs from `name` in case only; undefined if the schema has none. */
function fieldWithCase(name: string, schema: ObjectSchema): string | undefined {
  const known =
    lowerCase.get(schema) ?? new Map(Object.keys(schema.fields).map((field) => [field.toLowerCase(), field]));
  lowerCase.set(schema, known);
  return known.get(name.toLowerCase());
}

/** @param path where the walk is: one list for the whole of it */
function canonicalValue(value: unknown, schema: Schema, path: (string | number)[], renamed: RenamedField[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (schema.kind === 'open') return schema.of ? canonicalValue(value, schema.of, path, renamed) : value;
  if (schema.kind === 'list') return Array.isArray(value) ? canonicalItems(value, schema.of, path, renamed) : value;
  if (!isRecord(value)) return value;
  if (schema.kind === 'map') return canonicalEntries(value, () => schema.of, undefined, path, renamed);
  if (schema.kind === 'object') return canonicalEntries(value, (name) => schema.fields[name], schema, path, renamed);
  return value;
}

function canonicalItems(
  list: readonly unknown[],
  of: Schema,
  path: (string | number)[],
  renamed: RenamedField[],
): unknown {
  let changed: unknown[] | undefined;
  for (const [index, item] of list.entries()) {
    path.push(index);
    const next = canonicalValue(item, of, path, renamed);
    path.pop();
    if (next !== item) changed ??= list.slice(0, index);
    changed?.push(next);
  }
  return changed ?? list;
}

/** @param names whose fields these are; undefined where the names are the user's */
function canonicalEntries(
  object: Readonly<Record<string, unknown>>,
  schemaOf: (name: string) => Schema | undefined,
  names: ObjectSchema | undefined,
  path: (string | number)[],
  renamed: RenamedField[],
): unknown {
  const keys = Object.keys(object);
  let changed: [string, unknown][] | undefined;
  for (const [index, key] of keys.entries()) {
    const known = names === undefined || Object.hasOwn(names.fields, key);
    const meant = known ? key : fieldWithCase(key, names);
    const schema = meant === undefined ? undefined : schemaOf(meant);
    path.push(key);
    if (meant !== undefined && meant !== key)
      renamed.push({ path: [...path], name: meant, isDuplicate: isDuplicated(key, keys) });
    const next = schema ? canonicalValue(object[key], schema, path, renamed) : object[key];
    path.pop();
    const name = meant ?? key;
    if (name !== key || next !== object[key])
      changed ??= keys.slice(0, index).map((before) => [before, object[before]]);
    changed?.push([name, next]);
  }
  return changed ? Object.fromEntries(changed) : object;
}

const isDuplicated = (name: string, siblings: readonly string[]): boolean =>
  siblings.filter((sibling) => sibling.toLowerCase() === name.toLowerCase()).length > 1;
