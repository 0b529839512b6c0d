/**
 * Server-side apply: merges the applied fields, and removes fields that the same manager applied before and no longer contains.
 *
 * Lists are merged by key as in a strategic merge patch. managedFields records appliers only; other writers own no fields, so they never
 * conflict (README.md, "What it does not do").
 */

import {
  deepCopy,
  isObject,
  objectAt,
  objectsAt,
  deepEqual,
  stringAt,
  type JsonObject,
  type KubeObject,
} from '../../../model/json.js';
import { childrenOf, fieldsOf, removeAll, toFieldsV1, withoutPaths, type FieldSet } from './managed-fields.js';
import { StatusError, type Cause } from '../../status-error.js';
import { groupVersionOf, type ResourceType } from '../../kinds/resource-type.js';
import { strategicPatch } from './strategic-merge-patch.js';
import { timestamp } from '@pipewright/apimachinery';

/** The manager, and whether it takes over conflicting fields. */
export interface ApplyOptions {
  readonly manager: string;
  /** Takes over fields that other managers own. */
  readonly force: boolean;
  readonly now: Date;
}

/** The result: the object and its managedFields. */
export interface ApplyResult {
  readonly object: JsonObject;
  readonly managedFields: readonly unknown[];
}

/** Returns the object after applying; `old` is absent if it is created. Throws a 409 for conflicts with other managers. */
export function serverSideApply(
  type: ResourceType,
  old: KubeObject | undefined,
  applied: JsonObject,
  { manager, force, now }: ApplyOptions,
): ApplyResult {
  const entries = objectsAt(old, 'metadata', 'managedFields');
  const ownEntry = entries.find((entry) => isApplier(entry) && entry['manager'] === manager);
  const owned = fieldsOf(applied, type.schema);
  const others = entries
    .filter((entry) => entry !== ownEntry)
    .map((entry) => ({ entry, fields: old ? conflictsWith(objectAt(entry, 'fieldsV1'), owned, old, applied) : [] }));
  const conflicts = others.filter(({ entry, fields }) => isApplier(entry) && fields.length > 0);
  if (!force && conflicts.length > 0) throw conflictError(conflicts);

  const remaining = others
    .map(({ entry, fields }) => ({ ...entry, fieldsV1: withoutPaths(objectAt(entry, 'fieldsV1'), fields) }))
    .filter(({ fieldsV1 }) => Object.keys(fieldsV1).length > 0);
  const draft = deepCopy<JsonObject>(old ?? {});
  drop(
    draft,
    objectAt(ownEntry, 'fieldsV1'),
    owned,
    remaining.map(({ fieldsV1 }) => fieldsV1),
  );
  const object = strategicPatch(draft, deepCopy(applied), type.schema);
  const entry = {
    manager,
    operation: 'Apply',
    apiVersion: groupVersionOf(type),
    time: timestamp(now),
    fieldsType: 'FieldsV1',
    fieldsV1: owned,
  };
  const unchanged = ownEntry && deepEqual({ ...ownEntry, time: '' }, { ...entry, time: '' });
  return { object, managedFields: [...remaining, unchanged ? ownEntry : entry] };
}

/** Whether an entry is one of an apply. Other writers own their fields only to tell their API version. */
const isApplier = (entry: JsonObject): boolean => entry['operation'] === 'Apply';

interface FieldConflict {
  readonly entry: JsonObject;
  readonly fields: readonly (readonly string[])[];
}

/** Returns the paths of fields that both own and whose value would change. */
function conflictsWith(
  otherFields: FieldSet,
  ownFields: FieldSet,
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): string[][] {
  const [childBefore, childAfter] = [childrenOf(before), childrenOf(after)];
  return Object.entries(otherFields).flatMap(([name, inner]) => {
    const ownChild = ownFields[name];
    if (!isObject(ownChild) || !isObject(inner)) return [];
    const here = [...path, name];
    const [valueBefore, valueAfter] = [childBefore(name), childAfter(name)];
    if (Object.keys(inner).length > 0 && Object.keys(ownChild).length > 0)
      return conflictsWith(inner, ownChild, valueBefore, valueAfter, here);
    return deepEqual(valueBefore, valueAfter) || isObject(valueAfter) ? [] : [here];
  });
}

/** The most conflicts in a message. */
const MAX_LISTED = 1000;

function conflictError(others: readonly FieldConflict[]): StatusError {
  const all = others.flatMap(({ entry, fields }) =>
    fields.map((path): Cause => ({
      reason: 'FieldManagerConflict',
      field: toFieldsV1(path),
      message: `conflict with ${JSON.stringify(stringAt(entry, 'manager'))}`,
    })),
  );
  const causes = all.slice(0, MAX_LISTED);
  const count = all.length === 1 ? '1 conflict' : `${all.length} conflicts`;
  const list = causes.map(({ field, message }) => `${message}: ${field}`).join(', ');
  return new StatusError(409, 'Conflict', `Apply failed with ${count}: ${list}`, { causes });
}

/** Removes fields that this manager applied before and no longer contains, unless another applier owns them. */
function drop(draft: unknown, before: FieldSet, now: FieldSet, others: readonly FieldSet[]): void {
  const childOf = childrenOf(draft);
  const dropped = new Map<string, unknown>();
  for (const [name, inner] of Object.entries(before)) {
    const claims = others.map((each) => each[name]).filter(isObject);
    const [applied, value] = [now[name], childOf(name)];
    if (isObject(inner) && Object.keys(inner).length > 0) drop(value, inner, isObject(applied) ? applied : {}, claims);
    const empty = !isObject(value) || name.startsWith('k:') || Object.keys(value).length === 0;
    if (applied === undefined && claims.length === 0 && empty && value !== undefined) dropped.set(name, value);
  }
  removeAll(draft, dropped);
}
