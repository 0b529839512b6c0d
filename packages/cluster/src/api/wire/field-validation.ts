/**
 * Handles unknown and duplicate fields by `fieldValidation`: rejects, warns, or ignores.
 */

import { badRequest, StatusError } from '../status-error.js';
import { groupVersionOf, type ResourceType } from '../kinds/resource-type.js';

/** Validates the fields of one write. */
export interface FieldValidator {
  /** Receives the unknown fields before the write. Throws under `Strict` if there are unknown or duplicate fields. */
  readonly onUnknown: (fields: readonly string[]) => void;
  /** Warnings for the client, after the write. */
  readonly warnings: readonly string[];
}

/** The most fields in a message, as in kube-apiserver. */
const MAX_LISTED = 100;
const LEVELS = ['Strict', 'Warn', 'Ignore'];

/** Returns the validator for the query's `fieldValidation`; the default is to warn. */
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
    ].slice(0, MAX_LISTED);
    if (found.length === 0) return;
    if (level === 'Strict') throw strictError(type, found);
    warnings.push(...found);
  };
  return { onUnknown, warnings };
}

function strictError(type: ResourceType, found: readonly string[]): StatusError {
  const version = groupVersionOf(type).split('/').at(-1) ?? '';
  const reason = `strict decoding error: ${found.join(', ')}`;
  return badRequest(`${type.kind} in version "${version}" cannot be handled as a ${type.kind}: ${reason}`);
}
