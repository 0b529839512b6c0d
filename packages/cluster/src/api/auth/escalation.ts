/**
 * Escalation check: a user may grant by roles and bindings only what they have, unless they may `escalate` or `bind` the role.
 *
 * Separate from authorization because it checks the written object, not the request. Mirrors kube-apiserver's policy-based storage,
 * including its messages.
 */

import { isAllowed, roleRules, rulesFor } from './authorization.js';
import type { User } from './identity.js';
import {
  isObject,
  objectAt,
  objectsAt,
  deepEqual,
  stringAt,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { describeRules, uncoveredRules, policyRule, quotedList } from './policy-rules.js';
import { forbidden, notFound } from '../status-error.js';
import type { ResourceRequest } from '../request-info.js';
import { groupResourceOf, type ResourceType } from '../kinds/resource-type.js';
import type { ApiContext } from '../api-context.js';

const RBAC = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly JsonObject[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** The user who writes an object, and the request. */
export interface Writer {
  readonly user: User;
  readonly info: ResourceRequest;
}

/** Throws a 403 if an object grants permissions that its writer does not have. */
export function checkEscalation(
  api: ApiContext,
  { user, info }: Writer,
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | undefined,
): void {
  if (type.group !== RBAC || user.groups.includes('system:masters') || (old && equalsExceptOwners(object, old))) return;
  const confirm = (rules: readonly JsonObject[], context?: string): void => {
    const reason = missing(api, user, info.namespace, rules);
    if (reason !== undefined) throw forbidden(type, object.metadata.name, context ?? reason);
  };
  switch (groupResourceOf(type)) {
    case `${RBAC}/roles`:
    case `${RBAC}/clusterroles`:
      if (isAllowed(api, user, { ...info, kind: 'resource', verb: 'escalate' })) return;
      confirm(objectsAt(object, 'rules'));
      if (isObject(object['aggregationRule']) || isObject(old?.['aggregationRule']))
        confirm(EVERYTHING, 'must have cluster-admin privileges to use the aggregationRule');
      return;
    default:
      if (!mayBind(api, user, info, object)) confirm(boundRules(api, info, object));
  }
}

/** Whether a write changes only owners and finalizers, as the garbage collector does. Such a write grants nothing. */
const equalsExceptOwners = (object: KubeObject, old: KubeObject): boolean =>
  deepEqual(withoutOwners(object), withoutOwners(old));

function withoutOwners(object: KubeObject): JsonObject {
  const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managed, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function mayBind(api: ApiContext, user: User, { namespace }: ResourceRequest, binding: KubeObject): boolean {
  const ref = objectAt(binding, 'roleRef');
  const resource = pluralOf(ref);
  if (resource === undefined) return false;
  return isAllowed(api, user, {
    kind: 'resource',
    verb: 'bind',
    group: stringAt(ref, 'apiGroup'),
    version: '*',
    resource,
    subresource: '',
    namespace,
    name: stringAt(ref, 'name'),
  });
}

const PLURALS = new Map([
  ['ClusterRole', 'clusterroles'],
  ['Role', 'roles'],
]);

/** Returns the plural of the role resource that a reference names. */
const pluralOf = (ref: JsonObject): string | undefined => PLURALS.get(stringAt(ref, 'kind'));

/** Returns the rules of the role that a binding refers to. Throws a 404 if the role does not exist. */
function boundRules(api: ApiContext, { namespace }: ResourceRequest, binding: KubeObject): readonly JsonObject[] {
  const ref = objectAt(binding, 'roleRef');
  const rules = roleRules((groupResource) => api.store.latest(groupResource), ref, namespace);
  if (rules) return rules;
  const [kind, name] = [stringAt(ref, 'kind'), stringAt(ref, 'name')];
  const plural = pluralOf(ref);
  if (plural === undefined) return []; // rejected as invalid by the validation of bindings
  throw notFound({ group: RBAC, plural, kind }, name);
}

/** Returns why a user may not grant rules in a namespace (`''`: in all), or undefined if they may. */
function missing(api: ApiContext, user: User, namespace: string, rules: readonly JsonObject[]): string | undefined {
  const found = uncoveredRules(rulesFor(api, user, namespace).map(policyRule), rules.map(policyRule));
  const prefix = `user ${JSON.stringify(user.name)} (groups=${quotedList(user.groups)}) is attempting to grant`;
  switch (found.kind) {
    case 'nothing':
      return undefined;
    case 'rules':
      return `${prefix} RBAC permissions not currently held:\n${describeRules(found.rules).join('\n')}`;
    case 'too-many':
      return `${prefix} ${found.count} single permissions, more than the server compares: use several roles with shorter lists`;
  }
}
