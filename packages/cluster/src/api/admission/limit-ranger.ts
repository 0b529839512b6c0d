/**
 * Limit ranges: default requests and limits of containers, and their minimum and maximum.
 *
 * Mirrors the LimitRanger admission plugin for types Container and Pod, including its messages.
 */

import { objectAt, objectsAt, ensureObject, type JsonObject, type KubeObject } from '../../model/json.js';
import { amountsOf, podAmounts, formatAmount, type Amounts } from '../../model/pod-resources.js';
import { forbidden, type NamedResource } from '../status-error.js';
import type { ApiContext } from '../api-context.js';

const PODS: NamedResource = { group: '', plural: 'pods', kind: 'Pod' };

/** Fills in the requests and limits of a new pod. Throws a 403 if they are outside the limits of the namespace. */
export function applyLimitRanges(api: ApiContext, draft: KubeObject): void {
  const { namespace = '', name } = draft.metadata;
  const ranges = api.store.latest('/limitranges').list(namespace);
  if (ranges.length === 0) return;
  const limits = ranges.flatMap((range) => objectsAt(range, 'spec', 'limits'));
  const each = limits.filter((limit) => limit['type'] === 'Container');
  const filled = ['initContainers', 'containers'].flatMap((list) =>
    objectsAt(draft, 'spec', list).flatMap((container) => fillContainer(container, each, list)),
  );
  if (filled.length > 0)
    ensureObject(draft.metadata, 'annotations')['kubernetes.io/limit-ranger'] =
      `LimitRanger plugin set: ${filled.join('; ')}`;
  const violations = [
    ...objectsAt(draft, 'spec', 'containers').flatMap((container) =>
      each.flatMap((limit) =>
        outside(
          limit,
          'Container',
          amountsOf(objectAt(container, 'resources', 'requests')),
          amountsOf(objectAt(container, 'resources', 'limits')),
        ),
      ),
    ),
    ...limits
      .filter((limit) => limit['type'] === 'Pod')
      .flatMap((limit) => outside(limit, 'Pod', podAmounts(draft, 'requests'), podAmounts(draft, 'limits'))),
  ];
  const messages = [...new Set(violations)]; // several containers may have the same mistake
  const [only = ''] = messages;
  if (messages.length > 0) throw forbidden(PODS, name, messages.length === 1 ? only : `[${messages.join(', ')}]`);
}

/** @returns descriptions of the fields that were filled in */
function fillContainer(container: JsonObject, limits: readonly JsonObject[], list: string): readonly string[] {
  const resources = ensureObject(container, 'resources');
  const set: Record<'requests' | 'limits', string[]> = { requests: [], limits: [] };
  const fillIn = (field: 'requests' | 'limits', defaults: JsonObject): void => {
    for (const [name, amount] of Object.entries(defaults)) {
      const amounts = ensureObject(resources, field);
      if (amounts[name] !== undefined) continue;
      amounts[name] = amount;
      set[field].push(name);
    }
  };
  for (const limit of limits) {
    const most = objectAt(limit, 'max');
    const byDefault = { ...most, ...objectAt(limit, 'default') };
    fillIn('requests', { ...objectAt(limit, 'min'), ...byDefault, ...objectAt(limit, 'defaultRequest') });
    fillIn('limits', byDefault);
  }
  for (const field of ['requests', 'limits'] as const)
    if (Object.keys(objectAt(resources, field)).length === 0) delete resources[field];
  const kind = list === 'containers' ? 'container' : 'init container';
  return (['requests', 'limits'] as const).flatMap((field) =>
    set[field].length === 0
      ? []
      : [`${set[field].sort().join(', ')} ${field.slice(0, -1)} for ${kind} ${String(container['name'])}`],
  );
}

/** Returns every way in which requests and limits violate one limit of a limit range. */
function outside(item: JsonObject, kind: string, requests: Amounts, limits: Amounts): readonly string[] {
  const violations: string[] = [];
  for (const [name, least] of amountsOf(objectAt(item, 'min'))) {
    const request = requests.get(name);
    if (!request)
      violations.push(`minimum ${name} usage per ${kind} is ${formatAmount(least)}.  No request is specified`);
    else if (request.nanos < least.nanos)
      violations.push(
        `minimum ${name} usage per ${kind} is ${formatAmount(least)}, but request is ${formatAmount(request)}`,
      );
  }
  for (const [name, most] of amountsOf(objectAt(item, 'max'))) {
    const limit = limits.get(name);
    const request = requests.get(name);
    if (!limit) violations.push(`maximum ${name} usage per ${kind} is ${formatAmount(most)}.  No limit is specified`);
    else if (limit.nanos > most.nanos)
      violations.push(
        `maximum ${name} usage per ${kind} is ${formatAmount(most)}, but limit is ${formatAmount(limit)}`,
      );
    else if (request && request.nanos > most.nanos)
      violations.push(
        `maximum ${name} usage per ${kind} is ${formatAmount(most)}, but request is ${formatAmount(request)}`,
      );
  }
  for (const [name, ratio] of amountsOf(objectAt(item, 'maxLimitRequestRatio'))) {
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (!request || !limit || request.nanos === 0n) {
      violations.push(
        `${name} max limit to request ratio per ${kind} is ${formatAmount(ratio)}, but no request is specified or request is 0`,
      );
    } else if (limit.nanos * 1_000_000_000n > ratio.nanos * request.nanos) {
      const ratioText = (Number(limit.nanos) / Number(request.nanos)).toFixed(6);
      violations.push(
        `${name} max limit to request ratio per ${kind} is ${formatAmount(ratio)}, but provided ratio is ${ratioText}`,
      );
    }
  }
  return violations;
}
