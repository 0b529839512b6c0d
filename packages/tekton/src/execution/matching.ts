/**
 * Compares declared params, resources and workspaces with given ones.
 *
 * The checks and the messages of statuses both use these comparisons, so they find the same mismatches.
 */

import type { ParamAssignment, ParamModel } from '../model/model.js';
import { RESOURCE_TYPES, type ResourceType } from '../model/resource.js';
import type { ParamValue } from '../model/param.js';

/** Names that are declared but not given, and the reverse. */
export interface NameDifference {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/** Which names are missing or too many. */
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

/** Params without value or default. */
export function missingParams(declared: readonly ParamModel[], given: readonly ParamAssignment[]): string[] {
  const has = new Set(given.map(({ name }) => name));
  return declared.filter((param) => param.default === undefined && !has.has(param.name)).map(({ name }) => name);
}

/** Params that were not declared. */
export function undeclaredParams(declared: readonly ParamModel[], given: readonly ParamAssignment[]): string[] {
  const known = new Set(declared.map(({ name }) => name));
  return given.filter(({ name }) => !known.has(name)).map(({ name }) => name);
}

/** Params whose value is of another type than declared. */
export function mistypedParams(declared: readonly ParamModel[], given: readonly ParamAssignment[]): string[] {
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  return given
    .filter(({ name, value }) => (types.get(name) ?? paramTypeOfValue(value)) !== paramTypeOfValue(value))
    .map(({ name }) => name);
}

/** The type that a value is of. */
export const paramTypeOfValue = (value: ParamValue): 'string' | 'array' =>
  typeof value === 'string' ? 'string' : 'array';

/** Declared resources whose bound one is of another type; `types` by name of the declaration. */
export function mistypedResources(
  declared: readonly { readonly name: string; readonly type: ResourceType }[],
  types: ReadonlyMap<string, ResourceType>,
): { readonly name: string; readonly wants: ResourceType; readonly got: ResourceType }[] {
  return declared.flatMap(({ name, type }) => {
    const got = types.get(name);
    // A pipeline may call a resource of any type: Tekton compares what is bound with what the tasks declare.
    return got === undefined || got === type || !RESOURCE_TYPES.includes(type) ? [] : [{ name, wants: type, got }];
  });
}
