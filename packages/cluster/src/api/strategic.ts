/**
 * Strategic merge patch: lists of things with a key are merged by that key.
 *
 * Pure. Which lists those are is Kubernetes' convention, read from its API: a list goes by the name of its field.
 */

import { copy, isObject, same, type JsonObject } from './json.js';
import { badRequest } from './refusal.js';

/** What identifies an item of a list, by the list's name; the first key that the items have. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  addresses: ['type'],
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  ephemeralContainers: ['name'],
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  podIPs: ['ip'],
  ports: ['containerPort', 'port'],
  resourceClaims: ['name'],
  schedulingGates: ['name'],
  secrets: ['name'],
  taints: ['key'],
  topologySpreadConstraints: ['topologyKey'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

/** Lists of plain values that are merged as sets. */
const SETS = new Set(['finalizers']);

const ORDER = '$setElementOrder/';
const DELETE = '$deleteFromPrimitiveList/';

/** The object with a strategic merge patch applied. */
export function strategicPatch(object: unknown, patch: JsonObject): JsonObject {
  if (patch['$patch'] === 'replace') return copy(without(patch, ['$patch', '$retainKeys']));
  if (patch['$patch'] === 'delete') return {};
  const result: JsonObject = isObject(object) ? { ...object } : {};
  retainKeys(result, patch);
  for (const [field, value] of Object.entries(patch)) {
    if (field === '$patch' || field === '$retainKeys' || field.startsWith(ORDER)) continue;
    if (field.startsWith(DELETE)) removeValues(result, field.slice(DELETE.length), value);
    else if (value === null) delete result[field];
    else if (Array.isArray(value)) result[field] = mergeList(field, result[field], value);
    else if (isObject(value)) result[field] = strategicPatch(result[field], value);
    else result[field] = value;
  }
  for (const [field, order] of Object.entries(patch)) {
    if (field.startsWith(ORDER) && Array.isArray(order)) reorder(result, field.slice(ORDER.length), order);
  }
  return result;
}

/** `$retainKeys` names the only fields that may stay: how a union changes from one kind to another. */
function retainKeys(result: JsonObject, patch: JsonObject): void {
  const kept = patch['$retainKeys'];
  if (!Array.isArray(kept)) return;
  for (const field of Object.keys(result)) if (!kept.includes(field)) delete result[field];
}

function removeValues(result: JsonObject, field: string, values: unknown): void {
  const [list] = [result[field]];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  const left: unknown[] = list.filter((item) => !values.includes(item));
  result[field] = left;
}

function mergeList(field: string, before: unknown, patch: readonly unknown[]): unknown[] {
  const old: readonly unknown[] = Array.isArray(before) ? before : [];
  if (SETS.has(field)) return [...old, ...patch.filter((item) => !old.some((each) => same(each, item)))];
  const key = keyOf(field, patch) ?? keyOf(field, old);
  const replaced = patch.some((item) => isObject(item) && item['$patch'] === 'replace');
  if (key === undefined || replaced)
    return copy(patch.filter((item) => !(isObject(item) && item['$patch'] === 'replace')));
  const result = [...old];
  for (const item of patch) mergeItem(result, item, key, field);
  return result;
}

const keyOf = (field: string, items: readonly unknown[]): string | undefined =>
  Object.hasOwn(KEYS, field)
    ? KEYS[field]?.find((key) => items.some((item) => isObject(item) && item[key] !== undefined))
    : undefined;

function mergeItem(result: unknown[], item: unknown, key: string, field: string): void {
  if (!isObject(item)) throw badRequest(`the items of ${field} in a strategic merge patch must be objects`);
  if (item[key] === undefined) {
    throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
  }
  const place = result.findIndex((each) => isObject(each) && each[key] === item[key]);
  if (item['$patch'] === 'delete') {
    if (place >= 0) result.splice(place, 1);
  } else if (place >= 0) result[place] = strategicPatch(result[place], item);
  else result.push(strategicPatch({}, item));
}

/** Items named by `$setElementOrder` come in that order; the others stay next to those they stood after. */
function reorder(result: JsonObject, field: string, order: readonly unknown[]): void {
  const list: unknown = result[field];
  if (!Array.isArray(list)) return;
  const items: readonly unknown[] = list;
  const key = keyOf(field, items) ?? keyOf(field, order);
  const idOf = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
  const rank = new Map(order.map((item, index) => [idOf(item), index]));
  const listed = items.filter((item) => rank.has(idOf(item)));
  listed.sort((one, other) => (rank.get(idOf(one)) ?? 0) - (rank.get(idOf(other)) ?? 0));
  let next = 0;
  result[field] = items.map((item) => (rank.has(idOf(item)) ? listed[next++] : item));
}

function without(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}
