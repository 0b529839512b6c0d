/**
 * Params, resources and workspaces that one object gives to another: all there, none too many, each of the right type.
 */

import {
  compareNames,
  extraParams,
  missingParams,
  mistypedParams,
  mistypedResources,
  typeOf,
} from '../execution/matching.js';
import type { ParamGiven, ParamModel } from '../model/model.js';
import type { ResourceType } from '../v1alpha1/types.js';
import type { Where } from './location.js';

interface Declared {
  readonly name: string;
  readonly type: ResourceType;
  readonly optional: boolean;
}

const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);

/** Places of the elements of a list, by name. */
const places = (list: readonly { readonly name: string }[]): Map<string, number> =>
  new Map(list.map(({ name }, index) => [name, index]));

/**
 * Checks the params given to `owner` (for example `the Task 'build'`). `where` is the list of params.
 *
 * `surplus`: the problem that one param too many is.
 */
export function checkGivenParams(
  owner: string,
  declared: readonly ParamModel[],
  given: readonly ParamGiven[],
  where: Where,
  surplus: 'PARAM_EXTRA' | 'PARAM_IGNORED',
): void {
  const at = places(given);
  const path = (name: string, field: string): (string | number)[] => [...where.path, at.get(name) ?? 0, field];
  for (const name of missingParams(declared, given)) where.report.add('PARAM_MISSING', where.path, { name, owner });
  for (const name of extraParams(declared, given)) {
    where.report.add(
      surplus,
      path(name, 'name'),
      { owner, ...where.report.missed(name, names(declared)) },
      { value: name },
    );
  }
  for (const name of mistypedParams(declared, given)) {
    const value = given[at.get(name) ?? 0]?.value ?? '';
    const [wants, got] = typeOf(value) === 'string' ? ['an array', 'a string'] : ['a string', 'a list'];
    where.report.add('PARAM_TYPE', path(name, 'value'), { name, owner, wants, got }, { value });
  }
}

/** A resource that something is bound to. `type` is absent where it is not known. */
export interface Bound {
  readonly name: string;
  readonly type?: ResourceType;
}

/** Checks the resources bound to `owner`. `where` is the list of bindings, `field` what names the bound one in it. */
export function checkBound(
  owner: string,
  declared: readonly Declared[],
  bound: readonly Bound[],
  where: Where,
  field: 'resource' | 'resourceRef' | 'resourceSpec',
): void {
  const at = places(bound);
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  const { missing, extra } = compareNames(declared, bound);
  for (const name of missing) {
    where.report.add('BINDING_MISSING', where.path, { name, owner, type: types.get(name) ?? '' });
  }
  for (const name of extra) {
    const path = [...where.path, at.get(name) ?? 0, 'name'];
    where.report.add('BINDING_EXTRA', path, { owner, ...where.report.missed(name, names(declared)) }, { value: name });
  }
  const known = new Map(bound.flatMap(({ name, type }) => (type === undefined ? [] : [[name, type] as const])));
  for (const { name, wants, got } of mistypedResources(declared, known)) {
    where.report.add(
      'RESOURCE_TYPE_WRONG',
      [...where.path, at.get(name) ?? 0, field],
      { name, owner, wants, got },
      { value: got },
    );
  }
}

/** Checks the workspaces given to `owner`. `where` is the list. */
export function checkGivenWorkspaces(
  owner: string,
  declared: readonly string[],
  given: readonly { readonly name: string }[],
  where: Where,
): void {
  const at = places(given);
  const { missing, extra } = compareNames(
    declared.map((name) => ({ name })),
    given,
  );
  for (const name of missing) where.report.add('WORKSPACE_MISSING', where.path, { name, owner });
  for (const name of extra) {
    const path = [...where.path, at.get(name) ?? 0, 'name'];
    where.report.add('WORKSPACE_EXTRA', path, { owner, ...where.report.missed(name, declared) }, { value: name });
  }
}
