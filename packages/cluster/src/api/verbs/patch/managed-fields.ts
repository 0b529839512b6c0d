/**
 * Field sets in the notation of `FieldsV1`: `f:name` is a field, `k:{"name":"a"}` an item of a list by its keys, `v:"a"` an item
 * of a set. A list without keys is one field.
 *
 * Pure; used by server-side apply.
 */

import { canonicalJson, isObject, type JsonObject } from '../../../model/json.js';
import type { Schema } from '../../schema/schema.js';
import { fieldOf, listMergeOf } from './strategic-merge-patch.js';

/** A set of fields; a leaf is an empty object. */
export type FieldSet = JsonObject;

const UNOWNED_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  '': new Set(['apiVersion', 'kind']),
  '.metadata': new Set([
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'managedFields',
    'generation',
  ]),
};

/** Returns the fields that an applied object sets; fields that identify the object have no owner. */
export function fieldsOf(applied: JsonObject, schema: Schema | undefined, path = ''): FieldSet {
  const fields: FieldSet = {};
  for (const [field, value] of Object.entries(applied)) {
    if (UNOWNED_FIELDS[path]?.has(field) === true) continue;
    const inner = inside(value, fieldOf(schema, field), `${path}.${field}`);
    if (path === '' && field === 'metadata' && Object.keys(inner).length === 0) continue;
    fields[`f:${field}`] = inner;
  }
  return fields;
}

function inside(value: unknown, schema: Schema | undefined, path: string): FieldSet {
  if (isObject(value)) return fieldsOf(value, schema, path);
  const merging = listMergeOf(schema);
  if (!Array.isArray(value) || merging === 'replace') return {};
  return Object.fromEntries(
    value.map((item: unknown): [string, FieldSet] => {
      if (merging === 'set') return [`v:${JSON.stringify(item)}`, {}];
      const keys = Object.fromEntries(merging.by.map((key) => [key, isObject(item) ? item[key] : undefined]));
      return [`k:${JSON.stringify(keys)}`, isObject(item) ? fieldsOf(item, schema?.items, `${path}[]`) : {}];
    }),
  );
}

/** Returns a lookup of the children of an object or list by their names in a field set; of equal names the first. */
export function childrenOf(value: unknown): (name: string) => unknown {
  if (isObject(value)) return (name) => (Object.hasOwn(value, name.slice(2)) ? value[name.slice(2)] : undefined);
  if (!Array.isArray(value)) return () => undefined;
  const items: readonly unknown[] = value;
  const indexes = new Map<string, ReadonlyMap<string, unknown>>();
  return (name) => {
    const key: unknown = JSON.parse(name.slice(2));
    const keys = name.startsWith('k:') && isObject(key) ? Object.keys(key) : undefined;
    const kind = keys ? JSON.stringify(keys) : 'values';
    const index = indexes.get(kind) ?? indexed(items, keys);
    indexes.set(kind, index);
    return index.get(keys ? keysIn(key, keys) : canonicalJson(key));
  };
}

/** Indexes items by some of their keys, or by their values. */
function indexed(items: readonly unknown[], keys: readonly string[] | undefined): ReadonlyMap<string, unknown> {
  const index = new Map<string, unknown>();
  for (const item of items) {
    if (keys && !isObject(item)) continue;
    const id = keys ? keysIn(item, keys) : canonicalJson(item);
    if (!index.has(id)) index.set(id, item);
  }
  return index;
}

const keysIn = (item: unknown, keys: readonly string[]): string =>
  canonicalJson(keys.map((key) => (isObject(item) ? (item[key] ?? null) : null)));

/** Removes children from an object or list. */
export function removeAll(draft: unknown, children: ReadonlyMap<string, unknown>): void {
  if (isObject(draft)) for (const name of children.keys()) delete draft[name.slice(2)];
  if (!Array.isArray(draft) || children.size === 0) return;
  const removed = new Set(children.values());
  let length = 0;
  for (const item of draft) {
    if (removed.has(item))
      removed.delete(item); // of equal items in a set only one is removed
    else draft[length++] = item;
  }
  draft.length = length;
}

/** Formats a path for a message: `.spec.containers[name="a"].image`. */
export function toFieldsV1(path: readonly string[]): string {
  return path
    .map((name) => {
      const rest = name.slice(2);
      if (name.startsWith('f:')) return `.${rest}`;
      if (name.startsWith('v:')) return `[=${rest}]`;
      const keys: unknown = JSON.parse(rest);
      return `[${Object.entries(isObject(keys) ? keys : {})
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');
}

/** Returns a field set without some of its leaves and without empty parents. */
export function withoutPaths(fields: FieldSet, paths: readonly (readonly string[])[]): FieldSet {
  if (paths.length === 0) return fields;
  const result: FieldSet = {};
  const byFirst = new Map<string, string[][]>();
  for (const [first = '', ...rest] of paths) {
    const known = byFirst.get(first);
    if (known) known.push(rest);
    else byFirst.set(first, [rest]);
  }
  for (const [name, inner] of Object.entries(fields)) {
    const below = byFirst.get(name) ?? [];
    if (below.some((rest) => rest.length === 0)) continue;
    const remaining = isObject(inner) ? withoutPaths(inner, below) : {};
    if (below.length > 0 && Object.keys(remaining).length === 0) continue;
    result[name] = remaining;
  }
  return result;
}
