/**
 * Resource quotas: computes the usage of a namespace and rejects objects that exceed a quota.
 *
 * Usage is computed from the objects on each request, so it cannot drift; only namespaces with a quota pay for it. Messages are
 * Kubernetes'. `status.used` is updated shortly after each change.
 */

import {
  valueAt,
  objectAt,
  objectsAt,
  stringAt,
  stringsAt,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { added, amountsOf, podAmounts, formatAmount, type Amount, type Amounts } from '../../model/pod-resources.js';
import { forbidden } from '../status-error.js';
import type { ResourceType } from '../kinds/resource-type.js';
import { latestOf, type ApiContext } from '../api-context.js';

const ONE: Amount = { nanos: 1_000_000_000n, formatLike: '1' };
const NONE: Amount = { nanos: 0n, formatLike: '0' };
/** Kinds that are counted under their own names, without `count/`. */
const PLAIN = new Set(['pods', 'services', 'secrets', 'configmaps', 'persistentvolumeclaims', 'resourcequotas']);

/** Throws a 403 if a new object exceeds a quota of its namespace. */
export function checkQuotas(api: ApiContext, type: ResourceType, object: KubeObject): void {
  const { namespace = '', name } = object.metadata;
  for (const quota of api.store.latest('/resourcequotas').list(namespace)) {
    if (!inScope(quota, type.plural, object)) continue;
    const hard = hardOf(quota);
    const requested = usageOf(type, object);
    const silent = isPod(type) ? missingRequests(hard, object) : [];
    const { name: called } = quota.metadata;
    if (silent.length > 0) throw forbidden(type, name, `failed quota: ${called}: must specify ${silent.join(',')}`);
    const used = usedOf(api, quota);
    const exceeded = [...hard].filter(([resource, most]) => {
      const more = requested.get(resource)?.nanos ?? 0n;
      return more > 0n && (used.get(resource)?.nanos ?? 0n) + more > most.nanos;
    });
    if (exceeded.length === 0) continue;
    const list = (amounts: Amounts): string =>
      exceeded.map(([resource]) => `${resource}=${formatAmount(amounts.get(resource) ?? NONE)}`).join(',');
    const reason = `exceeded quota: ${called}, requested: ${list(requested)}, used: ${list(used)}, limited: ${list(hard)}`;
    throw forbidden(type, name, reason);
  }
}

/** Updates the status of every quota until the process ends. */
export function startQuotaController(api: ApiContext): void {
  const due = new Set<string>();
  const settle = (): void => {
    for (const namespace of due)
      for (const quota of api.store.latest('/resourcequotas').list(namespace)) writeStatus(api, quota);
    due.clear();
  };
  api.store.onChange(({ object }, groupResource) => {
    const { namespace } = object.metadata;
    if (namespace === undefined || groupResource === '/events' || due.has(namespace)) return;
    if (groupResource !== '/resourcequotas' && api.store.collection('/resourcequotas').list(namespace).length === 0)
      return;
    if (due.size === 0) api.clock.defer(settle);
    due.add(namespace);
  });
  const settleAll = (): void => {
    for (const { metadata } of api.store.collection('/resourcequotas').values()) due.add(metadata.namespace ?? '');
    settle();
  };
  settleAll(); // the previous process may have ended between a change and its count
  api.store.onRetry(settleAll);
}

function writeStatus(api: ApiContext, quota: KubeObject): void {
  const hard = hardOf(quota);
  const used = usedOf(api, quota);
  const text = (amounts: Amounts): JsonObject =>
    Object.fromEntries([...hard.keys()].map((resource) => [resource, formatAmount(amounts.get(resource) ?? NONE)]));
  const status = { hard: text(hard), used: text(used) };
  if (JSON.stringify(quota['status']) !== JSON.stringify(status))
    api.store.put('/resourcequotas', { ...quota, status });
}

const hardOf = (quota: KubeObject): Amounts => new Map([...amountsOf(objectAt(quota, 'spec', 'hard'))].sort(byName));

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

const isPod = ({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): boolean => group === '' && plural === 'pods';

/** Returns the usage of the resources that a quota limits. */
function usedOf(api: ApiContext, quota: KubeObject): Amounts {
  const { namespace } = quota.metadata;
  const hard = hardOf(quota);
  const used = new Map<string, Amount>();
  const countedTypes = api.catalog.types.filter((type) => type.namespaced && concerns(hard, type));
  for (const type of countedTypes) {
    for (const object of latestOf(api, type).list(namespace)) {
      if (isPod(type) && isFinished(object)) continue;
      if (!inScope(quota, type.plural, object)) continue;
      for (const [resource, amount] of usageOf(type, object))
        if (hard.has(resource)) used.set(resource, added(used.get(resource), amount));
    }
  }
  return used;
}

/** Whether a quota may limit objects of a type. Only pods use more than one of their kind. */
const concerns = (hard: Amounts, type: ResourceType): boolean =>
  isPod(type) || countNames(type).some((name) => hard.has(name));

const countNames = ({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): readonly string[] => [
  `count/${plural}${group === '' ? '' : `.${group}`}`,
  ...(group === '' && PLAIN.has(plural) ? [plural] : []),
];

function usageOf(type: ResourceType, object: KubeObject): Amounts {
  const usage = new Map<string, Amount>(countNames(type).map((name) => [name, ONE]));
  if (isPod(type)) {
    for (const [name, amount] of podAmounts(object, 'requests')) {
      usage.set(`requests.${name}`, amount);
      if (!name.includes('/')) usage.set(name, amount);
    }
    for (const [name, amount] of podAmounts(object, 'limits')) usage.set(`limits.${name}`, amount);
  }
  if (type.group === '' && type.plural === 'persistentvolumeclaims')
    for (const [name, amount] of amountsOf(objectAt(object, 'spec', 'resources', 'requests')))
      usage.set(`requests.${name}`, amount);
  return usage;
}

const COMPUTE = /^(?:(?:requests|limits)\.)?(?:cpu|memory)$/;

/** Returns the limited resources that not every container requests. */
function missingRequests(hard: Amounts, pod: KubeObject): readonly string[] {
  const containers = [...objectsAt(pod, 'spec', 'initContainers'), ...objectsAt(pod, 'spec', 'containers')];
  return [...hard.keys()].filter((name) => {
    if (!COMPUTE.test(name)) return false;
    const [prefix = '', resource = prefix] = name.split('.');
    const list = prefix === 'limits' ? 'limits' : 'requests';
    return containers.some((container) => valueAt(container, 'resources', list, resource) === undefined);
  });
}

const isFinished = (pod: KubeObject): boolean => ['Succeeded', 'Failed'].includes(stringAt(pod, 'status', 'phase'));

/** Whether an object is in the scope of a quota. Scopes select pods. */
function inScope(quota: KubeObject, plural: string, object: KubeObject): boolean {
  const scopes = stringsAt(quota, 'spec', 'scopes');
  if (scopes.length === 0) return true;
  if (plural !== 'pods') return false;
  const best = stringAt(object, 'status', 'qosClass') === 'BestEffort';
  const ends = valueAt(object, 'spec', 'activeDeadlineSeconds') !== undefined;
  return scopes.every((scope) =>
    scope === 'BestEffort'
      ? best
      : scope === 'NotBestEffort'
        ? !best
        : scope === 'Terminating'
          ? ends
          : scope === 'NotTerminating' && !ends,
  );
}
