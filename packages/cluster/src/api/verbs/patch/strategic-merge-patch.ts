/**
 * Strategic merge patch: merges lists by the keys of their items.
 *
 * Pure. The schema of a kind defines the lists and keys; other lists are replaced.
 */

import { deepCopy, canonicalJson, isObject, type JsonObject } from '../../../model/json.js';
import { badRequest } from '../../status-error.js';
import type { Schema } from '../../schema/schema.js';

const ORDER = '$setElementOrder/';
const DELETE = '$deleteFromPrimitiveList/';
const DIRECTIVES = new Set(['$patch', '$retainKeys']);

/** How a list is merged: by the keys of its items, as a set, or not at all. */
export type ListMerge = { readonly by: readonly string[] } | 'set' | 'replace';

/** How the lists of a schema are merged. */
export function listMergeOf(schema: Schema | undefined): ListMerge {
  const key = schema?.['x-kubernetes-patch-merge-key'];
  if (key !== undefined) return { by: [key] };
  if (schema?.['x-kubernetes-patch-strategy']?.startsWith('merge') === true) return 'set';
  const keys = schema?.['x-kubernetes-list-map-keys'];
  if (schema?.['x-kubernetes-list-type'] === 'map' && keys) return { by: keys };
  return schema?.['x-kubernetes-list-type'] === 'set' ? 'set' : 'replace';
}

/** Returns the schema of a field. */
export function fieldOf(schema: Schema | undefined, field: string): Schema | undefined {
  if (schema?.properties && Object.hasOwn(schema.properties, field)) return schema.properties[field];
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** Returns the object with a strategic merge patch applied. `schema` is the schema of the object. */
export function strategicPatch(object: unknown, patch: JsonObject, schema: Schema | undefined): JsonObject {
  if (patch['$patch'] === 'replace') return deepCopy(withoutDirectives(patch));
  if (patch['$patch'] === 'delete') return {};
  const result: JsonObject = isObject(object) ? { ...object } : {};
  retainKeys(result, patch);
  for (const [field, value] of Object.entries(patch)) {
    if (DIRECTIVES.has(field) || field.startsWith(ORDER)) continue;
    const inner = fieldOf(schema, field);
    if (field.startsWith(DELETE)) removeValues(result, field.slice(DELETE.length), value);
    else if (value === null) delete result[field];
    else if (Array.isArray(value)) result[field] = mergeList(field, result[field], value, inner);
    else if (isObject(value)) result[field] = strategicPatch(result[field], value, inner);
    else result[field] = value;
  }
  for (const [field, order] of Object.entries(patch)) {
    if (!field.startsWith(ORDER) || !Array.isArray(order)) continue;
    const name = field.slice(ORDER.length);
    result[name] = reordered(result[name], order, listMergeOf(fieldOf(schema, name)));
  }
  return result;
}

/** Applies `$retainKeys`, which lists the only fields that stay: it changes the variant of a union. */
function retainKeys(result: JsonObject, patch: JsonObject): void {
  const list = patch['$retainKeys'];
  if (!Array.isArray(list)) return;
  const retained = new Set<unknown>(list);
  for (const field of Object.keys(result)) if (!retained.has(field)) delete result[field];
}

function removeValues(result: JsonObject, field: string, values: unknown): void {
  const list = result[field];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  const removed = new Set<unknown>(values);
  result[field] = list.filter((item) => !removed.has(item));
}

function mergeList(field: string, before: unknown, patch: readonly unknown[], schema: Schema | undefined): unknown[] {
  const old: readonly unknown[] = Array.isArray(before) ? before : [];
  const merging = listMergeOf(schema);
  if (merging === 'set') {
    const known = new Set(old.map(canonicalJson));
    return [...old, ...patch.filter((item) => !known.has(canonicalJson(item)))];
  }
  const plain = patch.filter((item) => !(isObject(item) && item['$patch'] === 'replace'));
  if (merging === 'replace' || plain.length < patch.length) return deepCopy(plain);
  return mergeByKeys(field, old, patch, merging.by, schema?.items);
}

/** Merges items with the same keys; deleted items are removed at the end. */
function mergeByKeys(
  field: string,
  old: readonly unknown[],
  patch: readonly unknown[],
  keys: readonly string[],
  schema: Schema | undefined,
): unknown[] {
  const result = [...old];
  const deleted = new Set<number>();
  const indexesByKey = new Map<string, number[]>(); // of items with the same keys the first is used, until it is deleted
  const keysOf = (item: JsonObject): string => canonicalJson(keys.map((name) => item[name] ?? null));
  const add = (item: unknown, index: number): void => {
    if (!isObject(item)) return;
    const known = indexesByKey.get(keysOf(item));
    if (known) known.push(index);
    else indexesByKey.set(keysOf(item), [index]);
  };
  for (const [index, item] of old.entries()) add(item, index);
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`the items of ${field} in a strategic merge patch must be objects`);
    const [key = ''] = keys;
    if (item[key] === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const same = indexesByKey.get(keysOf(item)) ?? [];
    const [index] = same;
    if (item['$patch'] === 'delete') {
      if (index !== undefined) deleted.add(index);
      same.shift();
    } else if (index !== undefined) result[index] = strategicPatch(result[index], item, schema);
    else {
      result.push(strategicPatch({}, item, schema));
      add(item, result.length - 1);
    }
  }
  return deleted.size === 0 ? result : result.filter((_, index) => !deleted.has(index));
}

/** Orders items by `$setElementOrder`; other items keep their positions. */
function reordered(list: unknown, order: readonly unknown[], merging: ListMerge): unknown {
  if (!Array.isArray(list)) return list;
  const items: readonly unknown[] = list;
  const key = typeof merging === 'object' ? merging.by[0] : undefined;
  const idOf = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
  const rank = new Map(order.map((item, index) => [idOf(item), index]));
  const listed = items.filter((item) => rank.has(idOf(item)));
  listed.sort((one, other) => (rank.get(idOf(one)) ?? 0) - (rank.get(idOf(other)) ?? 0));
  let next = 0;
  return items.map((item) => (rank.has(idOf(item)) ? listed[next++] : item));
}

const withoutDirectives = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([field]) => !DIRECTIVES.has(field)));
