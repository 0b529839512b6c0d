/**
 * No user grants by roles and bindings what they do not have, unless they may `escalate` the role or `bind` it.
 *
 * Separate from authorization because it judges what is written, not who asks for what. Mirrors the policy-based storage of
 * kube-apiserver, its sentences included.
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
import { describeRules, uncoveredRules, policyRule, quoted } from './policy-rules.js';
import { forbidden, notFound } from '../status-error.js';
import type { ResourceRequest } from '../request-info.js';
import { groupResourceOf, type ResourceType } from '../kinds/resource-type.js';
import type { ApiContext } from '../api-context.js';

const RBAC = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly JsonObject[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Who writes an object, and by what request. */
export interface Writer {
  readonly user: User;
  readonly info: ResourceRequest;
}

/** Throws a 403 when an object, which is about to be stored, grants what its writer does not have. */
export function checkEscalation(
  api: ApiContext,
  { user, info }: Writer,
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | undefined,
): void {
  if (type.group !== RBAC || user.groups.includes('system:masters') || (old && equalsExceptOwners(object, old))) return;
  const confirm = (rules: readonly JsonObject[], words?: string): void => {
    const why = missing(api, user, info.namespace, rules);
    if (why !== undefined) throw forbidden(type, object.metadata.name, words ?? why);
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

/** The garbage collector, and whoever does its work, changes owners and finalizers without granting anything. */
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

/** The resource that a reference to a role means, if it means any. */
const pluralOf = (ref: JsonObject): string | undefined => PLURALS.get(stringAt(ref, 'kind'));

/** The rules of the role that a binding refers to; a 404 when there is none. */
function boundRules(api: ApiContext, { namespace }: ResourceRequest, binding: KubeObject): readonly JsonObject[] {
  const ref = objectAt(binding, 'roleRef');
  const rules = roleRules((groupResource) => api.store.latest(groupResource), ref, namespace);
  if (rules) return rules;
  const [kind, name] = [stringAt(ref, 'kind'), stringAt(ref, 'name')];
  const plural = pluralOf(ref);
  if (plural === undefined) return []; // refused as invalid, with its field
  throw notFound({ group: RBAC, plural, kind }, name);
}

/** Why a user may not grant rules in a namespace (`''`: everywhere), if they may not. */
function missing(api: ApiContext, user: User, namespace: string, rules: readonly JsonObject[]): string | undefined {
  const found = uncoveredRules(rulesFor(api, user, namespace).map(policyRule), rules.map(policyRule));
  const who = `user ${JSON.stringify(user.name)} (groups=${quoted(user.groups)}) is attempting to grant`;
  switch (found.kind) {
    case 'nothing':
      return undefined;
    case 'rules':
      return `${who} RBAC permissions not currently held:\n${describeRules(found.rules).join('\n')}`;
    case 'too-many':
      return `${who} ${found.count} single permissions, more than are compared with those it has: use several roles with shorter lists`;
  }
}
