/** Types of params: those declared, and those that follow from values. */

import type { ParamSpec } from './types.js';

/** The types of params and results. */
export const DECLARED_TYPES: readonly string[] = ['string', 'array', 'object'];

/** Returns the type of a param: its `type`, else object if it has `properties`, else the type of its default, else string. */
export function typeOfParam({
  type,
  properties,
  default: fallback,
}: Pick<ParamSpec, 'type' | 'properties' | 'default'>): string {
  if (type !== undefined && type !== '') return type;
  if (properties !== undefined) return 'object';
  if (Array.isArray(fallback)) return 'array';
  return typeof fallback === 'object' ? 'object' : 'string';
}
