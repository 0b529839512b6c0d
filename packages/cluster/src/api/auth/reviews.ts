/**
 * Reviews: access, rules and tokens, answered on creation.
 */

import { isAllowed, rulesFor } from './authorization.js';
import { decodeBuiltIn } from '../kinds/decode.js';
import { isObject, objectAt, stringAt, stringsAt, ensureObject, type JsonObject } from '../../model/json.js';
import type { User } from './identity.js';
import { badRequest, invalid, invalidValue, type Cause } from '../status-error.js';
import type { ResourceType } from '../kinds/resource-type.js';
import type { Attributes } from '../request-info.js';
import { timestamp } from '@pipewright/apimachinery';
import type { ApiContext } from '../api-context.js';

/** Returns the user of a token; undefined if the token is invalid. */
export type Authenticate = (token: string) => User | undefined;

/** The client that requests a review. */
export interface Reviewer {
  readonly user: User;
  /** `''` for a cluster-wide review. */
  readonly namespace: string;
  readonly authenticate: Authenticate;
}

/** Answers a review; undefined if the resource is not a review. Throws unless the review specifies exactly one access. */
export function review(
  api: ApiContext,
  type: ResourceType,
  body: JsonObject,
  reviewer: Reviewer,
): JsonObject | undefined {
  if (type.custom || !GROUPS.has(type.group)) return undefined;
  decodeBuiltIn(type, body);
  const answer: JsonObject = { ...body, kind: type.kind, apiVersion: `${type.group}/${type.version}` };
  const metadata = { ...ensureObject(answer, 'metadata'), creationTimestamp: timestamp(api.clock.date()) };
  const status = statusFor(api, type, objectAt(answer, 'spec'), reviewer);
  return status && { ...answer, metadata, status };
}

const GROUPS = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

function statusFor(
  api: ApiContext,
  type: ResourceType,
  spec: JsonObject,
  { user, namespace, authenticate }: Reviewer,
): JsonObject | undefined {
  switch (type.kind) {
    case 'SelfSubjectReview':
      return { userInfo: infoOf(user) };
    case 'SelfSubjectAccessReview':
      throwIfInvalid(type, checkAccess(spec));
      return accessOf(api, user, spec);
    case 'SubjectAccessReview':
      throwIfInvalid(type, [...checkAccess(spec), ...checkSubject(spec)]);
      return accessOf(api, subjectOf(spec), spec);
    case 'LocalSubjectAccessReview':
      throwIfInvalid(type, [...checkAccess(spec), ...checkSubject(spec), ...checkLocal(spec, namespace)]);
      return accessOf(api, subjectOf(spec), spec);
    case 'SelfSubjectRulesReview':
      if (stringAt(spec, 'namespace') === '') throw badRequest('no namespace on request');
      return rulesStatus(api, user, stringAt(spec, 'namespace'));
    case 'TokenReview': {
      const found = authenticate(stringAt(spec, 'token'));
      return found ? { authenticated: true, user: infoOf(found) } : { authenticated: false, user: {} };
    }
    default:
      return undefined;
  }
}

const subjectOf = (spec: JsonObject): User => ({ name: stringAt(spec, 'user'), groups: stringsAt(spec, 'groups') });

function throwIfInvalid(type: ResourceType, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid(type, '', causes);
}

function checkAccess({ resourceAttributes, nonResourceAttributes }: JsonObject): Cause[] {
  const [resource, path] = [isObject(resourceAttributes), isObject(nonResourceAttributes)];
  if (resource && path) {
    const reason = 'cannot be specified in combination with resourceAttributes';
    return [invalidValue('spec.nonResourceAttributes', nonResourceAttributes, reason)];
  }
  const reason = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return resource || path ? [] : [invalidValue('spec.resourceAttributes', null, reason)];
}

function checkSubject(spec: JsonObject): Cause[] {
  if (stringAt(spec, 'user') !== '' || stringsAt(spec, 'groups').length > 0) return [];
  return [invalidValue('spec.user', '', 'at least one of user or group must be specified')];
}

/** Checks a local review, which may not ask about other namespaces or paths. */
function checkLocal(spec: JsonObject, namespace: string): Cause[] {
  const causes: Cause[] = [];
  const reviewed = stringAt(spec, 'resourceAttributes', 'namespace');
  if (isObject(spec['resourceAttributes']) && reviewed !== namespace)
    causes.push(invalidValue('spec.resourceAttributes.namespace', reviewed, 'must match metadata.namespace'));
  if (isObject(spec['nonResourceAttributes'])) {
    const reason = 'disallowed on this kind of request';
    causes.push(invalidValue('spec.nonResourceAttributes', spec['nonResourceAttributes'], reason));
  }
  return causes;
}

const infoOf = ({ name, uid, groups, extra }: User): JsonObject => ({
  username: name,
  ...(uid !== undefined && { uid }),
  groups,
  ...(extra && { extra }),
});

function accessOf(api: ApiContext, user: User, spec: JsonObject): JsonObject {
  if (isAllowed(api, user, attributesIn(spec))) return { allowed: true, reason: reasonFor(user) };
  return { allowed: false };
}

const reasonFor = (user: User): string =>
  user.groups.includes('system:masters') ? '' : 'RBAC: allowed by a role that is bound to the user';

function attributesIn(spec: JsonObject): Attributes {
  const { resourceAttributes: attributes, nonResourceAttributes: path } = spec;
  if (isObject(path)) return { kind: 'path', verb: stringAt(path, 'verb'), path: stringAt(path, 'path') };
  return {
    kind: 'resource',
    verb: stringAt(attributes, 'verb'),
    group: stringAt(attributes, 'group'),
    version: stringAt(attributes, 'version'),
    resource: stringAt(attributes, 'resource'),
    subresource: stringAt(attributes, 'subresource'),
    namespace: stringAt(attributes, 'namespace'),
    name: stringAt(attributes, 'name'),
  };
}

function rulesStatus(api: ApiContext, user: User, namespace: string): JsonObject {
  if (user.groups.includes('system:masters')) {
    const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
    return { resourceRules: [all], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }], incomplete: false };
  }
  const rules = rulesFor(api, user, namespace);
  return {
    resourceRules: rules.filter((rule) => stringsAt(rule, 'resources').length > 0),
    nonResourceRules: rules.filter((rule) => stringsAt(rule, 'nonResourceURLs').length > 0),
    incomplete: false,
  };
}
