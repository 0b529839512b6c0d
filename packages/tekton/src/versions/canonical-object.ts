/**
 * Gives the fields of Tekton objects their canonical names, by the schemas of their API version.
 *
 * Separate from the renaming itself, which knows no versions. The API server has read `apiVersion`, `kind` and `metadata` by then, so
 * only the spec changes.
 */

import { canonicalFieldsOf, type RenamedField } from '../schema/canonical-fields.js';
import { isRecord } from '../schema/conformance.js';
import { kubernetesObject, type ObjectSchema } from '../schema/schema.js';
import { KINDS } from '../v1alpha1/kinds.js';
import type { Kind } from '../v1alpha1/types.js';
import { VERSIONS } from './versions.js';

/** An object with canonical field names, and the fields that were renamed. */
export interface CanonicalObject {
  /** The given object itself if nothing changed. */
  readonly object: unknown;
  readonly renamed: readonly RenamedField[];
}

/** Gives the fields of a Tekton object their canonical names; returns any other object as it is. */
export function canonicalFields(object: unknown): CanonicalObject {
  const schema = isRecord(object)
    ? SCHEMAS.get(`${String(object['apiVersion'])} ${String(object['kind'])}`)
    : undefined;
  if (!schema) return { object, renamed: [] };
  const { value, renamed } = canonicalFieldsOf(object, schema);
  return { object: value, renamed };
}

/** Gives the fields of a v1alpha1 spec their canonical names. */
export const canonicalSpec = <T extends object>(kind: Kind, spec: T): T =>
  canonicalFieldsOf(spec, KINDS[kind].spec).value;

/** Schemas of what Tekton decodes, by apiVersion and kind: the API server has read the other fields. */
const SCHEMAS: ReadonlyMap<string, ObjectSchema> = new Map(
  VERSIONS.flatMap(({ apiVersion, kinds }) =>
    Object.values(kinds).map(({ kind, spec }) => [`${apiVersion} ${kind}`, kubernetesObject('', { spec })] as const),
  ),
);
