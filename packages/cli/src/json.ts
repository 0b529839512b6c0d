/** JSON values, the content of parsed manifests. */

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Returns whether a value is an object, and neither null nor a list. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the object at a path of keys, or an empty one: for reading manifests whose shape is not validated. */
export function objectAt(value: unknown, ...keys: readonly string[]): JsonObject {
  const found = keys.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value);
  return isObject(found) ? found : {};
}

/** Returns the list at a path of keys, or an empty one. */
export function listAt(value: unknown, ...keys: readonly string[]): readonly Json[] {
  const last = keys.at(-1);
  if (last === undefined) return [];
  const found = objectAt(value, ...keys.slice(0, -1))[last];
  return Array.isArray(found) ? (found as readonly Json[]) : []; // Array.isArray widens a readonly Json[] to any[]
}

/** Returns the text at a path of keys, or undefined. */
export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const last = keys.at(-1);
  if (last === undefined) return undefined;
  const found = objectAt(value, ...keys.slice(0, -1))[last];
  return typeof found === 'string' ? found : undefined;
}

/**
 * Returns the object without null fields, at any depth: the API server treats them as absent. Lists keep their nulls.
 */
export const withoutNulls = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, it]) => it !== null)
      .map(([key, it]) => [key, nestedWithoutNulls(it)]),
  );

const nestedWithoutNulls = (value: Json): Json =>
  Array.isArray(value)
    ? value.map((it: Json) => nestedWithoutNulls(it)) // Array.isArray widens to any[]
    : isObject(value)
      ? withoutNulls(value)
      : value;
