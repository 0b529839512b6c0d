/** Cells of tables: values of objects as text. */

import type { Cell } from './columns.js';
import { valueAt, isObject, arrayAt, objectAt, objectsAt, stringAt } from '../../model/json.js';

/** Returns the number of entries of the map at a path. */
export const size =
  (...path: readonly string[]): Cell =>
  (object) =>
    Object.keys(objectAt(object, ...path)).length;

/** Returns the string at a path. */
export const textCell =
  (...path: readonly string[]): Cell =>
  (object) =>
    stringAt(object, ...path);

/** Returns the number at a path, or 0. */
export const number =
  (...path: readonly string[]): Cell =>
  (object) =>
    Number(valueAt(object, ...path) ?? 0);

/** Returns a text, or `<none>` if it is empty. */
export const orNone = (value: string): string => (value === '' ? '<none>' : value);

/** Joins values with commas; `<none>` without any. */
export const commaSeparated = (items: readonly unknown[]): string => orNone(items.map(String).join(','));

/** Formats a map as `key=value,…`, or `<none>`. */
export const keyValues = (labels: unknown): string =>
  commaSeparated(isObject(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`) : []);

/** Formats a label selector as kubectl accepts it, or `<none>`. */
export function selectorText(selector: unknown): string {
  const labels = Object.entries(objectAt(selector, 'matchLabels')).map(([key, value]) => `${key}=${String(value)}`);
  return commaSeparated([...labels, ...objectsAt(selector, 'matchExpressions').map(requirementText)]);
}

function requirementText(requirement: unknown): string {
  const key = stringAt(requirement, 'key');
  const values = `(${arrayAt(requirement, 'values').map(String).sort().join(',')})`;
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

/** Returns the first values, and the number of the remaining ones. */
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

/** Abbreviates the access modes of a volume. */
export const accessModes = (modes: readonly unknown[]): string => modes.map((mode) => MODES[String(mode)]).join(',');
