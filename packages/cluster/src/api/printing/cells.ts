/** Values of objects as the cells of tables show them. */

import type { Cell } from './columns.js';
import { valueAt, isObject, listAt, objectAt, objectsAt, stringAt } from '../../model/json.js';

/** How many entries the map at a path has. */
export const size =
  (...path: readonly string[]): Cell =>
  (object) =>
    Object.keys(objectAt(object, ...path)).length;

/** The string at a path. */
export const text =
  (...path: readonly string[]): Cell =>
  (object) =>
    stringAt(object, ...path);

/** The number at a path, or 0. */
export const number =
  (...path: readonly string[]): Cell =>
  (object) =>
    Number(valueAt(object, ...path) ?? 0);

/** A text, or `<none>` for an empty one. */
export const orNone = (value: string): string => (value === '' ? '<none>' : value);

/** Values with commas between them, or `<none>`. */
export const joined = (items: readonly unknown[]): string => orNone(items.map(String).join(','));

/** A map as `key=value,…`, or `<none>`. */
export const keyValues = (labels: unknown): string =>
  joined(isObject(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`) : []);

/** A label selector as kubectl takes it, or `<none>`. */
export function selectorText(selector: unknown): string {
  const labels = Object.entries(objectAt(selector, 'matchLabels')).map(([key, value]) => `${key}=${String(value)}`);
  return joined([...labels, ...objectsAt(selector, 'matchExpressions').map(requirementText)]);
}

function requirementText(requirement: unknown): string {
  const key = stringAt(requirement, 'key');
  const values = `(${listAt(requirement, 'values').map(String).sort().join(',')})`;
  switch (stringAt(requirement, 'operator')) {
    case 'In':
      return `${key} in ${values}`;
    case 'NotIn':
      return `${key} notin ${values}`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}

/** At most so many values, and how many more there are. */
export function firstOf(items: readonly string[], most: number): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(',')} + ${more} more...` : items.join(',');
}

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** Access modes of a volume in their short form. */
export const accessModes = (modes: readonly unknown[]): string => modes.map((mode) => MODES[String(mode)]).join(',');
