/**
 * Columns that all kinds share, and ages as kubectl formats them.
 *
 * Separate from the columns of built-in kinds (`builtin-columns.ts`) because custom resources use them too.
 */

import type { KubeObject } from '../../model/json.js';
import type { Column } from '../kinds/resource-type.js';

/** Computes a cell from an object. */
export type Cell = (object: KubeObject, now: Date) => unknown;

/** Creates a column. With a priority above 0 it appears only with `-o wide`. */
export const column = (name: string, cell: Cell, priority = 0, type = 'string'): Column => ({
  name,
  type,
  format: name === 'Name' ? 'name' : '',
  description: name,
  priority,
  cell,
});

/** The first column of every table. */
export const NAME: Column = column('Name', ({ metadata }) => metadata.name);
/** The last column of most tables. */
export const AGE: Column = column('Age', ({ metadata }, now) => since(metadata.creationTimestamp, now));

/** The columns of kinds without columns of their own. */
export const DEFAULT_COLUMNS: readonly Column[] = [
  NAME,
  column('Created At', ({ metadata }) => metadata.creationTimestamp),
];

/** Formats an age as kubectl does: the two largest units that matter. */
export function since(moment: unknown, now: Date): string {
  if (typeof moment !== 'string' || moment === '') return '<unknown>';
  return duration(Math.floor((now.getTime() - Date.parse(moment)) / 1000));
}

/** Formats seconds as kubectl does: `45s`, `3m5s`, `12m`, `5h10m`, `2d`. */
export function duration(seconds: number): string {
  if (Number.isNaN(seconds) || seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return two(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  return two(Math.floor(days / 365), 'y', days % 365, 'd');
}

const two = (large: number, unit: string, remainder: number, smaller: string): string =>
  remainder === 0 ? `${large}${unit}` : `${large}${unit}${remainder}${smaller}`;
