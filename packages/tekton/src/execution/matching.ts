/**
 * Compares declared params, resources and workspaces with those passed.
 *
 * Both validation and status messages use these comparisons, so they report the same mismatches.
 */

import type { ParamAssignment, ParamModel } from '../model/model.js';
import { RESOURCE_TYPES, type ResourceType } from '../model/resource.js';
import { isArrayValue, type ParamType, type ParamValue } from '../model/param.js';

/** Names that are declared but not passed, and names that are passed but not declared. */
export interface NameDifference {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/** Returns the missing and the undeclared names. */
export function compareNames(
  declared: readonly { readonly name: string; readonly isOptional?: boolean }[],
  given: readonly { readonly name: string }[],
): NameDifference {
  const known = new Set(declared.map(({ name }) => name));
  const has = new Set(given.map(({ name }) => name));
  return {
    missing: declared.filter(({ name, isOptional }) => isOptional !== true && !has.has(name)).map(({ name }) => name),
    extra: given.filter(({ name }) => !known.has(name)).map(({ name }) => name),
  };
}

/** Returns the params without a value or default. */
export function missingParams(declared: readonly ParamModel[], given: readonly ParamAssignment[]): string[] {
  const has = new Set(given.map(({ name }) => name));
  return declared.filter((param) => param.default === undefined && !has.has(param.name)).map(({ name }) => name);
}

/** Returns the passed params that are not declared. */
export function undeclaredParams(declared: readonly ParamModel[], given: readonly ParamAssignment[]): string[] {
  const known = new Set(declared.map(({ name }) => name));
  return given.filter(({ name }) => !known.has(name)).map(({ name }) => name);
}

/** Returns the params whose value is not of the declared type. */
export function mistypedParams(declared: readonly ParamModel[], given: readonly ParamAssignment[]): string[] {
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  return given
    .filter(({ name, value }) => (types.get(name) ?? paramTypeOfValue(value)) !== paramTypeOfValue(value))
    .map(({ name }) => name);
}

/** Returns the param type of a value. */
export const paramTypeOfValue = (value: ParamValue): ParamType =>
  typeof value === 'string' ? 'string' : isArrayValue(value) ? 'array' : 'object';

/** Returns the declared resources that are bound to another type. `types`: bound types, by declared name. */
export function mistypedResources(
  declared: readonly { readonly name: string; readonly type: ResourceType }[],
  types: ReadonlyMap<string, ResourceType>,
): { readonly name: string; readonly wants: ResourceType; readonly got: ResourceType }[] {
  return declared.flatMap(({ name, type }) => {
    const got = types.get(name);
    // A pipeline may declare any type: Tekton compares the bound type with the type that the tasks declare.
    return got === undefined || got === type || !RESOURCE_TYPES.includes(type) ? [] : [{ name, wants: type, got }];
  });
}
