/**
 * Sets of fields in the notation of `FieldsV1`: `f:name` is a field, `k:{"name":"a"}` an item of a list by its keys, `v:"a"` an item
 * of a set. A list without keys is one field.
 *
 * Pure; made for server-side apply.
 */

import { isObject, same, type JsonObject } from './json.js';
import type { Schema } from './schema.js';
import { fieldOf, mergingOf } from './strategic.js';

/** A set of fields; a leaf is an empty object. */
export type FieldSet = JsonObject;

const NOBODYS: Readonly<Record<string, ReadonlySet<string>>> = {
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

/** The fields that an applied object sets; what names the object is nobody's. */
export function fieldsOf(wanted: JsonObject, schema: Schema | undefined, path = ''): FieldSet {
  const fields: FieldSet = {};
  for (const [field, value] of Object.entries(wanted)) {
    if (NOBODYS[path]?.has(field) === true) continue;
    const inner = inside(value, fieldOf(schema, field), `${path}.${field}`);
    if (path === '' && field === 'metadata' && Object.keys(inner).length === 0) continue;
    fields[`f:${field}`] = inner;
  }
  return fields;
}

function inside(value: unknown, schema: Schema | undefined, path: string): FieldSet {
  if (isObject(value)) return fieldsOf(value, schema, path);
  const merging = mergingOf(schema);
  if (!Array.isArray(value) || merging === 'replace') return {};
  return Object.fromEntries(
    value.map((item: unknown): [string, FieldSet] => {
      if (merging === 'set') return [`v:${JSON.stringify(item)}`, {}];
      const keys = Object.fromEntries(merging.by.map((key) => [key, isObject(item) ? item[key] : undefined]));
      return [`k:${JSON.stringify(keys)}`, isObject(item) ? fieldsOf(item, schema?.items, `${path}[]`) : {}];
    }),
  );
}

/** What is at one name of a field set, in an object or a list. */
export function childAt(value: unknown, name: string): unknown {
  const rest = name.slice(2);
  if (name.startsWith('f:')) return isObject(value) && Object.hasOwn(value, rest) ? value[rest] : undefined;
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const wanted: unknown = JSON.parse(rest);
  return name.startsWith('v:') ? items.find((item) => same(item, wanted)) : items.find((item) => hasKeys(item, wanted));
}

const hasKeys = (item: unknown, keys: unknown): boolean =>
  isObject(item) && isObject(keys) && Object.entries(keys).every(([key, value]) => same(item[key], value));

/** Takes what is at one name of a field set out of a draft. */
export function removeAt(draft: unknown, name: string): void {
  if (isObject(draft)) delete draft[name.slice(2)];
  if (!Array.isArray(draft)) return;
  const found = draft.indexOf(childAt(draft, name));
  if (found >= 0) draft.splice(found, 1);
}

/** A path of names as messages show it: `.spec.containers[name="a"].image`. */
export function shown(path: readonly string[]): string {
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

/** A field set without some of its leaves, and without what that leaves empty. */
export function withoutPaths(fields: FieldSet, paths: readonly (readonly string[])[]): FieldSet {
  if (paths.length === 0) return fields;
  const result: FieldSet = {};
  for (const [name, inner] of Object.entries(fields)) {
    const below = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
    if (below.some((rest) => rest.length === 0)) continue;
    const left = isObject(inner) ? withoutPaths(inner, below) : {};
    if (below.length > 0 && Object.keys(left).length === 0) continue;
    result[name] = left;
  }
  return result;
}
