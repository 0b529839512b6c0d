/**
 * Access to JSON of unknown shape.
 *
 * Separate because every part of the API server reads objects that it has not validated. Stored objects are immutable: changes are
 * made on a `deepCopy` and stored as a new object.
 */

/** A JSON object of unknown shape. */
export type JsonObject = { [field: string]: unknown };

/** The metadata of a stored object, which has been validated. */
export interface Metadata extends JsonObject {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

/** An owner of an object. The garbage collector deletes an object when all of its owners are gone. */
export interface OwnerReference extends JsonObject {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** A Kubernetes object as it is stored. */
export interface KubeObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}

/** Whether a value is an object with fields: not null, not a list. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the value at a path of field names; undefined if the path does not exist. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const field of path) {
    if (!isObject(here) || !Object.hasOwn(here, field)) return undefined;
    here = here[field];
  }
  return here;
}

/** Returns the object at a path, or an empty object. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  const found = valueAt(value, ...path);
  return isObject(found) ? found : {};
}

/** Returns the list at a path, or an empty list. */
export function arrayAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Returns the objects in the list at a path. */
export const objectsAt = (value: unknown, ...path: readonly string[]): readonly JsonObject[] =>
  arrayAt(value, ...path).filter(isObject);

/** Returns the string at a path, or `''`. */
export function stringAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Returns the strings in the list at a path. */
export const stringsAt = (value: unknown, ...path: readonly string[]): readonly string[] =>
  arrayAt(value, ...path).filter((item) => typeof item === 'string');

/** Returns the object in a field of a draft, creating it if absent. */
export function ensureObject(draft: JsonObject, field: string): JsonObject {
  const found = draft[field];
  if (isObject(found)) return found;
  const created: JsonObject = {};
  draft[field] = created;
  return created;
}

/** Sets a field of a draft if it has no value. */
export function setDefault(draft: JsonObject, field: string, value: unknown): void {
  if (draft[field] === undefined || draft[field] === null) draft[field] = value;
}

/** Returns a deep copy, which may be changed. */
export function deepCopy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(deepCopy) as T; // same shape as what came in
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const field of Object.keys(value)) copy[field] = deepCopy(value[field]);
  return copy as T; // same shape as what came in
}

/** Whether two JSON values are equal, ignoring the order of fields. */
export function deepEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one))
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, index) => deepEqual(item, other[index]))
    );
  if (Array.isArray(other)) return false;
  const [left, right] = [one as JsonObject, other as JsonObject]; // neither a list nor null
  const fields = Object.keys(left);
  if (fields.length !== Object.keys(right).length) return false;
  return fields.every((field) => Object.hasOwn(right, field) && deepEqual(left[field], right[field]));
}

/** Serializes a JSON value with sorted fields, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return value === undefined ? 'null' : JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((field) => `${JSON.stringify(field)}:${canonicalJson(value[field])}`).join(',')}}`;
}
