/**
 * Records in which API version clients write the specs of custom kinds.
 *
 * All versions of a kind are one set of objects, and clients need `managedFields` to tell in which version a spec is written. Kinds with
 * one version have no such record.
 */

import { deepEqual, objectAt, objectsAt, type JsonObject, type KubeObject } from '../../model/json.js';
import { timestamp } from '@pipewright/apimachinery';
import type { ApiContext } from '../api-context.js';
import { groupResourceOf, groupVersionOf, type ResourceType } from '../kinds/resource-type.js';
import { entryOf, UNKNOWN_MANAGER, type SpecWriter } from '../kinds/version-forms.js';

/** Whether a kind is served in several versions of a definition. */
const hasVersions = ({ catalog }: ApiContext, type: ResourceType): boolean =>
  type.custom && catalog.byGroupResource(groupResourceOf(type)).length > 1;

/**
 * Records in a draft's `managedFields` which fields of the spec a write in this version sets, as far as they change. Only the fields
 * directly below the spec are distinguished.
 */
export function recordSpecWriter(
  api: ApiContext,
  type: ResourceType,
  draft: KubeObject,
  old: KubeObject | undefined,
  manager = UNKNOWN_MANAGER,
): void {
  if (!hasVersions(api, type)) return;
  const [before, after] = [objectAt(old, 'spec'), objectAt(draft, 'spec')];
  const changed = Object.keys(after).filter((field) => !deepEqual(before[field], after[field]));
  const removed = Object.keys(before).filter((field) => !Object.hasOwn(after, field));
  if (changed.length + removed.length === 0) return;
  const writer = { manager, apiVersion: groupVersionOf(type), time: timestamp(api.clock.date()) };
  const entries = objectsAt(draft, 'metadata', 'managedFields');
  const [own, others] = [entries.find((entry) => isOf(entry, writer)), entries.filter((entry) => !isOf(entry, writer))];
  const taken = [...changed, ...removed].map((field) => `f:${field}`);
  const kept = Object.keys(objectAt(own, 'fieldsV1', 'f:spec')).filter((field) => !taken.includes(field));
  const fields = [...kept.map((field) => field.slice(2)), ...changed];
  const managedFields = [
    ...others.map((entry) => withoutFields(entry, taken)),
    ...(fields.length > 0 ? [entryOf(writer, fields)] : []),
  ];
  draft.metadata = { ...draft.metadata, managedFields };
}

const isOf = (entry: JsonObject, { manager, apiVersion }: SpecWriter): boolean =>
  entry['operation'] === 'Update' && entry['manager'] === manager && entry['apiVersion'] === apiVersion;

/** Returns an entry without fields of the spec. As in kube-apiserver, an entry without fields stays. Appliers keep the fields that they have applied. */
function withoutFields(entry: JsonObject, taken: readonly string[]): JsonObject {
  if (entry['operation'] !== 'Update') return entry;
  const spec = objectAt(entry, 'fieldsV1', 'f:spec');
  const left = Object.entries(spec).filter(([field]) => !taken.includes(field));
  return { ...entry, fieldsV1: { 'f:spec': Object.fromEntries(left) } };
}
