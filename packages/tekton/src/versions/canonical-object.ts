/**
 * Renames the fields of Tekton objects to their canonical names, using the schemas of their API version.
 *
 * Separate from the version-independent renaming. The API server itself decodes `apiVersion`, `kind` and `metadata`, so
 * only the spec changes.
 */

import { canonicalFieldsOf, type RenamedField } from '../schema/canonical-fields.js';
import { isRecord } from '../schema/conformance.js';
import { kubernetesObject, type ObjectSchema } from '../schema/schema.js';
import { findVersion, VERSIONS } from './versions.js';

/** An object with canonical field names, and the renamed fields. */
export interface CanonicalObject {
  /** The input object itself if nothing changed. */
  readonly object: unknown;
  readonly renamed: readonly RenamedField[];
}

/** Renames the fields of a Tekton object to their canonical names. Returns any other object unchanged. */
export function canonicalFields(object: unknown): CanonicalObject {
  const schema = isRecord(object)
    ? SCHEMAS.get(`${String(object['apiVersion'])} ${String(object['kind'])}`)
    : undefined;
  if (!schema) return { object, renamed: [] };
  const { value, renamed } = canonicalFieldsOf(object, schema);
  return { object: value, renamed };
}

/** Renames the fields of a spec to their canonical names. Throws if the version of `of` is not supported. */
export function canonicalSpec<T extends object>(
  of: { readonly apiVersion: string; readonly kind: string },
  spec: T,
): T {
  const definition = findVersion(of.apiVersion).kinds[of.kind];
  return definition ? canonicalFieldsOf(spec, definition.spec).value : spec;
}

/** Schemas of the fields that Tekton decodes, by apiVersion and kind. The API server decodes the others. */
const SCHEMAS: ReadonlyMap<string, ObjectSchema> = new Map(
  VERSIONS.filter(({ areFieldNamesExact }) => areFieldNamesExact !== true).flatMap(({ apiVersion, kinds }) =>
    Object.values(kinds).map(({ kind, spec }) => [`${apiVersion} ${kind}`, kubernetesObject('', { spec })] as const),
  ),
);
