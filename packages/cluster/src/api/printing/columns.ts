/**
 * Columns of tables: what every kind has, and ages as kubectl writes them.
 *
 * Separate from the columns of built-in kinds (`builtin-columns.ts`) because definitions make columns, too.
 */

import type { KubeObject } from '../../model/json.js';
import type { Column } from '../kinds/resource-type.js';

/** What a cell shows of an object. */
export type Cell = (object: KubeObject, now: Date) => unknown;

/** A column; shown with `-o wide` alone if its priority is above 0. */
export const column = (name: string, cell: Cell, priority = 0, type = 'string'): Column => ({
  name,
  type,
  format: name === 'Name' ? 'name' : '',
  description: name,
  priority,
  cell,
});

/** The column every table begins with. */
export const NAME: Column = column('Name', ({ metadata }) => metadata.name);
/** The column most tables end with. */
export const AGE: Column = column('Age', ({ metadata }, now) => since(metadata.creationTimestamp, now));

/** What tables of kinds without their own columns show. */
export const DEFAULT_COLUMNS: readonly Column[] = [
  NAME,
  column('Created At', ({ metadata }) => metadata.creationTimestamp),
];

/** How long ago, in the two largest units that matter, as kubectl writes it. */
export function since(moment: unknown, now: Date): string {
  if (typeof moment !== 'string' || moment === '') return '<unknown>';
  return duration(Math.floor((now.getTime() - Date.parse(moment)) / 1000));
}

/** Seconds as kubectl writes them: `45s`, `3m5s`, `12m`, `5h10m`, `2d`. */
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

const two = (large: number, unit: string, small: number, smaller: string): string =>
  small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smaller}`;
