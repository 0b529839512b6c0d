/**
 * Who has a say in a write: the namespace, the ServiceAccount of a pod, limits and quotas, and whoever was handed in as `admission`.
 */

import { copy, type JsonObject, type KubeObject } from '../../model/json.js';
import { applyLimitRanges } from './limit-ranger.js';
import { admitPod } from './service-account.js';
import { checkQuotas } from './resource-quota.js';
import { forbidden, notFound, Refusal } from '../status-error.js';
import type { ResourceType } from '../kinds/resource-type.js';
import { asCauses, latestCoreObject, type World } from '../api-context.js';

const NAMESPACES = { group: '', plural: 'namespaces', kind: 'Namespace' } as const;

/** How an object came. */
interface Written {
  readonly sent: JsonObject;
  readonly dryRun: boolean;
}

/** Returns the object to store, or throws why it is refused. `old` is absent on create. */
export function admit(
  world: World,
  type: ResourceType,
  draft: KubeObject,
  old: KubeObject | undefined,
  { sent, dryRun }: Written,
): KubeObject {
  if (!old && type.namespaced) checkNamespace(world, type, draft);
  if (!old && type.group === '' && type.plural === 'pods') {
    admitPod(world, draft);
    applyLimitRanges(world, draft);
  }
  let object = draft;
  for (const judge of world.admission) object = judged(judge, type, object, old, { sent, dryRun });
  if (!old && type.namespaced) checkQuotas(world, type, object);
  return object;
}

function judged(
  judge: World['admission'][number],
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | undefined,
  { sent, dryRun }: Written,
): KubeObject {
  const { group, version, plural } = type;
  const resource = { group, version, plural };
  const answer = judge({
    operation: old ? 'UPDATE' : 'CREATE',
    resource,
    object,
    sent,
    ...(old && { oldObject: old }),
    dryRun,
  });
  if ('object' in answer) {
    const changed = copy(answer.object);
    return { ...changed, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
  }
  const { message, reason = 'Forbidden', code = 403, causes } = answer.denied;
  throw new Refusal(code, reason, message, {
    name: object.metadata.name,
    ...(group !== '' && { group }),
    kind: reason === 'Invalid' ? type.kind : plural,
    ...(causes && { causes: asCauses(causes) }),
  });
}

function checkNamespace(world: World, type: ResourceType, draft: KubeObject): void {
  const { namespace = '', name } = draft.metadata;
  const found = latestCoreObject(world, 'namespaces', '', namespace);
  if (!found) throw notFound(NAMESPACES, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  throw forbidden(type, name, why, [{ reason: 'NamespaceTerminating', field: 'metadata.namespace', message }]);
}
