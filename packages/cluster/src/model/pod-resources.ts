/**
 * What a pod asks for of each resource, as the scheduler, quotas and limits count it.
 *
 * Containers run together and are summed; init containers run alone, so the largest of them counts if it is more. Pure.
 */

import { objectAt, objectsAt, type JsonObject } from './json.js';
import { nanosOf, quantityOf } from './quantity.js';

/** An amount and how its suffix is written. */
export interface Amount {
  readonly nanos: bigint;
  readonly like: string;
}

/** Amounts by name of the resource. */
export type Amounts = ReadonlyMap<string, Amount>;

/** Reads `{cpu: 100m, …}`. */
export const amountsOf = (list: JsonObject): Map<string, Amount> =>
  new Map(Object.entries(list).map(([name, text]) => [name, { nanos: nanosOf(String(text)), like: String(text) }]));

/** An amount as it is written. */
export const written = ({ nanos, like }: Amount): string => quantityOf(nanos, like);

/** What the pod's containers ask for, or may use, of each resource. */
export function podAmounts(pod: JsonObject, which: 'requests' | 'limits'): Map<string, Amount> {
  const of = (container: JsonObject): Amounts => amountsOf(objectAt(container, 'resources', which));
  const sum = new Map<string, Amount>();
  for (const container of objectsAt(pod, 'spec', 'containers'))
    for (const [name, more] of of(container)) sum.set(name, added(sum.get(name), more));
  for (const container of objectsAt(pod, 'spec', 'initContainers'))
    for (const [name, alone] of of(container)) if (alone.nanos > (sum.get(name)?.nanos ?? -1n)) sum.set(name, alone);
  return sum;
}

/** Two amounts together. */
export const added = (one: Amount | undefined, other: Amount): Amount =>
  one ? { nanos: one.nanos + other.nanos, like: one.like } : other;
