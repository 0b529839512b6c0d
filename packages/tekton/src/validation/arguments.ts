/**
 * Checks that the params, resources and workspaces passed to an object are complete, declared and of the right type.
 */

import {
  compareNames,
  undeclaredParams,
  missingParams,
  mistypedParams,
  mistypedResources,
  paramTypeOfValue,
} from '../execution/matching.js';
import type { ParamAssignment, ParamModel } from '../model/model.js';
import type { ResourceType } from '../model/resource.js';
import type { ValidationContext } from './context.js';

interface DeclaredResource {
  readonly name: string;
  readonly type: ResourceType;
  readonly isOptional: boolean;
}

const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);

/** Returns the index of each element of a list, by name. */
const indexByName = (list: readonly { readonly name: string }[]): Map<string, number> =>
  new Map(list.map(({ name }, index) => [name, index]));

/**
 * Checks the params passed to `owner` (for example `the Task 'build'`). `context` is the list of params.
 *
 * `surplus`: the problem to report for an undeclared param.
 */
export function checkGivenParams(
  owner: string,
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
  context: ValidationContext,
  surplus: 'PARAM_EXTRA' | 'PARAM_IGNORED',
): void {
  const at = indexByName(given);
  const path = (name: string, field: string): (string | number)[] => [...context.path, at.get(name) ?? 0, field];
  for (const name of missingParams(declared, given)) context.report.add('PARAM_MISSING', context.path, { name, owner });
  for (const name of undeclaredParams(declared, given)) {
    context.report.add(
      surplus,
      path(name, 'name'),
      { owner, ...context.report.unknownName(name, names(declared)) },
      { value: name },
    );
  }
  for (const name of mistypedParams(declared, given)) {
    const value = given[at.get(name) ?? 0]?.value ?? '';
    const [wants, got] = paramTypeOfValue(value) === 'string' ? ['an array', 'a string'] : ['a string', 'a list'];
    context.report.add('PARAM_TYPE', path(name, 'value'), { name, owner, wants, got }, { value });
  }
}

/** A bound resource. `type` is absent if it is unknown. */
export interface BoundResource {
  readonly name: string;
  readonly type?: ResourceType;
}

/** Checks the resources bound to `owner`. `context` is the list of bindings, `field` the field with the resource. */
export function checkBoundResources(
  owner: string,
  declared: readonly DeclaredResource[],
  bound: readonly BoundResource[],
  context: ValidationContext,
  field: 'resource' | 'resourceRef' | 'resourceSpec',
): void {
  const at = indexByName(bound);
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  const { missing, extra } = compareNames(declared, bound);
  for (const name of missing) {
    context.report.add('BINDING_MISSING', context.path, { name, owner, type: types.get(name) ?? '' });
  }
  for (const name of extra) {
    const path = [...context.path, at.get(name) ?? 0, 'name'];
    context.report.add(
      'BINDING_EXTRA',
      path,
      { owner, ...context.report.unknownName(name, names(declared)) },
      { value: name },
    );
  }
  const known = new Map(bound.flatMap(({ name, type }) => (type === undefined ? [] : [[name, type] as const])));
  for (const { name, wants, got } of mistypedResources(declared, known)) {
    context.report.add(
      'RESOURCE_TYPE_WRONG',
      [...context.path, at.get(name) ?? 0, field],
      { name, owner, wants, got },
      { value: got },
    );
  }
}

/** Checks the workspaces passed to `owner`. `context` is the list of workspaces. */
export function checkGivenWorkspaces(
  owner: string,
  declared: readonly string[],
  given: readonly { readonly name: string }[],
  context: ValidationContext,
): void {
  const at = indexByName(given);
  const { missing, extra } = compareNames(
    declared.map((name) => ({ name })),
    given,
  );
  for (const name of missing) context.report.add('WORKSPACE_MISSING', context.path, { name, owner });
  for (const name of extra) {
    const path = [...context.path, at.get(name) ?? 0, 'name'];
    context.report.add(
      'WORKSPACE_EXTRA',
      path,
      { owner, ...context.report.unknownName(name, declared) },
      { value: name },
    );
  }
}
