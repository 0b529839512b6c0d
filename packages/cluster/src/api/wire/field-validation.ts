/**
 * What becomes of fields that a kind does not have, or that are given twice: refused, warned of, or dropped in silence.
 */

import { badRequest, StatusError } from '../status-error.js';
import { apiVersionOf, type ResourceType } from '../kinds/resource-type.js';

/** Judges one write's fields. */
export interface FieldValidator {
  /** Receives the unknown fields, if any, before anything is stored. Throws under `Strict` when there is something to say. */
  readonly onUnknown: (fields: readonly string[]) => void;
  /** What to warn of, once the write is done. */
  readonly warnings: readonly string[];
}

/** As many as kube-apiserver tells. */
const MAX_TOLD = 100;
const LEVELS = ['Strict', 'Warn', 'Ignore'];

/** Judges as the query's `fieldValidation` says; without it, warns. */
export function fieldValidator(
  type: ResourceType,
  query: URLSearchParams,
  repeated: readonly string[],
): FieldValidator {
  const level = query.get('fieldValidation') ?? 'Warn';
  if (!LEVELS.includes(level)) {
    const known = LEVELS.map((each) => JSON.stringify(each)).join(', ');
    throw new StatusError(
      422,
      'Invalid',
      `fieldValidation: Unsupported value: ${JSON.stringify(level)}: supported values: ${known}`,
      {},
    );
  }
  const warnings: string[] = [];
  const onUnknown = (fields: readonly string[]): void => {
    if (level === 'Ignore') return;
    const found = [
      ...fields.map((field) => `unknown field "${field}"`),
      ...repeated.map((field) => `duplicate field "${field}"`),
    ].slice(0, MAX_TOLD);
    if (found.length === 0) return;
    if (level === 'Strict') throw strictError(type, found);
    warnings.push(...found);
  };
  return { onUnknown, warnings };
}

function strictError(type: ResourceType, found: readonly string[]): StatusError {
  const version = apiVersionOf(type).split('/').at(-1) ?? '';
  const why = `strict decoding error: ${found.join(', ')}`;
  return badRequest(`${type.kind} in version "${version}" cannot be handled as a ${type.kind}: ${why}`);
}
