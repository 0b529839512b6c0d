/** Values and types of params, which every API version shares. */

/** An object param's value, by key. Only tekton.dev/v1 has object params. */
export type ObjectValue = Readonly<Record<string, string>>;

/** A param's value: one string, a list of strings, or an object of strings. */
export type ParamValue = string | readonly string[] | ObjectValue;

/** The types of params and results. */
export type ParamType = 'string' | 'array' | 'object';

/** One text of a value, with its index or key; absent for a string. */
export interface ValueText {
  readonly text: string;
  readonly key?: number | string;
}

/** Returns the texts of a value, in order. */
export function textsOfParamValue(value: ParamValue): readonly ValueText[] {
  if (typeof value === 'string') return [{ text: value }];
  const entries = isArrayValue(value) ? [...value.entries()] : Object.entries(value);
  return entries.map(([key, text]) => ({ text, key }));
}

/** Whether a value is an array. */
export const isArrayValue = (value: ParamValue): value is readonly string[] => Array.isArray(value);
