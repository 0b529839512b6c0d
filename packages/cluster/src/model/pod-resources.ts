/**
 * Resource requests and limits of a pod, as the scheduler, quotas and limit ranges count them.
 *
 * Containers run together and are summed; init containers run alone, so the largest of them counts if it is more. Pure.
 */

import { objectAt, objectsAt, type JsonObject } from './json.js';
import { nanosOf, formatQuantity } from '@pipewright/apimachinery';

/** An amount of a resource. */
export interface Amount {
  readonly nanos: bigint;
  /** A quantity: the amount is formatted with a suffix of the same kind. */
  readonly formatLike: string;
}

/** Amounts by name of the resource. */
export type Amounts = ReadonlyMap<string, Amount>;

/** Parses a resource list, such as `{cpu: 100m}`. */
export const amountsOf = (list: JsonObject): Map<string, Amount> =>
  new Map(
    Object.entries(list).map(([name, text]) => [name, { nanos: nanosOf(String(text)), formatLike: String(text) }]),
  );

/** Formats an amount. */
export const formatAmount = ({ nanos, formatLike }: Amount): string => formatQuantity(nanos, formatLike);

/** Returns the requests or limits of a pod. */
export function podAmounts(pod: JsonObject, field: 'requests' | 'limits'): Map<string, Amount> {
  const amountsIn = (container: JsonObject): Amounts => amountsOf(objectAt(container, 'resources', field));
  const sum = new Map<string, Amount>();
  for (const container of objectsAt(pod, 'spec', 'containers'))
    for (const [name, more] of amountsIn(container)) sum.set(name, added(sum.get(name), more));
  for (const container of objectsAt(pod, 'spec', 'initContainers'))
    for (const [name, amount] of amountsIn(container))
      if (amount.nanos > (sum.get(name)?.nanos ?? -1n)) sum.set(name, amount);
  return sum;
}

/** Returns the sum of two amounts. */
export const added = (one: Amount | undefined, other: Amount): Amount =>
  one ? { nanos: one.nanos + other.nanos, formatLike: one.formatLike } : other;
