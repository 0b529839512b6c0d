/**
 * The forms of an object in the versions of its kind.
 *
 * Without conversion they differ in nothing but `apiVersion`, so `managedFields` tell in which version the spec is written.
 */

import { isObject, type JsonObject, type KubeObject } from '../../model/json.js';
import { groupVersionOf, type ResourceType } from './resource-type.js';

/** The forms of stored objects in other versions than their own. An object's form is always the same object. */
export class VersionForms {
  readonly #forms = new WeakMap<KubeObject, Map<string, KubeObject>>();

  /** Returns an object in the version of a resource. */
  of(type: ResourceType, object: KubeObject): KubeObject {
    const apiVersion = groupVersionOf(type);
    if (object.apiVersion === apiVersion) return object;
    const known = this.#forms.get(object) ?? new Map<string, KubeObject>();
    this.#forms.set(object, known);
    const found = known.get(apiVersion) ?? { ...object, apiVersion, metadata: metadataFor(type, object) };
    known.set(apiVersion, found);
    return found;
  }
}

/** Objects that older versions of this program stored have no `managedFields`: their own version has written them. */
const metadataFor = ({ custom }: ResourceType, object: KubeObject): KubeObject['metadata'] => {
  const { metadata, apiVersion } = object;
  if (!custom || metadata['managedFields'] !== undefined || !isObject(object['spec'])) return metadata;
  const fields = Object.keys(object['spec']);
  return {
    ...metadata,
    managedFields: [entryOf({ manager: UNKNOWN_MANAGER, apiVersion, time: metadata.creationTimestamp }, fields)],
  };
};

/** The name of writers that give none. */
export const UNKNOWN_MANAGER = 'unknown';

/** Who writes a spec, in which version, and when. */
export interface SpecWriter {
  readonly manager: string;
  readonly apiVersion: string;
  readonly time: string;
}

/** Returns the entry of `managedFields` for fields directly below the spec. */
export const entryOf = ({ manager, apiVersion, time }: SpecWriter, fields: readonly string[]): JsonObject => ({
  manager,
  operation: 'Update',
  apiVersion,
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
});
