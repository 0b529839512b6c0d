/** Plain JSON, which is all that a manifest may hold once it is read. */

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether a value is an object, and neither null nor a list. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object below a key, or an empty one: for reading manifests whose shape is not known to be right. */
export function objectAt(value: unknown, ...keys: readonly string[]): JsonObject {
  const found = keys.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value);
  return isObject(found) ? found : {};
}

/** The list below a key, or an empty one. */
export function listAt(value: unknown, ...keys: readonly string[]): readonly Json[] {
  const last = keys.at(-1);
  if (last === undefined) return [];
  const found = objectAt(value, ...keys.slice(0, -1))[last];
  return Array.isArray(found) ? (found as readonly Json[]) : []; // Array.isArray widens a readonly Json[] to any[]
}

/** The text below a key, or undefined. */
export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const last = keys.at(-1);
  if (last === undefined) return undefined;
  const found = objectAt(value, ...keys.slice(0, -1))[last];
  return typeof found === 'string' ? found : undefined;
}

/** The same object without fields that are null, at any depth: the API server takes them for absent. Lists keep their nulls. */
export const withoutNulls = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, it]) => it !== null)
      .map(([key, it]) => [key, presentIn(it)]),
  );

const presentIn = (value: Json): Json =>
  Array.isArray(value)
    ? value.map((it: Json) => presentIn(it)) // Array.isArray widens to any[]
    : isObject(value)
      ? withoutNulls(value)
      : value;
