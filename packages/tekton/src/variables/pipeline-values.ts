/**
 * Values of variables of all types, and their substitution in the values of params.
 *
 * Separate from the replacements of tasks: a pipeline passes whole arrays and objects on, under every form of their names.
 */

import type { ParamAssignment, ParamModel } from '../model/model.js';
import { isArrayValue, type ObjectValue, type ParamValue } from '../model/param.js';
import { isolatedVariable, substitute, substituteList, type Replacements } from './substitution.js';

/** Values of strings, arrays and objects, by the text between `$(` and `)`. */
export interface ValueReplacements extends Replacements {
  readonly objects: ReadonlyMap<string, ObjectValue>;
}

/** Replacements that are being collected. */
export interface MutableReplacements {
  readonly strings: Map<string, string>;
  readonly arrays: Map<string, readonly string[]>;
  readonly objects: Map<string, ObjectValue>;
}

/** Returns replacements without entries. */
export const noReplacements = (): MutableReplacements => ({
  strings: new Map(),
  arrays: new Map(),
  objects: new Map(),
});

/** Returns the replacements of all; later ones take precedence. */
export function mergeReplacements(...all: readonly ValueReplacements[]): MutableReplacements {
  const merged = noReplacements();
  for (const one of all) {
    for (const [name, value] of one.strings) merged.strings.set(name, value);
    for (const [name, value] of one.arrays) merged.arrays.set(name, value);
    for (const [name, value] of one.objects) merged.objects.set(name, value);
  }
  return merged;
}

/** Adds the value of a variable under its name: whole, and its elements or keys. */
export function addValue(to: MutableReplacements, name: string, value: ParamValue): void {
  if (typeof value === 'string') to.strings.set(name, value);
  else if (isArrayValue(value)) {
    to.arrays.set(name, value);
    to.arrays.set(`${name}[*]`, value);
    for (const [index, item] of value.entries()) to.strings.set(`${name}[${String(index)}]`, item);
  } else {
    to.objects.set(`${name}[*]`, value);
    for (const [key, item] of Object.entries(value)) to.strings.set(`${name}.${key}`, item);
  }
}

/** Returns the forms of a variable's name: `params.x`, `params["x"]` and `params['x']`. */
export const variableForms = (prefix: string, name: string): readonly string[] => [
  `${prefix}.${name}`,
  `${prefix}["${name}"]`,
  `${prefix}['${name}']`,
];

/** Returns the values of a pipeline's params. As in Tekton, a default does not give keys that the value of an object lacks. */
export function pipelineParamValues(
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
): MutableReplacements {
  const values = noReplacements();
  const add = ({ name, value }: ParamAssignment): void => {
    for (const form of variableForms('params', name)) addValue(values, form, value);
  };
  const set = new Set(given.map(({ name }) => name));
  for (const { name, default: value } of declared) {
    if (value !== undefined && !set.has(name)) add({ name, value });
  }
  for (const param of given) add(param);
  return values;
}

/** Substitutes variables in a value of a param. A string that is one whole array or object, with or without `[*]`, becomes it. */
export function substituteParamValue(value: ParamValue, replacements: ValueReplacements): ParamValue {
  if (typeof value === 'string') {
    const name = isolatedVariable(value);
    if (name === undefined || replacements.strings.has(name)) return substitute(value, replacements);
    const variable = name.endsWith('[*]') ? name : `${name}[*]`;
    return replacements.arrays.get(variable) ?? replacements.objects.get(variable) ?? substitute(value, replacements);
  }
  if (isArrayValue(value)) return substituteList(value, replacements);
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, substitute(text, replacements)]));
}

/** Substitutes variables in all texts of a JSON value. An element of a list that is a whole array becomes its elements. */
export function substituteInJson<T>(value: T, replacements: ValueReplacements): T {
  const json: unknown = value;
  if (typeof json === 'string') return substitute(json, replacements) as T; // a text for a text
  if (Array.isArray(json)) {
    const list: readonly unknown[] = json;
    return (
      list.every((item) => typeof item === 'string')
        ? substituteList(list, replacements)
        : list.map((item) => substituteInJson(item, replacements))
    ) as T; // a list for a list
  }
  if (typeof json !== 'object' || json === null) return value;
  return Object.fromEntries(
    Object.entries(json).map(([key, item]) => [key, substituteInJson(item as unknown, replacements)]),
  ) as T; // with the same keys
}
