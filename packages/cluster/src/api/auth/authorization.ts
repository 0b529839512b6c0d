/**
 * Role-based access control.
 *
 * Decides from the stored roles and bindings alone. `system:masters` may do everything.
 */

import { objectAt, objectsAt, stringAt, stringsAt, type JsonObject, type KubeObject } from '../../model/json.js';
import type { User } from './identity.js';
import { StatusError } from '../status-error.js';
import type { Attributes, PathAttributes, ResourceAttributes } from '../request-info.js';
import type { ApiContext } from '../api-context.js';

const RBAC = 'rbac.authorization.k8s.io';

/** Throws a 403 with Kubernetes' message unless the user is allowed. */
export function requirePermission(api: ApiContext, user: User, attributes: Attributes): void {
  if (isAllowed(api, user, attributes)) return;
  throw refusal(user, attributes);
}

/** Whether a user is allowed an access. */
export function isAllowed(api: ApiContext, user: User, attributes: Attributes): boolean {
  if (user.groups.includes('system:masters')) return true;
  const namespace = attributes.kind === 'resource' ? attributes.namespace : '';
  return rulesFor(api, user, namespace).some((rule) =>
    attributes.kind === 'resource' ? allows(rule, attributes) : allowsPath(rule, attributes),
  );
}

/** Returns every rule that applies to a user in a namespace; for `''` only cluster-wide rules. */
export function rulesFor(api: ApiContext, user: User, namespace: string): readonly JsonObject[] {
  const wide = boundTo(api.store.collection(`${RBAC}/clusterrolebindings`).list(), user);
  const local = namespace === '' ? [] : boundTo(api.store.collection(`${RBAC}/rolebindings`).list(namespace), user);
  return [...wide, ...local].flatMap((binding) => rulesOf(api, binding));
}

const boundTo = (bindings: readonly KubeObject[], user: User): KubeObject[] =>
  bindings.filter((binding) => objectsAt(binding, 'subjects').some((subject) => isSubject(subject, binding, user)));

function isSubject(subject: JsonObject, binding: KubeObject, user: User): boolean {
  const name = stringAt(subject, 'name');
  switch (subject['kind']) {
    case 'User':
      return name === user.name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount': {
      const namespace = stringAt(subject, 'namespace') || (binding.metadata.namespace ?? '');
      return user.name === `system:serviceaccount:${namespace}:${name}`;
    }
    default:
      return false;
  }
}

const rulesOf = (api: ApiContext, binding: KubeObject): readonly JsonObject[] =>
  roleRules(
    (groupResource) => api.store.collection(groupResource),
    objectAt(binding, 'roleRef'),
    binding.metadata.namespace ?? '',
  ) ?? [];

/** Returns the objects of a resource (`group/plural`). */
type Lookup = (groupResource: string) => { get(namespace: string, name: string): KubeObject | undefined };

/** Returns the rules of the role that a binding refers to; undefined if the role does not exist. */
export function roleRules(objectsIn: Lookup, ref: JsonObject, namespace: string): readonly JsonObject[] | undefined {
  const name = stringAt(ref, 'name');
  switch (ref['kind']) {
    case 'ClusterRole': {
      const role = objectsIn(`${RBAC}/clusterroles`).get('', name);
      return role && objectsAt(role, 'rules');
    }
    case 'Role': {
      const role = objectsIn(`${RBAC}/roles`).get(namespace, name);
      return role && objectsAt(role, 'rules');
    }
    default:
      return undefined;
  }
}

const includes = (list: readonly string[], name: string): boolean => list.includes('*') || list.includes(name);

function allows(rule: JsonObject, { verb, group, resource, subresource, name }: ResourceAttributes): boolean {
  if (!includes(stringsAt(rule, 'verbs'), verb) || !includes(stringsAt(rule, 'apiGroups'), group)) return false;
  const resources = stringsAt(rule, 'resources');
  const matchesAllResources = subresource !== '' && resources.includes(`*/${subresource}`);
  if (!includes(resources, subresource === '' ? resource : `${resource}/${subresource}`) && !matchesAllResources)
    return false;
  const names = stringsAt(rule, 'resourceNames');
  return names.length === 0 || (name !== '' && names.includes(name));
}

function allowsPath(rule: JsonObject, { verb, path }: PathAttributes): boolean {
  if (!includes(stringsAt(rule, 'verbs'), verb)) return false;
  return stringsAt(rule, 'nonResourceURLs').some(
    (each) => each === '*' || each === path || (each.endsWith('*') && path.startsWith(each.slice(0, -1))),
  );
}

function refusal(user: User, attributes: Attributes): StatusError {
  if (attributes.kind === 'path') {
    const { verb, path } = attributes;
    return new StatusError(403, 'Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {});
  }
  const { verb, group, subresource, namespace, name } = attributes;
  const qualified = group === '' ? attributes.resource : `${attributes.resource}.${group}`;
  const target = name === '' ? qualified : `${qualified} "${name}"`;
  const resource = subresource === '' ? attributes.resource : `${attributes.resource}/${subresource}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return new StatusError(
    403,
    'Forbidden',
    `${target} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`,
    { ...(name !== '' && { name }), ...(group !== '' && { group }), kind: attributes.resource },
  );
}
