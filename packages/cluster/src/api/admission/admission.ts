/**
 * Admission of writes: the namespace, a pod's ServiceAccount, limit ranges, quotas, and the functions of `admission`.
 */

import { deepCopy, type JsonObject, type KubeObject } from '../../model/json.js';
import { applyLimitRanges } from './limit-ranger.js';
import { admitPod } from './service-account.js';
import { checkQuotas } from './resource-quota.js';
import { forbidden, notFound, StatusError } from '../status-error.js';
import type { ResourceType } from '../kinds/resource-type.js';
import { asCauses, latestCoreObject, type ApiContext } from '../api-context.js';

const NAMESPACES = { group: '', plural: 'namespaces', kind: 'Namespace' } as const;

/** The request that an object was written by. */
interface AdmissionInput {
  readonly sent: JsonObject;
  readonly dryRun: boolean;
}

/** Returns the object to store. Throws if the write is denied. `old` is absent on create. */
export function admit(
  api: ApiContext,
  type: ResourceType,
  draft: KubeObject,
  old: KubeObject | undefined,
  { sent, dryRun }: AdmissionInput,
): KubeObject {
  if (!old && type.namespaced) checkNamespace(api, type, draft);
  if (!old && type.group === '' && type.plural === 'pods') {
    admitPod(api, draft);
    applyLimitRanges(api, draft);
  }
  let object = draft;
  for (const validator of api.admission) object = runAdmission(api, validator, type, object, old, { sent, dryRun });
  if (!old && type.namespaced) checkQuotas(api, type, object);
  return object;
}

function runAdmission(
  api: ApiContext,
  validator: ApiContext['admission'][number],
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | undefined,
  { sent, dryRun }: AdmissionInput,
): KubeObject {
  const { group, version, plural } = type;
  const resource = { group, version, plural };
  const answer = validator({
    operation: old ? 'UPDATE' : 'CREATE',
    resource,
    object,
    sent,
    ...(old && { oldObject: old }),
    dryRun,
    findCore: (plural, namespace, name) => latestCoreObject(api, plural, namespace, name),
  });
  if (answer.kind === 'allowed') {
    const changed = deepCopy(answer.object);
    return { ...changed, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
  }
  const { message, reason = 'Forbidden', code = 403, causes } = answer;
  throw new StatusError(code, reason, message, {
    name: object.metadata.name,
    ...(group !== '' && { group }),
    kind: reason === 'Invalid' ? type.kind : plural,
    ...(causes && { causes: asCauses(causes) }),
  });
}

function checkNamespace(api: ApiContext, type: ResourceType, draft: KubeObject): void {
  const { namespace = '', name } = draft.metadata;
  const found = latestCoreObject(api, 'namespaces', '', namespace);
  if (!found) throw notFound(NAMESPACES, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const reason = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  throw forbidden(type, name, reason, [{ reason: 'NamespaceTerminating', field: 'metadata.namespace', message }]);
}
