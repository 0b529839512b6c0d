/**
 * Server-side apply, the small way: what is applied is merged in, and what the same manager applied before and no longer
 * mentions goes.
 *
 * Lists are merged by key as in a strategic merge patch. Only appliers are remembered in managedFields; other writers own
 * nothing here, so they are never in conflict (README.md, "What it does not do").
 */

import { copy, isObject, objectAt, objectsAt, same, stringAt, type JsonObject, type KubeObject } from './json.js';
import { Refusal, type Cause } from './refusal.js';
import { apiVersionOf, type ResourceType } from './resource.js';
import { strategicPatch } from './strategic.js';

/** Who applies, and how hard. */
export interface Applying {
  readonly manager: string;
  /** Take over what other managers have set otherwise. */
  readonly force: boolean;
  readonly now: Date;
}

const NOBODYS = new Set(['apiVersion', 'kind']);
const NOBODYS_METADATA = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'managedFields',
  'generation',
]);

/** What applying leads to: the object, and who has applied what to it. */
export interface Applied {
  readonly object: JsonObject;
  readonly managedFields: readonly unknown[];
}

/** The object as it is after applying; `old` is absent when applying creates it. */
export function serverSideApply(
  type: ResourceType,
  old: KubeObject | undefined,
  wanted: JsonObject,
  applying: Applying,
): Applied {
  const { manager, force, now } = applying;
  const entries = objectsAt(old, 'metadata', 'managedFields');
  const others = entries.filter((entry) => entry['manager'] !== manager);
  const before = objectAt(
    entries.find((entry) => entry['manager'] === manager),
    'fieldsV1',
  );
  const owned = fieldsOf(wanted);
  const disputed = old ? others.flatMap((entry) => conflictsWith(entry, owned, old, wanted)) : [];
  if (disputed.length > 0 && !force) throw conflictOf(disputed);

  const kept = withoutDropped(copy<JsonObject>(old ?? {}), before, owned, others);
  const merged = strategicPatch(kept, copy(wanted), type.schema);
  const entry = {
    manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(type),
    time: `${now.toISOString().slice(0, 19)}Z`,
    fieldsType: 'FieldsV1',
    fieldsV1: owned,
  };
  const previous = entries.find((each) => each['manager'] === manager);
  const unchanged = previous && same({ ...previous, time: '' }, { ...entry, time: '' });
  return { object: merged, managedFields: [...others, unchanged ? previous : entry] };
}

/** The fields of an object in the notation of `FieldsV1`; a list is one field. */
function fieldsOf(wanted: JsonObject, path = ''): JsonObject {
  const fields: JsonObject = {};
  for (const [field, value] of Object.entries(wanted)) {
    if (path === '' && NOBODYS.has(field)) continue;
    if (path === '.metadata' && NOBODYS_METADATA.has(field)) continue;
    const inner = isObject(value) ? fieldsOf(value, `${path}.${field}`) : {};
    if (isObject(value) && path === '' && field === 'metadata' && Object.keys(inner).length === 0) continue;
    fields[`f:${field}`] = inner;
  }
  return fields;
}

interface Dispute {
  readonly manager: string;
  readonly path: string;
}

/** Fields of another applier that would get another value. */
function conflictsWith(entry: JsonObject, owned: JsonObject, old: JsonObject, wanted: JsonObject): Dispute[] {
  const manager = stringAt(entry, 'manager');
  const walk = (theirs: JsonObject, ours: JsonObject, before: unknown, after: unknown, path: string): Dispute[] =>
    Object.keys(theirs).flatMap((name) => {
      const field = name.slice(2);
      const [mine, inner] = [ours[name], theirs[name]];
      if (!isObject(mine) || !isObject(inner)) return [];
      const [was, will] = [isObject(before) ? before[field] : undefined, isObject(after) ? after[field] : undefined];
      if (Object.keys(inner).length > 0) return walk(inner, mine, was, will, `${path}.${field}`);
      return same(was, will) ? [] : [{ manager, path: `${path}.${field}` }];
    });
  return walk(objectAt(entry, 'fieldsV1'), owned, old, wanted, '');
}

function conflictOf(disputes: readonly Dispute[]): Refusal {
  const causes = disputes.map(({ manager, path }): Cause => ({
    reason: 'FieldManagerConflict',
    field: path,
    message: `conflict with ${JSON.stringify(manager)}`,
  }));
  const managers = [...new Set(disputes.map(({ manager }) => JSON.stringify(manager)))].join(', ');
  const count = disputes.length === 1 ? '1 conflict' : `${disputes.length} conflicts`;
  const message = `Apply failed with ${count}: conflict${disputes.length === 1 ? '' : 's'} with ${managers}: ${disputes.map(({ path }) => path).join(', ')}`;
  return new Refusal(409, 'Conflict', message, { causes });
}

/** Takes out what this manager applied before and no longer wants, unless another applier wants it. */
function withoutDropped(
  draft: JsonObject,
  before: JsonObject,
  now: JsonObject,
  others: readonly JsonObject[],
): JsonObject {
  const walk = (target: JsonObject, was: JsonObject, is: JsonObject, theirs: readonly JsonObject[]): void => {
    for (const [name, inner] of Object.entries(was)) {
      const field = name.slice(2);
      const claims = theirs.map((each) => each[name]).filter(isObject);
      const still = is[name];
      const value = target[field];
      if (isObject(inner) && Object.keys(inner).length > 0 && isObject(value)) {
        walk(value, inner, isObject(still) ? still : {}, claims);
        if (still === undefined && claims.length === 0 && Object.keys(value).length === 0) delete target[field];
      } else if (still === undefined && claims.length === 0) delete target[field];
    }
  };
  walk(
    draft,
    before,
    now,
    others.map((entry) => objectAt(entry, 'fieldsV1')),
  );
  return draft;
}
