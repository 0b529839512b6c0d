/**
 * The references that a callback receives: one for each declared name, and no others.
 *
 * Tasks, conditions and pipelines use different prefixes for the same variables; these functions take the prefix as an argument.
 */

import type { Construct } from 'constructs';
import { typeOf, VARIABLES, type ParamRefs, type Params, type ResourceRefs, type Resources } from './declaration.js';
import { Ref } from '../../manifests/reference.js';

/** Returns references to declared params, as `$(PREFIX.NAME)`. */
export function paramRefs<P extends Params>(owner: Construct, prefix: string, params: P): ParamRefs<P> {
  return mapValues(params, (name, it) => {
    const type = it.type ?? (Array.isArray(it.default) ? 'array' : 'string');
    return new Ref(owner, `${prefix}.${name}`, type);
  }) as ParamRefs<P>; // keys of P, and the type rule of ValueTypeOf
}

/** Returns references to the variables of declared resources, as `$(PREFIX.NAME.VARIABLE)`. */
export function resourceRefs<R extends Resources>(owner: Construct, prefix: string, resources: R): ResourceRefs<R> {
  return mapValues(resources, (name, it) =>
    Object.fromEntries(
      VARIABLES[typeOf(it)].map((variable) => [variable, new Ref(owner, `${prefix}.${name}.${variable}`, 'string')]),
    ),
  ) as ResourceRefs<R>; // keys of R, variables of each one's type
}

/** Returns a record with the same keys. */
export function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  make: (name: string, it: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, it]) => [name, make(name, it)]));
}
